/** Who an id token speaks of. Not verified: it came straight from the token endpoint over our own connection (OpenID Connect Core 3.1.3.7, point 6). */
export function subjectOf(idToken: string | null | undefined): { sub: string; email?: string } | undefined {
  const payload = idToken?.split('.')[1];
  if (!payload) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    if (typeof claims !== 'object' || claims === null || !('sub' in claims) || typeof claims.sub !== 'string')
      return undefined;
    return { sub: claims.sub, ...('email' in claims && typeof claims.email === 'string' && { email: claims.email }) };
  } catch {
    return undefined;
  }
}
