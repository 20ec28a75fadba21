import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Stack, type StackOptions, startStack } from '@calendar-sync/local-stack';
import { kafkaBroker, type KafkaBroker, postgresServer, type PostgresServer } from '@calendar-sync/test-infrastructure';
import { Client } from 'pg';
import type { Bench } from '../part';

/** A Postgres of the part's own that forces every commit to the disk. */
export async function startPostgres(bench: Bench): Promise<PostgresServer> {
  bench.progress('Postgres starts');
  const server = postgresServer(join(bench.directory, 'postgres'), { password: randomBytes(12).toString('hex') });
  bench.onEnd(() => server.kill());
  await server.start();
  return server;
}

/** A Kafka of the part's own. */
export async function startKafka(bench: Bench): Promise<KafkaBroker> {
  bench.progress('Kafka starts');
  const broker = kafkaBroker(join(bench.directory, 'kafka'));
  bench.onEnd(() => broker.kill());
  await broker.start();
  return broker;
}

/** The whole product or a part of it, durable, on free ports, with the scratch folder of the part as its own. */
export async function startProduct(
  bench: Bench,
  options: Omit<StackOptions, 'dir' | 'ports' | 'durable'>,
): Promise<Stack> {
  const interruption = new AbortController();
  const starting = startStack({
    showSteps: async (steps) => {
      for (const { title, skip, run } of steps) {
        if (skip) continue;
        bench.progress(title);
        await run((text) => bench.progress(`${title}: ${text}`));
      }
    },
    ...options,
    dir: join(bench.directory, 'stack'),
    ports: 'free',
    durable: true,
    signal: interruption.signal,
  });
  bench.onEnd(async () => {
    interruption.abort();
    await (await starting.catch(() => undefined))?.destroy();
  });
  return starting;
}

/** A new database, empty or a copy of one that nobody is connected to; its URL is the superuser's. */
export async function freshDatabase(serverUrl: string, name: string, template = 'template1'): Promise<string> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
