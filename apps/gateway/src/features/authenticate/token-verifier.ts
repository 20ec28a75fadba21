import { createHash } from 'node:crypto';
import { createRemoteJWKSet, errors, importJWK, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { ConfigError } from '@calendar-sync/service-host';
import type { GatewayConfig } from '../../gateway.config';
import { type Caller, callerOf } from './caller';

const asymmetric = ['RS256', 'ES256', 'EdDSA'];
const known = [...asymmetric, 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES384', 'ES512', 'HS256'];
const mostVerified = 20_000;
const clockToleranceSeconds = 5;

/** Why a token was not taken, in words that may be shown to whoever sent it. */
export class UnacceptableToken extends Error {}
/** The issuer's keys can't be had at the moment; the token may be good. */
export class KeysUnavailable extends Error {}

type Settings = Pick<GatewayConfig, 'JWT_ISSUER' | 'JWT_AUDIENCE' | 'JWT_JWKS_URL' | 'JWT_KEY' | 'JWT_ALGORITHMS'>;

/** Checks a token's signature, algorithm, issuer, audience and time, once: what was verified is remembered until it expires. */
export class TokenVerifier {
  private readonly algorithms: string[];
  private readonly keyFor: JWTVerifyGetKey;
  private readonly verified = new Map<string, { caller: Caller; expiresAt: number }>();

  /** Throws ConfigError when the settings can't go together. */
  constructor(private readonly settings: Settings) {
    const { JWT_KEY: jwk, JWT_JWKS_URL: url } = settings;
    if ((jwk === undefined) === (url === undefined))
      throw new ConfigError(['JWT_KEY, JWT_JWKS_URL: set one of the two']);
    this.algorithms = algorithmsOf(settings);
    if (url !== undefined) {
      // An unknown key id asks the issuer at most every 30 seconds, however many forged tokens come.
      this.keyFor = createRemoteJWKSet(new URL(url), { cooldownDuration: 30_000, timeoutDuration: 3_000 });
    } else {
      this.keyFor = ({ alg }) => importJWK({ ...jwk, alg }, alg);
    }
  }

  /** Throws UnacceptableToken or KeysUnavailable. */
  async verify(token: string, now: number): Promise<Caller> {
    const name = createHash('sha256').update(token).digest('base64');
    const before = this.verified.get(name);
    if (before !== undefined) {
      if (before.expiresAt > now) return before.caller;
      this.verified.delete(name);
      throw new UnacceptableToken('the token has expired');
    }
    const claims = await this.claimsOf(token, now);
    const caller = callerOf(claims);
    if (caller === undefined) throw new UnacceptableToken('the token names no subject');
    this.remember(name, { caller, expiresAt: ((claims.exp ?? 0) + clockToleranceSeconds) * 1_000 });
    return caller;
  }

  private async claimsOf(token: string, now: number): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.keyFor, {
        issuer: this.settings.JWT_ISSUER,
        audience: this.settings.JWT_AUDIENCE,
        algorithms: this.algorithms,
        requiredClaims: ['exp'],
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(now),
      });
      return payload;
    } catch (error) {
      throw this.reasonOf(error);
    }
  }

  private reasonOf(error: unknown): Error {
    // What jose doesn't name comes from fetch, or from a key that does not fit the algorithm.
    const isForeign = !(error instanceof errors.JOSEError);
    if (this.settings.JWT_JWKS_URL !== undefined && (isForeign || unavailable.has(error.code)))
      return new KeysUnavailable();
    return reasonOf(error);
  }

  private remember(name: string, verified: { caller: Caller; expiresAt: number }) {
    if (this.verified.size >= mostVerified) {
      const [oldest] = this.verified.keys();
      if (oldest !== undefined) this.verified.delete(oldest);
    }
    this.verified.set(name, verified);
  }
}

function algorithmsOf({ JWT_KEY: jwk, JWT_ALGORITHMS: listed }: Settings): string[] {
  const symmetric = jwk?.kty === 'oct';
  const algorithms = listed ?? (symmetric ? ['HS256'] : asymmetric);
  const unknown = algorithms.filter((algorithm) => !known.includes(algorithm));
  if (unknown.length > 0) throw new ConfigError([`JWT_ALGORITHMS: must be of ${known.join(', ')}`]);
  if (!symmetric) {
    // A public key taken for a shared secret would let anyone sign.
    if (algorithms.includes('HS256')) throw new ConfigError(['JWT_ALGORITHMS: HS256 needs a JWT_KEY of type oct']);
    return algorithms;
  }
  if (!algorithms.includes('HS256'))
    throw new ConfigError([
      'JWT_ALGORITHMS: a JWT_KEY of type oct verifies HS256 only: list it or leave the setting out',
    ]);
  if (typeof jwk?.k !== 'string' || Buffer.from(jwk.k, 'base64url').length < 32)
    throw new ConfigError(['JWT_KEY: a key of type oct must hold 32 bytes or more']);
  return ['HS256'];
}

const unavailable = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);

function reasonOf(error: unknown): Error {
  if (error instanceof errors.JWTExpired) return new UnacceptableToken('the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return new UnacceptableToken('the token is not valid yet');
    return new UnacceptableToken(
      `the claim ${error.claim} is ${error.reason === 'missing' ? 'missing' : 'not the expected one'}`,
    );
  }
  if (error instanceof errors.JOSEAlgNotAllowed)
    return new UnacceptableToken('the algorithm of the token is not allowed');
  if (error instanceof errors.JWKSNoMatchingKey)
    return new UnacceptableToken('the token was signed with a key that the issuer does not list');
  return new UnacceptableToken('the token is malformed or its signature is wrong');
}
