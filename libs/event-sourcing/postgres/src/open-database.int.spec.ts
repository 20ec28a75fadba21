import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import type { Database } from './database';
import { CommitOutcomeUnknown, isTransientDatabaseError, TransactionRolledBack } from './errors';
import { openDatabase } from './open-database';

let test_: TestDatabase;
let db: Database;

beforeEach(async () => {
  test_ = await startTestDatabase();
  db = openDatabase({ url: test_.url, applicationName: 'under-test', maxConnections: 1 });
  await db.query('CREATE TABLE notes (id integer PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, text text)');
});
afterEach(async () => {
  await db.close();
  await test_.drop();
});

const backend = async (of: Pick<Database, 'query'>) =>
  (await of.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;
const notes = async () => (await db.query<{ id: number }>('SELECT id FROM notes ORDER BY id')).rows.map(({ id }) => id);
const note = 'INSERT INTO notes (id) VALUES ($1)';

async function asAnother<T>(work: (other: Database) => Promise<T>): Promise<T> {
  const other = openDatabase({ url: test_.url, applicationName: 'another' });
  try {
    return await work(other);
  } finally {
    await other.close();
  }
}

test('settings of the session come with the connection', async () => {
  const { rows } = await db.query(
    `SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement,
       current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('application_name') AS name,
       current_setting('TimeZone') AS zone`,
  );
  expect(rows).toEqual([{ lock: '3s', statement: '8s', idle: '4s', name: 'under-test', zone: 'UTC' }]);
});

test('values arrive as this library promises', async () => {
  const { rows } = await db.query(
    `SELECT '{"a": [1]}'::jsonb AS json, 9007199254740993::bigint AS big, '2026-03-29T01:30:00Z'::timestamptz AS instant, '2026-03-29'::date AS day`,
  );
  expect(rows).toEqual([
    { json: { a: [1] }, big: '9007199254740993', instant: new Date('2026-03-29T01:30:00Z'), day: '2026-03-29' },
  ]);
});

test('a prepared statement is planned once per connection, and follows a table that was exchanged under its name', async () => {
  const text = 'SELECT id, text FROM notes WHERE id > $1 ORDER BY id';
  const ids = async (above: number) =>
    (await db.queryPrepared<{ id: number }>('notes-above', text, [above])).rows.map(({ id }) => id);
  await db.query("INSERT INTO notes VALUES (1, 'a'), (2, 'b')");
  expect([await ids(0), await ids(1)]).toEqual([[1, 2], [2]]);
  const { rows } = await db.query(
    "SELECT generic_plans + custom_plans AS plans FROM pg_prepared_statements WHERE name = 'notes-above'",
  );
  expect(rows).toEqual([{ plans: '2' }]);
  await db.query('ALTER TABLE notes RENAME TO old_notes');
  await db.query('CREATE TABLE notes (id integer, text text)');
  await db.query('INSERT INTO notes VALUES (3)');
  expect(await ids(0)).toEqual([3]);
});

test('a statement that is asked again and again is prepared by itself, inside and outside of transactions', async () => {
  const text = 'SELECT id FROM notes WHERE id = $1';
  for (let time = 0; time < 5; time += 1) await db.transaction((tx) => tx.query(text, [time]));
  for (let time = 0; time < 5; time += 1) await db.query(text, [time]);
  const { rows } = await db.query(
    'SELECT (generic_plans + custom_plans)::integer AS plans FROM pg_prepared_statements WHERE statement = $1',
    [text],
  );
  expect(rows).toEqual([{ plans: 6 }]);
});

test('a column that is added under a prepared statement costs one repetition, and no connection for good', async () => {
  const text = 'SELECT * FROM notes WHERE id = $1';
  const read = () => db.transaction(async (tx) => (await tx.query(text, [1])).rows);
  await db.query("INSERT INTO notes VALUES (1, 'a')");
  for (let time = 0; time < 6; time += 1) await read();
  await asAnother((other) => other.query('ALTER TABLE notes ADD COLUMN more text'));
  const error: unknown = await read().catch((failed: unknown) => failed);
  expect(error).toMatchObject({ code: '0A000' });
  expect(isTransientDatabaseError(error)).toBe(true);
  expect(await read()).toEqual([{ id: 1, text: 'a', more: null }]);
});

test('a statement that was sent with its BEGIN does not run when BEGIN fails, nor does any after it', async () => {
  await db.transaction((tx) => tx.query(note, [1]));
  await db.query('DEALLOCATE begin');
  const after: unknown[] = [];
  const work = db.transaction(async (tx) => {
    const statements = [tx.query(note, [2]), tx.query(note, [3])];
    for (const outcome of await Promise.allSettled(statements)) after.push(outcome.status);
    await tx.query(note, [4]);
  });
  await expect(work).rejects.toMatchObject({ code: '26000' });
  expect(after).toEqual(['rejected', 'rejected']);
  expect(await notes()).toEqual([1]);
  await db.transaction((tx) => tx.query(note, [5]));
  expect(await notes()).toEqual([1, 5]);
});

test('statements that are asked at once all belong to the transaction, whatever becomes of it', async () => {
  const insert = async (from: number, outcome: () => void) =>
    db.transaction(async (tx) => {
      await Promise.all([tx.query(note, [from]), tx.query('SELECT 1'), tx.query(note, [from + 1])]);
      outcome();
    });
  const fail = () => {
    throw new Error('no');
  };
  for (const from of [10, 20]) await expect(insert(from, fail)).rejects.toThrow('no');
  expect(await notes()).toEqual([]);
  await insert(30, () => undefined);
  expect(await notes()).toEqual([30, 31]);
});

test('a transaction that asks nothing is committed without a word to the server', async () => {
  let ran = false;
  const other = openDatabase({ url: test_.url, applicationName: 'quiet', maxConnections: 1 });
  try {
    await other.transaction((tx) => Promise.resolve(tx.afterCommit(() => (ran = true))));
    const { rows } = await db.query("SELECT query FROM pg_stat_activity WHERE application_name = 'quiet'");
    expect(rows).toEqual([{ query: '' }]);
  } finally {
    await other.close();
  }
  expect(ran).toBe(true);
});

test('what the work throws rolls back, and the connection goes back whole', async () => {
  const before = await backend(db);
  const work = db.transaction(async (tx) => {
    await tx.query(note, [1]);
    throw new Error('no');
  });
  await expect(work).rejects.toThrow('no');
  expect(await notes()).toEqual([]);
  expect(await backend(db)).toBe(before);
});

test('an error that was swallowed does not pass for a commit', async () => {
  let ran = false;
  const work = db.transaction(async (tx) => {
    tx.afterCommit(() => (ran = true));
    await tx.query(note, [1]);
    await tx.query('SELECT 1 / 0').catch(() => undefined);
  });
  await expect(work).rejects.toThrow(TransactionRolledBack);
  expect(await notes()).toEqual([]);
  expect(ran).toBe(false);
});

test('a constraint that only COMMIT checks is a plain error: it is known that nothing was written', async () => {
  const work = db.transaction(async (tx) => {
    await tx.query(note, [1]);
    await tx.query(note, [1]);
  });
  await expect(work).rejects.toMatchObject({ code: '23505' });
  expect(await notes()).toEqual([]);
});

test('an action after commit runs once it is committed, and its failure is not one of the transaction', async () => {
  let seen: number[] | undefined;
  await db.transaction(async (tx) => {
    tx.afterCommit(() => {
      throw new Error('too late to matter');
    });
    tx.afterCommit(() => void notes().then((ids) => (seen = ids)));
    await tx.query(note, [7]);
  });
  expect(await eventually(() => seen)).toEqual([7]);
});

test('a connection that the server cuts in the middle is not used again, and the process lives on', async () => {
  let cut = 0;
  const work = db.transaction(async (tx) => {
    await tx.query(note, [1]);
    cut = await backend(tx);
    await asAnother((other) => other.query('SELECT pg_terminate_backend($1)', [cut]));
    await eventually(() =>
      tx.query('SELECT 1').then(
        () => false,
        () => true,
      ),
    );
    await tx.query('SELECT 1');
  });
  const error: unknown = await work.catch((caught: unknown) => caught);
  expect(isTransientDatabaseError(error)).toBe(true);
  expect(await backend(db)).not.toBe(cut);
  expect(await notes()).toEqual([]);
});

test('an idle connection that the server cuts is replaced, and logged instead of ending the process', async () => {
  const logged: string[] = [];
  const log = (_fields: object, message: string) => void logged.push(message);
  const idle = openDatabase({ url: test_.url, applicationName: 'idle', logger: { warn: log, error: log } });
  try {
    const cut = await backend(idle);
    await asAnother((other) => other.query('SELECT pg_terminate_backend($1)', [cut]));
    await eventually(() => logged.length > 0);
    expect(logged).toEqual(['an idle database connection ended']);
    expect(await backend(idle)).not.toBe(cut);
  } finally {
    await idle.close();
  }
});

test('a transaction that ended takes no more statements', async () => {
  const leaked = await db.transaction((tx) => Promise.resolve({ tx }));
  await expect(leaked.tx.query('SELECT 1')).rejects.toThrow('has ended');
});

test('a transaction that is known to be long may have another statement timeout, and only it', async () => {
  const hasty = openDatabase({
    url: test_.url,
    applicationName: 'hasty',
    maxConnections: 1,
    statementTimeoutMs: 1_000,
  });
  try {
    const sleep = 'SELECT pg_sleep(2)';
    const long = await hasty.transaction((tx) => tx.query(sleep), { statementTimeoutMs: 0 });
    expect(long.rowCount).toBe(1);
    await expect(hasty.transaction((tx) => tx.query(sleep))).rejects.toMatchObject({ code: '57014' });
  } finally {
    await hasty.close();
  }
});

test('a lock that is not given in time is a transient error', async () => {
  const hasty = openDatabase({ url: test_.url, applicationName: 'hasty', lockTimeoutMs: 20 });
  try {
    await db.transaction(async (tx) => {
      await tx.query('LOCK TABLE notes');
      const error: unknown = await hasty.query(note, [1]).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: '55P03' });
      expect(isTransientDatabaseError(error)).toBe(true);
    });
  } finally {
    await hasty.close();
  }
});

test('an error in what was asked is not transient', async () => {
  const error: unknown = await db.query('SELECT nothing_of_the_kind').catch((caught: unknown) => caught);
  expect(isTransientDatabaseError(error)).toBe(false);
  expect(isTransientDatabaseError(new TypeError('a bug'))).toBe(false);
});

test('a database that is not there is a transient error', async () => {
  const nowhere = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', applicationName: 'lost' });
  const error: unknown = await nowhere.query('SELECT 1').catch((caught: unknown) => caught);
  expect(isTransientDatabaseError(error)).toBe(true);
  await nowhere.close();
});

/** Passes everything on until a statement comes by: of that connection no answer gets through any more, and the first one lost hangs up, if wanted. */
async function losingAnswersTo(statement: string, { hangUp }: { hangUp: boolean }) {
  const target = new URL(test_.url);
  const { port, hostname } = target;
  const sockets = new Set<Socket>();
  let lost = 0;
  const server = createServer((client: Socket) => {
    const upstream = connect(Number(port), hostname);
    let losing = false;
    client.on('data', (bytes) => {
      losing ||= bytes.includes(`${statement}\0`);
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (!losing) return void client.write(bytes);
      lost += 1;
      if (hangUp) client.destroy();
    });
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => undefined));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  target.hostname = '127.0.0.1';
  target.port = String((server.address() as AddressInfo).port);
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: target.href, lost: () => lost, close };
}

test('a COMMIT whose answer is lost is named as such: here it had happened', async () => {
  const proxy = await losingAnswersTo('COMMIT', { hangUp: true });
  const through = openDatabase({ url: proxy.url, applicationName: 'through-a-proxy' });
  try {
    let ran = false;
    const work = through.transaction(async (tx) => {
      tx.afterCommit(() => (ran = true));
      await tx.query(note, [42]);
    });
    await expect(work).rejects.toThrow(CommitOutcomeUnknown);
    expect(proxy.lost()).toBe(1);
    expect(ran).toBe(false);
    expect(await notes()).toEqual([42]);
    await through.query('SELECT 1');
  } finally {
    await through.close();
    proxy.close();
  }
});

test('a connection on which the server fell silent is given up, and never handed to the next transaction', async () => {
  const proxy = await losingAnswersTo('SELECT pg_sleep(0)', { hangUp: false });
  const through = openDatabase({
    url: proxy.url,
    applicationName: 'through-a-proxy',
    maxConnections: 1,
    statementTimeoutMs: 1_000,
  });
  try {
    const work = through.transaction((tx) => tx.query('SELECT pg_sleep(0)'));
    const error: unknown = await work.catch((caught: unknown) => caught);
    expect(isTransientDatabaseError(error)).toBe(true);
    expect(proxy.lost()).toBeGreaterThan(0);
    await through.transaction((tx) => tx.query(note, [1]));
    expect(await notes()).toEqual([1]);
  } finally {
    await through.close();
    proxy.close();
  }
});
