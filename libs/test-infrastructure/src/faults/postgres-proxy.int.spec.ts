import { Client } from 'pg';
import { eventually } from './program.fixture';
import { startTestDatabase, type TestDatabase } from '../test-database';
import { postgresProxy, type PostgresProxy } from './postgres-proxy';

jest.setTimeout(300_000);

describe('a proxy before Postgres', () => {
  let database: TestDatabase;
  let proxy: PostgresProxy;
  const clients: Client[] = [];

  const connect = async (url: string) => {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    clients.push(client);
    await client.connect();
    return client;
  };
  const direct = () => connect(database.url);
  const through = () => {
    const url = new URL(database.url);
    url.port = String(proxy.port);
    return connect(url.href);
  };
  const kept = async () => {
    const { rows } = await (await direct()).query<{ id: number }>('SELECT id FROM kept ORDER BY id');
    return rows.map(({ id }) => id);
  };
  const insert = async (client: Client, id: number, table = 'kept') => {
    await client.query('BEGIN');
    await client.query(`INSERT INTO ${table} (id) VALUES ($1)`, [id]);
    return client.query('COMMIT');
  };

  beforeEach(async () => {
    database = await startTestDatabase();
    const client = await direct();
    await client.query('CREATE TABLE kept (id int PRIMARY KEY, text text); CREATE TABLE other (id int)');
    proxy = await postgresProxy({ port: Number(new URL(database.url).port) });
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end().catch(() => undefined)));
    await proxy.close();
    await database.drop();
  });

  it('loses the reply to COMMIT: the row is there and its client never hears of it', async () => {
    const client = await through();
    proxy.loseCommitReplies({ times: 1, after: /INTO kept/ });
    await expect(insert(client, 1)).rejects.toThrow();
    expect(proxy.lostReplies).toBe(1);
    expect(await kept()).toEqual([1]);
    await insert(await through(), 2);
    expect(await kept()).toEqual([1, 2]);
    expect(proxy.lostReplies).toBe(1);
  });

  it('loses twenty in a row, each done', async () => {
    proxy.loseCommitReplies({ times: 20, after: /INTO kept/ });
    for (let id = 1; id <= 20; id++) await expect(insert(await through(), id)).rejects.toThrow();
    expect(proxy.lostReplies).toBe(20);
    expect(await kept()).toHaveLength(20);
    await insert(await through(), 21);
  });

  it('leaves transactions alone in which nothing matches', async () => {
    const client = await through();
    proxy.loseCommitReplies({ times: 1, after: /INTO kept/ });
    await insert(client, 1, 'other');
    await client.query('SELECT * FROM other');
    await expect(insert(client, 2)).rejects.toThrow();
  });

  it('forgets the statements of a transaction that was rolled back', async () => {
    const client = await through();
    proxy.loseCommitReplies({ times: 1, after: /INTO kept/ });
    await client.query('BEGIN');
    await client.query('INSERT INTO kept VALUES (1)');
    await client.query('ROLLBACK');
    await insert(client, 2, 'other');
    await client.query('BEGIN; INSERT INTO kept VALUES (3); ROLLBACK');
    expect(proxy.lostReplies).toBe(0);
    expect(await kept()).toEqual([]);
  });

  it('delivers the answer to a COMMIT that commits nothing', async () => {
    const client = await through();
    await client.query('CREATE TABLE later (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
    proxy.loseCommitReplies({ times: 2, after: /INTO (kept|later)/ });
    await client.query('BEGIN');
    await client.query('INSERT INTO later VALUES (1), (1)');
    await expect(client.query('COMMIT')).rejects.toThrow('duplicate key');
    await client.query('BEGIN');
    await expect(client.query("INSERT INTO kept VALUES ('x')")).rejects.toThrow('invalid input');
    expect((await client.query('COMMIT')).command).toBe('ROLLBACK');
    await expect(client.query("INSERT INTO kept VALUES ('x')")).rejects.toThrow('invalid input');
    expect(proxy.lostReplies).toBe(0);
  });

  it('knows the text of a prepared statement when it is executed again', async () => {
    const client = await through();
    const prepared = (id: number) =>
      client.query({ name: 'insert-kept', text: 'INSERT INTO kept (id) VALUES ($1)', values: [id] });
    await prepared(1);
    proxy.loseCommitReplies({ times: 1, after: /INTO kept/ });
    await client.query('BEGIN');
    await prepared(2);
    await expect(client.query('COMMIT')).rejects.toThrow();
    expect(await kept()).toEqual([1, 2]);
  });

  it('takes a statement without BEGIN for a transaction, also several in one text', async () => {
    proxy.loseCommitReplies({ times: 3, after: /INTO kept/ });
    await expect((await through()).query('INSERT INTO kept (id) VALUES ($1)', [1])).rejects.toThrow();
    await expect((await through()).query('INSERT INTO kept (id) VALUES (2)')).rejects.toThrow();
    await expect((await through()).query('BEGIN; INSERT INTO kept (id) VALUES (3); COMMIT')).rejects.toThrow();
    expect(await kept()).toEqual([1, 2, 3]);
  });

  it('loses any COMMIT when it is not told which, but no answer to a question', async () => {
    const client = await through();
    proxy.loseCommitReplies({ times: 1 });
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await expect(insert(client, 1)).rejects.toThrow();
    expect(await kept()).toEqual([1]);
  });

  it('loses the reply to what was sent and answered in many chunks', async () => {
    const client = await through();
    const text = 'ä'.repeat(3_000_000);
    proxy.loseCommitReplies({ times: 1, after: /^INSERT INTO kept.*RETURNING/ });
    await client.query('INSERT INTO kept (id, text) VALUES (1, $1)', [text]);
    await expect(client.query('INSERT INTO kept (id, text) VALUES (2, $1) RETURNING text', [text])).rejects.toThrow();
    const { rows } = await (await through()).query<{ text: string }>('SELECT text FROM kept WHERE id = 2');
    expect(rows[0]?.text === text).toBe(true);
  });

  it('lets the server ask for the rows of a COPY', async () => {
    const client = await through();
    proxy.loseCommitReplies({ times: 1, after: /COPY/ });
    // The client has none and says so.
    await expect(client.query('COPY kept FROM STDIN')).rejects.toThrow('COPY from stdin failed');
    expect(proxy.lostReplies).toBe(0);
  });

  it('loses no more than it was told when many commit at once', async () => {
    const several = await Promise.all(Array.from({ length: 8 }, through));
    proxy.loseCommitReplies({ times: 3, after: /INTO kept/ });
    const results = await Promise.allSettled(several.map((client, id) => insert(client, id)));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(3);
    expect(await kept()).toHaveLength(8);
  });

  it('loses no more than it was told when several replies have begun', async () => {
    const [several, lock] = [await Promise.all([through(), through()]), await direct()];
    proxy.loseCommitReplies({ times: 1, after: /INTO kept/ });
    await lock.query('SELECT pg_advisory_lock(1)');
    const results = Promise.allSettled(
      several.map((client, id) =>
        client.query(
          `INSERT INTO kept VALUES (${id}, repeat('x', 100000)) RETURNING text; SELECT pg_advisory_lock_shared(1)`,
        ),
      ),
    );
    await eventually(async () => {
      const { rowCount } = await lock.query(
        `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database AND datname = current_database()
         WHERE locktype = 'advisory' AND NOT granted`,
      );
      return rowCount === 2;
    });
    await lock.query('SELECT pg_advisory_unlock(1)');
    expect((await results).map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(proxy.lostReplies).toBe(1);
  });

  it('holds COMMIT back from the server until it is released', async () => {
    const client = await through();
    const hold = proxy.holdCommits({ times: 1, after: /INTO kept/ });
    const committed = insert(client, 1);
    await eventually(() => hold.held() === 1);
    await insert(await through(), 2);
    expect(await kept()).toEqual([2]);
    hold.release();
    await committed;
    expect(hold.held()).toBe(0);
    expect(await kept()).toEqual([1, 2]);
  });

  it('holds back nothing that ends in ROLLBACK', async () => {
    const client = await through();
    const hold = proxy.holdCommits({ times: 1, after: /INTO kept/ });
    await client.query('BEGIN; INSERT INTO kept VALUES (1); ROLLBACK');
    expect(hold.held()).toBe(0);
    hold.release();
  });

  it('lets a COMMIT that was held arrive after its client is gone', async () => {
    const client = await through();
    const hold = proxy.holdCommits({ times: 1, after: /INTO kept/ });
    insert(client, 1).catch(() => undefined);
    await eventually(() => hold.held() === 1);
    await client.end();
    hold.release();
    await eventually(async () => (await kept()).length === 1);
    await eventually(() => proxy.connections === 0);
  });

  it('never delivers a COMMIT that was held on a connection that is cut', async () => {
    const client = await through();
    const hold = proxy.holdCommits({ times: 1, after: /INTO kept/ });
    const committed = insert(client, 1);
    await eventually(() => hold.held() === 1);
    proxy.cut();
    await expect(committed).rejects.toThrow();
    await eventually(() => hold.held() === 0);
    hold.release();
    await insert(await through(), 1);
    expect(await kept()).toEqual([1]);
  });

  it('forgets all its faults on pass', async () => {
    const client = await through();
    const hold = proxy.holdCommits({ times: 5, after: /INTO kept/ });
    proxy.loseCommitReplies({ times: 5, after: /INTO kept/ });
    const lost = insert(client, 1);
    await eventually(() => hold.held() === 1);
    await proxy.pass();
    await lost;
    await insert(client, 2);
    expect(proxy.lostReplies).toBe(0);
  });

  it('tells a client that asks for encryption that there is none', async () => {
    const url = new URL(database.url);
    url.port = String(proxy.port);
    const encrypted = new Client({ connectionString: url.href, ssl: { rejectUnauthorized: false } });
    encrypted.on('error', () => undefined);
    await expect(encrypted.connect()).rejects.toThrow('does not support SSL');
  });
});
