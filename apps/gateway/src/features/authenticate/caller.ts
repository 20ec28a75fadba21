export const scopes = [
  'entries:read',
  'meetings:read',
  'connections:read',
  'connections:write',
  'sync:read',
  'sync:write',
] as const;
export type Scope = (typeof scopes)[number];

/** What can be an owner or a client: Postgres holds no NUL, and nobody needs the other control characters. */
export const usableId = /^\P{Cc}{1,255}$/u;

/** Who a verified token speaks for. */
export interface Caller {
  sub: string;
  operator: boolean;
  /** A product's backend, or a product that its user lets in: what it may do is limited by its scopes. */
  client?: { id: string; scopes: ReadonlySet<string> };
}

/** The part of a token's claims that decides; undefined when it names nobody. */
export function callerOf(claims: Readonly<Record<string, unknown>>): Caller | undefined {
  const clientId = text(claims['client_id']);
  const sub = text(claims['sub']) ?? clientId;
  if (sub === undefined) return undefined;
  const roles = words(claims['roles']);
  const granted = new Set([...words(claims['scope']), ...words(claims['scp'])]);
  // Some issuers put client_id into every token: only one that was granted scopes of this API is a client's.
  const isClient = roles.includes('client') || scopes.some((scope) => granted.has(scope));
  return {
    sub,
    operator: roles.includes('operator'),
    ...(clientId !== undefined && isClient && { client: { id: clientId, scopes: granted } }),
  };
}

const text = (claim: unknown) => (typeof claim === 'string' && usableId.test(claim) ? claim : undefined);

const words = (claim: unknown): string[] => {
  if (typeof claim === 'string') return claim.split(' ').filter((word) => word !== '');
  return Array.isArray(claim) ? claim.filter((word) => typeof word === 'string') : [];
};
