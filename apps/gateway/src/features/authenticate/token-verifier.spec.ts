import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { ConfigError } from '@calendar-sync/service-host';
import { TokenVerifier, UnacceptableToken } from './token-verifier';

const settings = { JWT_ISSUER: 'issuer', JWT_AUDIENCE: 'us' };
const secret = new Uint8Array(32).fill(7);
const oct = { kty: 'oct', k: Buffer.from(secret).toString('base64url') };
const signed = (expiresAt: number) =>
  new SignJWT({ iss: 'issuer', aud: 'us', sub: 'ada' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(expiresAt)
    .sign(secret);

describe('the settings of the verifier', () => {
  it('must name one source of keys', () => {
    expect(() => new TokenVerifier(settings)).toThrow(ConfigError);
    expect(() => new TokenVerifier({ ...settings, JWT_KEY: oct, JWT_JWKS_URL: 'https://issuer/jwks' })).toThrow(
      ConfigError,
    );
  });

  it('take HS256 with a symmetric key only, so that a public key is never taken for a secret', async () => {
    const { publicKey } = await generateKeyPair('RS256');
    const jwk = await exportJWK(publicKey);
    expect(() => new TokenVerifier({ ...settings, JWT_KEY: jwk, JWT_ALGORITHMS: ['RS256', 'HS256'] })).toThrow(/HS256/);
    expect(() => new TokenVerifier({ ...settings, JWT_KEY: oct, JWT_ALGORITHMS: ['RS256'] })).toThrow(/HS256/);
  });

  it('refuse a symmetric key that is too short and an algorithm that there is not', () => {
    expect(() => new TokenVerifier({ ...settings, JWT_KEY: { kty: 'oct', k: 'c2hvcnQ' } })).toThrow(/32 bytes/);
    expect(() => new TokenVerifier({ ...settings, JWT_KEY: oct, JWT_ALGORITHMS: ['none'] })).toThrow(ConfigError);
  });
});

it('remembers a verified token until it expires and not longer', async () => {
  const verifier = new TokenVerifier({ ...settings, JWT_KEY: oct });
  const now = 1_800_000_000_000;
  const token = await signed(now / 1_000 + 60);
  const first = await verifier.verify(token, now);
  expect(first).toEqual({ sub: 'ada', operator: false });
  expect(await verifier.verify(token, now + 59_000)).toBe(first);
  await expect(verifier.verify(token, now + 66_000)).rejects.toThrow(UnacceptableToken);
});
