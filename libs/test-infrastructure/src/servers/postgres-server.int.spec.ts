import { Client } from 'pg';
import { startTestDatabase } from '../test-database';
import { testDirectory } from '../test-run';
import { postgresServer } from './postgres-server';

async function ask<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('the Postgres of a test run', () => {
  it('gives every file a database of its own, and drops it under open sessions', async () => {
    const [one, other] = [await startTestDatabase(), await startTestDatabase()];
    await ask(one.url, 'create table only_here ()');
    await expect(ask(other.url, 'select from only_here')).rejects.toThrow('does not exist');
    const session = new Client({ connectionString: one.url });
    session.on('error', () => undefined);
    await session.connect();
    await Promise.all([one.drop(), other.drop()]);
    await expect(ask(one.url, 'select 1')).rejects.toThrow('does not exist');
    await session.end().catch(() => undefined);
  });

  it('knows the case of every letter', async () => {
    const database = await startTestDatabase();
    expect(await ask(database.url, `select upper('äß') as word, 'a' < 'B' as as_people_sort`)).toEqual([
      { word: 'Äß', as_people_sort: false },
    ]);
    await database.drop();
  });
});

describe('a Postgres in a folder of its own', () => {
  const dir = testDirectory('postgres');
  const server = postgresServer(dir, { password: 'secret-1' });
  afterAll(() => server.stop());

  it('keeps what was committed through a crash', async () => {
    expect(await server.start()).toBe('started');
    await ask(server.url, 'create table kept as select 1 as one');
    await server.kill();
    expect(server.pid).toBeUndefined();
    expect(await server.start()).toBe('started');
    expect(await ask(server.url, 'select one from kept')).toEqual([{ one: 1 }]);
  });

  it('is taken over by the next start when it was left running', async () => {
    const next = postgresServer(dir, { password: 'secret-1', port: server.port });
    expect(await next.start()).toBe('adopted');
    expect(next.pid).toBe(server.pid);
  });

  it('is started anew when it was left running on another port than is wanted now', async () => {
    const pid = server.pid;
    const next = postgresServer(dir, { password: 'secret-1', port: server.port + 1 });
    expect(await next.start()).toBe('started');
    expect(next.pid).not.toBe(pid);
    expect(await ask(next.url, 'select one from kept')).toEqual([{ one: 1 }]);
    await next.stop();
    expect(next.pid).toBeUndefined();
  });
});
