import { setTimeout as pause } from 'node:timers/promises';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { appendToStreams } from './append';
import type { Database } from './database';
import { advanceEpoch, currentEpoch } from './epoch';
import { CursorOfAnotherLog } from './errors';
import { isSettled, openEventStore } from './event-store.fixture';
import { type LogCursor, readLog, startOfLog } from './log';
import { openDatabase } from './open-database';
import type { RecordedEvent } from './recorded-event';

let db: Database;
let test_: TestDatabase;

beforeEach(async () => {
  test_ = await startTestDatabase();
  db = await openEventStore(test_.url, { maxConnections: 14 });
});
afterEach(async () => {
  await db.close();
  await test_.drop();
});

const append = (streamId: string, count = 1, owner = 'ada') =>
  db.transaction((tx) =>
    appendToStreams(tx, [
      { streamId, ownerId: owner, expectedVersion: 0, events: Array(count).fill({ type: 'Kept', data: {} }) },
    ]),
  );

const settled = (database = db) => eventually(() => isSettled(database));

async function readAll(from: LogCursor, limit: number, filter = {}) {
  await settled();
  const events: RecordedEvent[] = [];
  for (let cursor = from; ;) {
    const read = await readLog(db, cursor, limit, filter);
    events.push(...read.events);
    if (read.events.length < limit) return { events, cursor: read.cursor };
    cursor = read.cursor;
  }
}

/** Numbers that look random and are the same in every run. */
function numbers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const WRITERS = 10;
const ROUNDS = 60;

test('ten writers at once: who follows the log misses nothing and sees nothing twice, and every key counts without gaps', async () => {
  let writing = true;
  let deadline = Infinity;
  const committed = new Set<string>();
  const write = async (writer: number) => {
    const next = numbers(writer + 1);
    for (let round = 0; round < ROUNDS; round += 1) {
      const rolledBack = next(5) === 0;
      const work = db.transaction(async (tx) => {
        const written: RecordedEvent[] = [];
        const calls = 1 + next(2); // each on its own keys: taken in one order, they can't wait in a circle
        for (let call = 0; call < calls; call += 1) {
          const events = Array.from({ length: 1 + next(3) }, () => ({
            type: 'Noted',
            data: { key: `key-${2 * call + next(2)}` },
          }));
          const streamId = `writer-${writer}-${round}-${call}`;
          written.push(
            ...(await appendToStreams(tx, [{ streamId, expectedVersion: 0, events }], {
              route: ({ data }) =>
                'key' in data && next(4) > 0 ? { topic: 'notes', key: String(data.key) } : undefined,
            })),
          );
          await pause(next(8));
        }
        if (rolledBack) throw new Error('rolled back');
        return written;
      });
      const written = await work.catch((error: Error) => {
        if (error.message !== 'rolled back') throw error;
        return [];
      });
      for (const { id } of written) committed.add(id);
    }
  };

  const seen: RecordedEvent[] = [];
  const naive = new Set<string>();
  const follow = async () => {
    let cursor = startOfLog(1);
    let last = '0';
    while (writing || (seen.length < committed.size && Date.now() < deadline)) {
      const read = await readLog(db, cursor, 7);
      cursor = read.cursor;
      seen.push(...read.events);
      const { rows } = await db.query<{ id: string; position: string }>(
        'SELECT id, position FROM events WHERE position > $1 ORDER BY position',
        [last],
      );
      for (const row of rows) naive.add(row.id);
      last = rows.at(-1)?.position ?? last;
      if (read.events.length === 0) await pause(1);
    }
    seen.push(...(await readLog(db, cursor, 100)).events);
  };

  const following = follow();
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  deadline = Date.now() + 60_000;
  writing = false;
  await following;

  expect(seen.map(({ id }) => id).sort()).toEqual([...committed].sort());
  expect(committed.size).toBeGreaterThan(WRITERS * ROUNDS);
  // The same run, read by the highest position seen, shows that the guard is needed.
  expect(naive.size).toBeLessThan(committed.size);
  for (const key of ['key-0', 'key-1', 'key-2', 'key-3']) {
    const sequences = seen.flatMap((event) => (event.key === key ? [event.sequence!] : [])).sort((a, b) => a - b);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    expect(sequences.length).toBeGreaterThan(50);
  }
}, 300_000);

test('an event that commits late is read late, and those after it wait for it', async () => {
  const start = startOfLog(1);
  let commit = () => {};
  const held = new Promise<void>((resolve) => (commit = resolve));
  let wrote = () => {};
  const written = new Promise<void>((resolve) => (wrote = resolve));
  const slow = db.transaction(async (tx) => {
    await appendToStreams(tx, [{ streamId: 'slow', expectedVersion: 0, events: [{ type: 'Kept', data: {} }] }]);
    wrote();
    await held;
  });
  try {
    await written;
    await append('fast');
    expect((await readLog(db, start, 10)).events).toEqual([]);
  } finally {
    commit();
    await slow;
  }
  await settled();
  expect((await readLog(db, start, 10)).events.map(({ streamId }) => streamId)).toEqual(['slow', 'fast']);
});

test('the cursor stays where it is while there is nothing to read', async () => {
  await append('one', 3);
  const { events, cursor } = await readAll(startOfLog(1), 2);
  expect(events.map(({ version }) => version)).toEqual([1, 2, 3]);
  expect(await readLog(db, cursor, 10)).toEqual({ events: [], cursor });
});

test('a filter skips what does not fit, and the cursor passes it at the end', async () => {
  await append('of-bob', 2, 'bob');
  await append('of-ada', 2);
  await append('more-of-bob', 2, 'bob');
  const { events, cursor } = await readAll(startOfLog(1), 10, { ownerId: 'ada', types: ['Kept'], published: false });
  expect(events.map(({ streamId }) => streamId)).toEqual(['of-ada', 'of-ada']);
  expect((await readLog(db, cursor, 10)).events).toEqual([]);
  await append('late');
  await settled();
  expect((await readLog(db, cursor, 10, { ownerId: 'ada' })).events).toHaveLength(1);
});

test('a filter looks through a long log window by window, and misses nothing at their ends', async () => {
  const rows = 45_000;
  await db.query(
    `INSERT INTO events (stream_id, version, id, type, data)
     SELECT 'long', n, gen_random_uuid(), CASE WHEN n IN (1, 20000, 20001, 40000, 44999) THEN 'Rare' ELSE 'Common' END, '{}'
     FROM generate_series(1, $1) AS n`,
    [rows],
  );
  await settled();
  const all = await readLog(db, startOfLog(1), 10, { types: ['Rare'] });
  expect(all.events.map(({ version }) => version)).toEqual([1, 20_000, 20_001, 40_000, 44_999]);
  expect((await readLog(db, all.cursor, 10)).events).toEqual([]);
  const two = await readLog(db, startOfLog(1), 2, { types: ['Rare'] });
  const rest = await readLog(db, two.cursor, 10, { types: ['Rare'] });
  expect([...two.events, ...rest.events].map(({ version }) => version)).toEqual([1, 20_000, 20_001, 40_000, 44_999]);
});

test('a cursor of before a restore is refused, and the log is read again from its start', async () => {
  await append('one');
  const { cursor } = await readAll(startOfLog(1), 10);
  expect(await db.transaction(advanceEpoch)).toBe(2);
  expect(await currentEpoch(db)).toBe(2);
  await append('two');
  await expect(readLog(db, cursor, 10)).rejects.toThrow(CursorOfAnotherLog);
  expect((await readAll(startOfLog(2), 10)).events.map(({ streamId }) => streamId)).toEqual(['one', 'two']);
});

test('a log that was restored from another cluster is readable again, whose transactions counted higher', async () => {
  await append('one', 2);
  await append('two', 2);
  const { cursor } = await readAll(startOfLog(1), 10);
  await db.query(`UPDATE events SET tx = (tx::text::bigint + 1000000000)::text::xid8`);
  const ahead = { ...cursor, transactionId: String(BigInt(cursor.transactionId) + 1_000_000_000n) };
  await expect(readLog(db, ahead, 10)).rejects.toThrow('without advancing its epoch');
  await db.transaction(advanceEpoch);
  await append('three');
  const { events } = await readAll(startOfLog(2), 2);
  expect(events.map(({ streamId, version }) => `${streamId} ${version}`)).toEqual([
    'one 1',
    'one 2',
    'two 1',
    'two 2',
    'three 1',
  ]);
});

test('another process finds the same log', async () => {
  await append('one');
  const other = openDatabase({ url: test_.url, applicationName: 'another' });
  try {
    await settled(other);
    expect((await readLog(other, startOfLog(1), 10)).events).toHaveLength(1);
  } finally {
    await other.close();
  }
});
