import { importJWK, type JWK, SignJWT } from 'jose';
import type { Secrets } from '../settings/secrets';
import { type Environment, Refusal } from '../settings/settings';
import { ownAudience, ownIssuer } from '../stack-settings';

export interface TokenClaims {
  /** Whose calendars the bearer owns. */
  user: string;
  /** Sees everybody's. */
  operator?: boolean;
  /** A product's backend: sees the owners that it connected, as far as `scopes` reach. */
  client?: string;
  scopes?: readonly string[];
  /** 12 hours by default. */
  expiresInSeconds?: number;
}

/** A token that this stack's gateway accepts. Throws a Refusal where the gateway was given a key that only others can sign with. */
export async function signToken(claims: TokenClaims, secrets: Secrets, settings: Environment): Promise<string> {
  const key = signingKey(secrets, settings);
  const token = new SignJWT({
    ...(claims.operator && { roles: ['operator'] }),
    ...(claims.client !== undefined && { client_id: claims.client }),
    ...(claims.scopes !== undefined && { scope: claims.scopes.join(' ') }),
  })
    .setProtectedHeader({ alg: key.alg ?? 'ES256', ...(key.kid !== undefined && { kid: key.kid }) })
    .setSubject(claims.user)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1_000) + (claims.expiresInSeconds ?? 12 * 3_600))
    .setIssuer(settings['JWT_ISSUER'] ?? ownIssuer)
    .setAudience(settings['JWT_AUDIENCE'] ?? ownAudience);
  return token.sign(await importJWK(key, key.alg ?? 'ES256'));
}

function signingKey(secrets: Secrets, settings: Environment): JWK {
  const { JWT_KEY: given, JWT_JWKS_URL: remote } = settings;
  if (given === undefined && remote === undefined) return secrets.jwt.privateKey;
  const key = given === undefined ? undefined : (JSON.parse(given) as JWK);
  if (key?.kty === 'oct') return { alg: 'HS256', ...key };
  if (JSON.stringify(key) === JSON.stringify(secrets.jwt.publicKey)) return secrets.jwt.privateKey;
  throw new Refusal(
    `${remote === undefined ? 'JWT_KEY' : 'JWT_JWKS_URL'} is set: tokens come from whoever holds the private key, not from here.`,
  );
}
