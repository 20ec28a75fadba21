import { Client, escapeIdentifier, escapeLiteral } from 'pg';

/** One database of one role's own: nobody else may connect to it, and the role to no other. */
export interface OwnDatabase {
  /** Of the database and of its role. */
  name: string;
  password: string;
}

/** Makes databases and roles that are missing, sets the passwords, closes every database to others. Safe to repeat. */
export async function createOwnDatabases(superuserUrl: string, wanted: readonly OwnDatabase[]): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    const { rows: roles } = await client.query<{ name: string }>('select rolname as name from pg_roles');
    const { rows: databases } = await client.query<{ name: string }>('select datname as name from pg_database');
    for (const { name, password } of wanted) {
      const role = escapeIdentifier(name);
      const verb = roles.some((each) => each.name === name) ? 'alter' : 'create';
      await client.query(
        `${verb} role ${role} login nosuperuser nocreatedb nocreaterole noreplication password ${escapeLiteral(password)}`,
      );
      if (!databases.some((each) => each.name === name)) {
        await client.query(`create database ${role} owner ${role}`);
      }
      await client.query(`revoke connect, temporary on database ${role} from public`);
      await client.query(`grant connect, temporary on database ${role} to ${role}`);
    }
  });
}

/** The URL with which a role reaches its own database. */
export function ownUrl(superuserUrl: string, { name, password }: OwnDatabase): string {
  const url = new URL(superuserUrl);
  url.username = name;
  url.password = password;
  url.pathname = `/${name}`;
  return url.href;
}

export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
