import type { Service } from '@calendar-sync/local-stack';
import { Client } from 'pg';
import type { FaultBench } from './fault-bench';

/**
 * Copies the databases of services, which are down for as long as that takes. The function that is given puts the copies
 * back, and leaves the services down.
 */
export async function copyDatabases(bench: FaultBench, names: readonly Service[]): Promise<() => Promise<void>> {
  const databases = names.map((name) => {
    const { pathname, username } = new URL(bench.stack.databaseUrl(name));
    return { database: pathname.slice(1), copy: `older_copy_of_${pathname.slice(1)}`, owner: username };
  });
  const stop = () => Promise.all(names.map((name) => bench.stack.kill(name, 'SIGTERM')));
  await stop();
  for (const { database, copy } of databases)
    await asSuperuser(bench, `DROP DATABASE IF EXISTS ${copy}`, `CREATE DATABASE ${copy} TEMPLATE ${database}`);
  await Promise.all(names.map((name) => bench.stack.start(name)));
  return async () => {
    await stop();
    for (const { database, copy, owner } of databases)
      await asSuperuser(
        bench,
        `DROP DATABASE ${database} WITH (FORCE)`,
        `CREATE DATABASE ${database} TEMPLATE ${copy} OWNER ${owner}`,
      );
  };
}

async function asSuperuser(bench: FaultBench, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: bench.stack.postgres!.url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
