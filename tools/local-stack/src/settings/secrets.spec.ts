import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGrant, sealGrant } from '@calendar-sync/contracts-sync';
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { signToken } from '../people/token';
import { ownAudience, ownIssuer } from '../stack-settings';
import { keepSecrets, knownSecrets } from './secrets';
import { validate } from './settings';

describe('the secrets of a local stack', () => {
  const folder = mkdtempSync(join(tmpdir(), 'calendar-sync-secrets-'));
  const file = join(folder, 'secrets.json');
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => rmSync(file, { force: true }));

  it('are made once and kept where only their owner can read', async () => {
    const made = await keepSecrets(file, ['sync', 'gateway']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await keepSecrets(file, ['sync', 'gateway'])).toEqual(made);
  });

  it('grow with a new service and leave the others as they were', async () => {
    const before = await keepSecrets(file, ['sync']);
    const after = await keepSecrets(file, ['monitoring']);
    expect(after.databasePasswords['sync']).toBe(before.databasePasswords['sync']);
    expect(after.databasePasswords['monitoring']).toBeDefined();
    expect(after.credentialKeys).toBe(before.credentialKeys);
  });

  it('fit what services take', async () => {
    const { credentialKeys, channelTokenKeys, sealing } = await keepSecrets(file, []);
    expect(() => validate({ CREDENTIAL_KEYS: credentialKeys, CHANNEL_TOKEN_KEYS: channelTokenKeys })).not.toThrow();
    const sealed = await sealGrant(sealing.publicKey, { connectionId: 'c', refreshToken: 'r' });
    expect(await openGrant([sealing.privateKey], sealed, 'c')).toBe('r');
    expect(sealing.publicKey.d).toBeUndefined();
  });

  it('are not there before the first start', () => {
    expect(knownSecrets(file)).toBeUndefined();
  });

  it('are never shown by the refusal of a file that is broken', async () => {
    writeFileSync(file, '{"credentialKeys": "1:hunter2"');
    await expect(keepSecrets(file, [])).rejects.toThrow(/can't be read/);
    await expect(keepSecrets(file, [])).rejects.not.toThrow(/hunter2/);
  });

  it('sign tokens that name the user, the roles and the scopes', async () => {
    const secrets = await keepSecrets(file, []);
    const token = await signToken(
      { user: 'ada', operator: true, client: 'notes', scopes: ['entries:read', 'meetings:read'] },
      secrets,
      {},
    );
    const { payload } = await jwtVerify(token, await importJWK(secrets.jwt.publicKey, 'ES256'), {
      issuer: ownIssuer,
      audience: ownAudience,
      algorithms: ['ES256'],
    });
    expect(payload).toMatchObject({
      sub: 'ada',
      roles: ['operator'],
      client_id: 'notes',
      scope: 'entries:read meetings:read',
    });
    expect(payload.exp! - payload.iat!).toBe(12 * 3_600);
  });

  it('sign with a symmetric JWT_KEY, and refuse where only somebody else can sign', async () => {
    const secrets = await keepSecrets(file, []);
    const JWT_KEY = JSON.stringify({ kty: 'oct', k: Buffer.alloc(32, 1).toString('base64url') });
    expect(decodeProtectedHeader(await signToken({ user: 'ada' }, secrets, { JWT_KEY })).alg).toBe('HS256');
    await expect(signToken({ user: 'ada' }, secrets, { JWT_JWKS_URL: 'https://id.example/keys' })).rejects.toThrow(
      'JWT_JWKS_URL is set',
    );
  });

  it('leave no half-written file behind', async () => {
    await keepSecrets(file, []);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveProperty('jwt.privateKey.d');
    expect(readdirSync(folder)).toEqual(['secrets.json']);
  });
});
