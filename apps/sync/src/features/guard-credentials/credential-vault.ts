import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Credentials } from '@calendar-sync/calendar-providers-port';
import type { Queryable } from '@calendar-sync/event-sourcing-postgres';

export interface CredentialOwner {
  ownerId: string;
  provider: string;
  connectionId: string;
}

/** A connection has no credentials: it was disconnected. */
export class CredentialsGone extends Error {
  override readonly name = 'CredentialsGone';
}

/** A grant as its row holds it. */
export interface SealedCredentials {
  key_version: number;
  wrapped_key: Buffer;
  ciphertext: Buffer;
}

const FIELD = 'refresh-token';
const NONCE = 12;
const TAG = 16;

/**
 * Grants at rest: AES-256-GCM under a data key of the connection's own, which is wrapped by a versioned key. Both are bound to
 * owner, provider, connection, field and version, so that a ciphertext moved to another row doesn't open.
 */
export class CredentialVault {
  private readonly newest: number;

  constructor(private readonly keys: ReadonlyMap<number, Buffer>) {
    this.newest = Math.max(...keys.keys());
  }

  async store(tx: Queryable, owner: CredentialOwner, { refreshToken }: Credentials): Promise<void> {
    const dataKey = randomBytes(32);
    await tx.query(
      `INSERT INTO connection_credentials (connection_id, owner_id, provider, key_version, wrapped_key, ciphertext)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (connection_id) DO UPDATE SET owner_id = excluded.owner_id, provider = excluded.provider,
         key_version = excluded.key_version, wrapped_key = excluded.wrapped_key, ciphertext = excluded.ciphertext,
         updated_at = now()`,
      [
        owner.connectionId,
        owner.ownerId,
        owner.provider,
        this.newest,
        encrypt(this.key(this.newest), dataKey, this.bound(owner, this.newest, 'key')),
        encrypt(dataKey, Buffer.from(refreshToken), this.bound(owner, 0, FIELD)),
      ],
    );
  }

  async open(db: Queryable, owner: CredentialOwner): Promise<Credentials> {
    const { rows } = await db.query<SealedCredentials>(
      'SELECT key_version, wrapped_key, ciphertext FROM connection_credentials WHERE connection_id = $1 AND owner_id = $2',
      [owner.connectionId, owner.ownerId],
    );
    const row = rows[0];
    if (row === undefined) throw new CredentialsGone('the connection has no credentials');
    return this.unseal(db, owner, row);
  }

  /** Re-wraps with the newest key what an older one still holds. */
  async unseal(db: Queryable, owner: CredentialOwner, row: SealedCredentials): Promise<Credentials> {
    const dataKey = decrypt(this.key(row.key_version), row.wrapped_key, this.bound(owner, row.key_version, 'key'));
    const refreshToken = decrypt(dataKey, row.ciphertext, this.bound(owner, 0, FIELD)).toString();
    if (row.key_version < this.newest) {
      await db.query(
        `UPDATE connection_credentials SET key_version = $2, wrapped_key = $3
         WHERE connection_id = $1 AND wrapped_key = $4`,
        [
          owner.connectionId,
          this.newest,
          encrypt(this.key(this.newest), dataKey, this.bound(owner, this.newest, 'key')),
          row.wrapped_key,
        ],
      );
    }
    return { refreshToken };
  }

  async destroy(tx: Queryable, connectionId: string): Promise<void> {
    await tx.query('DELETE FROM connection_credentials WHERE connection_id = $1', [connectionId]);
  }

  private key(version: number): Buffer {
    const key = this.keys.get(version);
    if (key === undefined) throw new Error(`CREDENTIAL_KEYS lacks version ${version}, which a connection still needs`);
    return key;
  }

  private bound({ ownerId, provider, connectionId }: CredentialOwner, version: number, field: string): Buffer {
    return Buffer.from(JSON.stringify([ownerId, provider, connectionId, field, version]));
  }
}

function encrypt(key: Buffer, plain: Buffer, bound: Buffer): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(bound);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, bound: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(bound);
  decipher.setAuthTag(sealed.subarray(-TAG));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]);
}
