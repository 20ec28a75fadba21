import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { openGrant, sealGrant } from './sealed-grant';

const keyPair = async (kid: string) => {
  const { privateKey, publicKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
  return { privateKey: { ...(await exportJWK(privateKey)), kid }, publicKey: { ...(await exportJWK(publicKey)), kid } };
};
const grant = { connectionId: '0b0f2c5e-3f7e-5d0f-9c52-5f5a4b3c2d1e', refreshToken: '1//0canary-refresh-token' };

describe('a sealed grant', () => {
  let own: { privateKey: JWK; publicKey: JWK };
  let other: { privateKey: JWK; publicKey: JWK };
  beforeAll(async () => {
    [own, other] = await Promise.all([keyPair('2026-01'), keyPair('2026-02')]);
  });

  it('is opened by the key that it was sealed to', async () => {
    const sealed = await sealGrant(own.publicKey, grant);
    await expect(openGrant([own.privateKey], sealed, grant.connectionId)).resolves.toBe(grant.refreshToken);
  });

  it('shows nothing of the token, and is never twice the same', async () => {
    const [one, two] = await Promise.all([sealGrant(own.publicKey, grant), sealGrant(own.publicKey, grant)]);
    expect(one).not.toBe(two);
    const shown = one.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    expect([one, ...shown].join()).not.toContain('canary');
  });

  it('is not opened for another connection', async () => {
    const sealed = await sealGrant(own.publicKey, grant);
    await expect(openGrant([own.privateKey], sealed, 'another')).rejects.toThrow(/another connection/);
  });

  it('cannot be moved to another connection by rewriting its header', async () => {
    const [header, ...rest] = (await sealGrant(own.publicKey, grant)).split('.');
    const read = JSON.parse(Buffer.from(header!, 'base64url').toString()) as object;
    const moved = Buffer.from(JSON.stringify({ ...read, cnx: 'another' })).toString('base64url');
    await expect(openGrant([own.privateKey], [moved, ...rest].join('.'), 'another')).rejects.toThrow();
  });

  it('is not opened by another key, under its own name or under that of the right one', async () => {
    const sealed = await sealGrant(own.publicKey, grant);
    await expect(openGrant([other.privateKey], sealed, grant.connectionId)).rejects.toThrow(/not configured/);
    const impostor = { ...other.privateKey, kid: '2026-01' };
    await expect(openGrant([impostor], sealed, grant.connectionId)).rejects.toThrow();
  });

  it('is opened by an older key while that is still configured', async () => {
    const sealed = await sealGrant(own.publicKey, grant);
    await expect(openGrant([other.privateKey, own.privateKey], sealed, grant.connectionId)).resolves.toBe(
      grant.refreshToken,
    );
  });
});
