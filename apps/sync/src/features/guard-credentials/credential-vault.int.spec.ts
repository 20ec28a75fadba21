import { randomBytes } from 'node:crypto';
import { type Database, openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { migrate } from '@calendar-sync/service-host';
import { startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { sync } from '../../sync.service';
import { CredentialsGone, CredentialVault } from './credential-vault';

describe('the vault of credentials', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  const first = randomBytes(32);
  const second = randomBytes(32);
  const vault = new CredentialVault(new Map([[1, first]]));
  const owner = {
    ownerId: 'ada',
    provider: 'google',
    connectionId: '11111111-1111-4111-8111-111111111111',
  };
  const other = { ...owner, connectionId: '22222222-2222-4222-8222-222222222222' };
  const canary = '1//a-grant-that-nobody-may-read';

  beforeAll(async () => {
    testDatabase = await startTestDatabase();
    await migrate(sync, { SYNC_DATABASE_URL: testDatabase.url });
    database = openDatabase({ url: testDatabase.url, applicationName: 'test' });
  });
  beforeEach(async () => {
    await database.query('DELETE FROM connection_credentials');
    await vault.store(database, owner, { refreshToken: canary });
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });

  const row = async () =>
    (
      await database.query<{ key_version: number; wrapped_key: Buffer; ciphertext: Buffer }>(
        'SELECT key_version, wrapped_key, ciphertext FROM connection_credentials WHERE connection_id = $1',
        [owner.connectionId],
      )
    ).rows[0]!;

  test('gives back what it was given, and holds nothing of it in clear', async () => {
    expect(await vault.open(database, owner)).toEqual({ refreshToken: canary });
    const { wrapped_key, ciphertext } = await row();
    expect(Buffer.concat([wrapped_key, ciphertext]).includes(canary)).toBe(false);
  });

  test('does not open a grant that was moved to another connection or another owner', async () => {
    await database.query('UPDATE connection_credentials SET connection_id = $1', [other.connectionId]);
    await expect(vault.open(database, other)).rejects.toThrow();
    await database.query("UPDATE connection_credentials SET connection_id = $1, owner_id = 'eve'", [
      owner.connectionId,
    ]);
    await expect(vault.open(database, { ...owner, ownerId: 'eve' })).rejects.toThrow();
  });

  test('wraps anew with the newest key what an older one still held, and then needs the older no more', async () => {
    const { ciphertext } = await row();
    const rotating = new CredentialVault(
      new Map([
        [1, first],
        [2, second],
      ]),
    );
    expect(await rotating.open(database, owner)).toEqual({ refreshToken: canary });
    const after = await row();
    expect(after.key_version).toBe(2);
    expect(after.ciphertext.equals(ciphertext)).toBe(true);
    expect(await new CredentialVault(new Map([[2, second]])).open(database, owner)).toEqual({ refreshToken: canary });
  });

  test('says that they are gone once they were destroyed', async () => {
    await vault.destroy(database, owner.connectionId);
    await expect(vault.open(database, owner)).rejects.toBeInstanceOf(CredentialsGone);
  });
});
