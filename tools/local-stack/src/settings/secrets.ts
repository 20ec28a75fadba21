import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** What a local stack needs and nobody set. Made once, kept in a file that only its owner can read. */
export interface Secrets {
  /** Of the superuser of the local Postgres. */
  postgresPassword: string;
  /** Of each service's role, by service. */
  databasePasswords: Record<string, string>;
  credentialKeys: string;
  channelTokenKeys: string;
  sealing: { publicKey: JWK; privateKey: JWK };
  jwt: { publicKey: JWK; privateKey: JWK };
}

/** The secrets in `file`; missing ones are made and written. */
export async function keepSecrets(file: string, services: readonly string[]): Promise<Secrets> {
  const kept = read(file);
  const secrets: Secrets = {
    postgresPassword: kept.postgresPassword ?? password(),
    databasePasswords: Object.fromEntries(
      services.map((service) => [service, kept.databasePasswords?.[service] ?? password()]),
    ),
    credentialKeys: kept.credentialKeys ?? versionedKey(),
    channelTokenKeys: kept.channelTokenKeys ?? versionedKey(),
    sealing: kept.sealing ?? (await keyPair('ECDH-ES')),
    jwt: kept.jwt ?? (await keyPair('ES256')),
  };
  secrets.databasePasswords = { ...kept.databasePasswords, ...secrets.databasePasswords };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  chmodSync(`${file}.new`, 0o600);
  renameSync(`${file}.new`, file);
  return secrets;
}

/** The secrets of a stack that was started before; undefined when there was none. */
export function knownSecrets(file: string): Secrets | undefined {
  const kept = read(file);
  return kept.jwt === undefined ? undefined : (kept as Secrets);
}

function read(file: string): Partial<Secrets> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(`${file} can't be read. Mend it, or lose the local stack's data with \`npm run reset\`.`);
  }
}

const password = () => randomBytes(18).toString('base64url');
const versionedKey = () => `1:${randomBytes(32).toString('base64url')}`;

async function keyPair(alg: 'ES256' | 'ECDH-ES') {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, crv: 'P-256' });
  const described = { kid: `local-${randomBytes(4).toString('hex')}`, alg };
  return {
    publicKey: { ...(await exportJWK(publicKey)), ...described },
    privateKey: { ...(await exportJWK(privateKey)), ...described },
  };
}
