import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { testRun } from './test-run';

export interface TestDatabase {
  /** Of the superuser. */
  url: string;
  /** Cuts what is still connected. */
  drop(): Promise<void>;
}

/** A fresh, empty database in the run's Postgres. */
export async function startTestDatabase(): Promise<TestDatabase> {
  const { postgresUrl } = testRun();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asSuperuser(postgresUrl, `create database ${name}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asSuperuser(postgresUrl, `drop database if exists ${name} with (force)`) };
}

async function asSuperuser(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
