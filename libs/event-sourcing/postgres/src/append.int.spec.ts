import type { Decider, Fact } from '@calendar-sync/event-sourcing-core';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { appendToStreams, type EventToAppend, type RouteEvent } from './append';
import type { Database } from './database';
import { ConcurrencyConflict } from './errors';
import { openEventStore } from './event-store.fixture';
import { eventStoreSql } from './event-store.migration';
import { openDatabase } from './open-database';
import { decideOnStreams, readStream, readStreams } from './streams';

let db: Database;
let test_: TestDatabase;

beforeAll(async () => {
  test_ = await startTestDatabase();
  db = await openEventStore(test_.url);
});
afterAll(async () => {
  await db.close();
  await test_.drop();
});

const publishNotes: RouteEvent = ({ type, data }) =>
  type === 'Noted' && 'key' in data && typeof data.key === 'string'
    ? { topic: 'notes', key: data.key, subject: 'a-subject' }
    : undefined;
const noted = (key: string, text = ''): EventToAppend => ({ type: 'Noted', data: { key, text } });
const kept = (text: string): EventToAppend => ({ type: 'Kept', data: { text } });

const sequences = async (key: string) =>
  (
    await db.query<{ sequence: string }>('SELECT sequence FROM events WHERE key = $1 ORDER BY sequence', [key])
  ).rows.map(({ sequence }) => Number(sequence));

test('a stream is read back as it was written, with everything that belongs to its events', async () => {
  const written = await db.transaction((tx) =>
    appendToStreams(
      tx,
      [{ streamId: 'note-1', ownerId: 'ada', expectedVersion: 0, events: [noted('k1', 'a'), kept('b')] }],
      { route: publishNotes, metadata: { correlationId: 'c', actor: { sub: 'ada' } } },
    ),
  );
  expect(await readStream(db, 'note-1')).toEqual(written);
  expect(written).toMatchObject([
    { streamId: 'note-1', version: 1, topic: 'notes', key: 'k1', sequence: 1, subject: 'a-subject', ownerId: 'ada' },
    { streamId: 'note-1', version: 2, type: 'Kept', data: { text: 'b' }, metadata: { correlationId: 'c' } },
  ]);
  expect(written[1]).not.toHaveProperty('sequence');
  expect(written[1]).not.toHaveProperty('topic');
});

test('a stream that must not exist yet is refused when it does, and the transaction goes on', async () => {
  const first = { streamId: 'note-2', expectedVersion: 0, events: [kept('first')] };
  await db.transaction((tx) => appendToStreams(tx, [first]));
  await db.transaction(async (tx) => {
    await expect(appendToStreams(tx, [first])).rejects.toThrow(ConcurrencyConflict);
    await appendToStreams(tx, [{ ...first, expectedVersion: 1, events: [kept('second')] }]);
  });
  expect((await readStream(db, 'note-2')).map(({ data }) => data)).toEqual([{ text: 'first' }, { text: 'second' }]);
});

test('an expected version that the stream has not reached is refused: a stream has no holes', async () => {
  const append = (expectedVersion: number) =>
    db.transaction((tx) => appendToStreams(tx, [{ streamId: 'note-3', expectedVersion, events: [kept('x')] }]));
  await expect(append(1)).rejects.toMatchObject({ name: 'ConcurrencyConflict', streamIds: ['note-3'] });
  await append(0);
  await expect(append(2)).rejects.toThrow(ConcurrencyConflict);
  await append(1);
  expect(await readStream(db, 'note-3')).toHaveLength(2);
});

test('a conflict on one stream undoes all of the call, its sequences too, and names that stream', async () => {
  await db.transaction((tx) => appendToStreams(tx, [{ streamId: 'note-4', expectedVersion: 0, events: [kept('x')] }]));
  await db.transaction(async (tx) => {
    const options = { route: publishNotes };
    await appendToStreams(tx, [{ streamId: 'note-5', expectedVersion: 0, events: [noted('k2')] }], options);
    const call = appendToStreams(
      tx,
      [
        { streamId: 'note-6', expectedVersion: 0, events: [noted('k2'), noted('k2'), noted('k3')] },
        { streamId: 'note-4', expectedVersion: 0, events: [noted('k2')] },
      ],
      options,
    );
    await expect(call).rejects.toMatchObject({ streamIds: ['note-4'] });
    await appendToStreams(
      tx,
      [{ streamId: 'note-7', expectedVersion: 0, events: [noted('k2'), noted('k3')] }],
      options,
    );
  });
  expect(await readStream(db, 'note-6')).toEqual([]);
  expect(await sequences('k2')).toEqual([1, 2]);
  expect(await sequences('k3')).toEqual([1]);
});

test('of two who decided on the same version one wins, and the other can decide again in its transaction', async () => {
  const add = (text: string) =>
    db.transaction(async (tx) => {
      for (let attempt = 0; ; attempt += 1) {
        const expectedVersion = (await readStream(tx, 'note-8')).length;
        try {
          return await appendToStreams(tx, [{ streamId: 'note-8', expectedVersion, events: [noted('k4', text)] }], {
            route: publishNotes,
          });
        } catch (error) {
          if (!(error instanceof ConcurrencyConflict) || attempt > 20) throw error;
        }
      }
    });
  await Promise.all(Array.from({ length: 8 }, (_, index) => add(String(index))));
  const texts = (await readStream<Fact<'Noted', { text: string }>>(db, 'note-8')).map(({ data }) => data.text);
  expect(texts.sort()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  expect(await sequences('k4')).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('calls that meet on the same keys in opposite order do not deadlock', async () => {
  const keys = ['met-1', 'met-2', 'met-3', 'met-4', 'met-5'];
  const append = (name: string, order: string[], meanwhile?: () => Promise<unknown>) =>
    db.transaction(async (tx) => {
      const appends = order.map((key) => ({ streamId: `${name}-${key}`, expectedVersion: 0, events: [noted(key)] }));
      await appendToStreams(tx, appends, { route: publishNotes });
      await meanwhile?.();
    });
  const waiting = (count: number) =>
    eventually(async () => {
      const { rows } = await db.query<{ count: number }>(
        `SELECT count(*)::integer AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows[0]!.count === count;
    });
  // Each is on its way through the keys when it meets the one that is held, and goes on when that is let go.
  let calls: Promise<void>[] = [];
  await append('held', ['met-3'], async () => {
    calls = [append('up', keys), append('down', [...keys].reverse())];
    await waiting(2);
  });
  await Promise.all(calls);
  for (const key of keys) expect(await sequences(key)).toEqual(key === 'met-3' ? [1, 2, 3] : [1, 2]);
});

test('calls that meet on private streams in opposite order do not deadlock', async () => {
  const streams = Array.from({ length: 200 }, (_, index) => `quiet-${index}`);
  const append = (round: number, order: string[]) =>
    db.transaction((tx) =>
      appendToStreams(
        tx,
        order.map((name) => ({ streamId: `${name}-${round}`, expectedVersion: 0, events: [kept(name)] })),
      ),
    );
  for (let round = 0; round < 15; round += 1) {
    const outcomes = await Promise.allSettled([append(round, streams), append(round, [...streams].reverse())]);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []));
    expect(refused.map(({ name }) => name)).toEqual(['ConcurrencyConflict']);
  }
});

test('ten thousand streams go in one call, in the order given, with one gap-free sequence', async () => {
  const appends = Array.from({ length: 10_000 }, (_, index) => ({
    streamId: `bulk-${(index * 7919) % 10_000}`,
    expectedVersion: 0,
    events: [noted('bulk', String(index))],
  }));
  const written = await db.transaction((tx) => appendToStreams(tx, appends, { route: publishNotes }));
  expect(written.map(({ sequence }) => sequence)).toEqual(appends.map((_, index) => index + 1));
  const { rows } = await db.query<{ ordered: boolean }>(
    `SELECT bool_and(position > before) AS ordered
     FROM (SELECT position, lag(position) OVER (ORDER BY sequence) AS before FROM events WHERE key = 'bulk') AS placed`,
  );
  expect(rows[0]!.ordered).toBe(true);
  expect(await readStreams(db, ['bulk-1', 'bulk-9999', 'no-such-stream'])).toHaveProperty('size', 2);
});

test('an append of a few events is planned once, and looks the version before up though the log was empty then', async () => {
  const fresh = await startTestDatabase();
  const one = openDatabase({ url: fresh.url, applicationName: 'planned-early', maxConnections: 1 });
  try {
    for (const statement of eventStoreSql) await one.query(statement);
    for (let version = 0; version < 12; version += 1) {
      const append = { streamId: 'planned', expectedVersion: version, events: [noted('planned')] };
      await one.transaction((tx) => appendToStreams(tx, [append], { route: publishNotes }));
    }
    const { rows } = await one.query<{ name: string; custom: number }>(
      `SELECT name, custom_plans::integer AS custom FROM pg_prepared_statements
       WHERE statement LIKE '%INTO events%' AND generic_plans > 0`,
    );
    expect(rows).toMatchObject([{ custom: 5 }]);
    const plan = await one.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN EXECUTE "${rows[0]!.name}" ('{t}', '{k}', '{1}', '{planned}', '{13}', '{12}', '{o}', '{t}', '{k}', '{0}', '{s}',
         '{0f8fad5b-d9cb-469f-a165-70867728950e}', '{Noted}', '{1}', '[{}]', '[{}]')`,
    );
    const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toMatch(/Index.* on events previous/);
    expect(text).not.toContain('Seq Scan on events');
  } finally {
    await one.close();
    await fresh.drop();
  }
});

test('a stream may have its own metadata, and else has that of the call', async () => {
  await db.transaction((tx) =>
    appendToStreams(
      tx,
      [
        { streamId: 'meta-1', expectedVersion: 0, events: [kept('x')], metadata: { correlationId: 'own' } },
        { streamId: 'meta-2', expectedVersion: 0, events: [kept('x')] },
      ],
      { metadata: { correlationId: 'of the call' } },
    ),
  );
  const streams = await readStreams(db, ['meta-1', 'meta-2']);
  expect([...streams.values()].map(([event]) => event!.metadata.correlationId)).toEqual(['own', 'of the call']);
});

test('the same stream twice in one call is a mistake of the caller', async () => {
  const append = { streamId: 'twice', expectedVersion: 0, events: [kept('x')] };
  await expect(db.transaction((tx) => appendToStreams(tx, [append, append]))).rejects.toThrow('twice in one call');
});

test('texts that jsonb refuses are stored with U+FFFD in their place', async () => {
  const nasty = { 'a\0b': 'nul \0, half \ud83d, whole 😀, written \\u0000' };
  await db.transaction((tx) =>
    appendToStreams(tx, [{ streamId: 'nasty', expectedVersion: 0, events: [{ type: 'Kept', data: nasty }] }]),
  );
  const [event] = await readStream(db, 'nasty');
  expect(event!.data).toEqual({ 'a\uFFFDb': 'nul \uFFFD, half \uFFFD, whole 😀, written \\u0000' });
});

test('commits are told to listeners in this process, with what was written; rollbacks are not', async () => {
  const heard: string[][] = [];
  const stop = db.onCommit((signals) => heard.push([...signals]));
  const append = (streamId: string, event: EventToAppend) =>
    db.transaction((tx) =>
      appendToStreams(tx, [{ streamId, expectedVersion: 0, events: [event] }], { route: publishNotes }),
    );
  await append('signal-1', noted('k9'));
  await append('signal-2', kept('private'));
  await expect(append('signal-1', noted('k9'))).rejects.toThrow(ConcurrencyConflict);
  stop();
  await append('signal-3', noted('k9'));
  expect(heard).toEqual([['events-to-publish'], []]);
});

type TallyEvent = Fact<'Tallied', { total: number }>;
const tally: Decider<number, number, TallyEvent> = {
  initialState: 0,
  evolve: (_total, { data }) => data.total,
  decide: (add, total) => (add === 0 ? [] : [{ type: 'Tallied', data: { total: total + add } }]),
};

test('commands to many streams are decided on their histories and appended together', async () => {
  const run = (commands: Record<string, number[]>) =>
    db.transaction((tx) =>
      decideOnStreams(
        tx,
        tally,
        Object.entries(commands).map(([streamId, list]) => ({ streamId, ownerId: 'ada', commands: list })),
      ),
    );
  await run({ 'tally-1': [1, 2], 'tally-2': [5] });
  const written = await run({ 'tally-1': [10, 0], 'tally-2': [0], 'tally-3': [7] });
  expect(written.map(({ streamId, version, data }) => [streamId, version, data.total])).toEqual([
    ['tally-1', 3, 13],
    ['tally-3', 1, 7],
  ]);
});
