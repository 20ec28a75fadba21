import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createKafka } from '@calendar-sync/kafka';
import { services } from '@calendar-sync/local-stack';
import { eventually, workspaceRoot } from '@calendar-sync/test-infrastructure';
import { stackCommand } from '../clients/stack-command';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed, WINDOW } from './fault-bench';
import { watermarks } from './topic-records';

const seed = faultSeed();
const patience = { timeoutMs: 120_000, intervalMs: 250 };
const readModels = ['calendar_entries', 'calendars', 'connections', 'meetings', 'calendar_sync_status'];

let bench: FaultBench;

beforeAll(async () => {
  bench = await FaultBench.open(seed, {
    entriesPerPerson: 20,
    failpoints: ['rebuild.caught-up'],
    // Whatever is asked of the provider or published has a change of the test as its reason.
    env: { POLL_MIN_SECONDS: '900', POLL_MAX_SECONDS: '1800', CALENDAR_LIST_SECONDS: '1800' },
  });
}, 300_000);
afterAll(() => bench?.close(), 60_000);

/** Each table's rows, in an order of their own. */
const rowsOf = async (tables: readonly string[]) =>
  Object.fromEntries(
    await Promise.all(
      tables.map(async (table) => [
        table,
        (
          await bench.query<{ row: string }>('gateway', `SELECT to_jsonb(t)::text AS row FROM ${table} AS t ORDER BY 1`)
        ).map(({ row }) => row),
      ]),
    ),
  ) as Record<string, string[]>;

/** Everything that the product did to the outside and told others, in numbers. */
async function effects() {
  const recorded: Record<string, unknown> = {};
  for (const service of services) {
    const [row] = await bench.query<{ own: number; commands: number }>(
      service,
      `SELECT (SELECT count(*)::int FROM events WHERE metadata->'received' IS NULL) AS own,
         (SELECT count(*)::int FROM outbox_messages) AS commands`,
    );
    recorded[service] = row;
  }
  const topics: Record<string, string> = {};
  for (const { topic, partition, high } of await watermarks(bench.stack.brokers))
    if (high > 0n) topics[`${topic}/${partition}`] = String(high);
  return { recorded, topics, requests: (await bench.simulator.requests()).counts };
}

/** Waits until nothing is done any more, and says what was done until then. */
async function quiet(): Promise<Awaited<ReturnType<typeof effects>>> {
  let before = '';
  return eventually(
    async () => {
      const now = await effects();
      const same = JSON.stringify(now) === before;
      before = JSON.stringify(now);
      return same && now;
    },
    { timeoutMs: 120_000, intervalMs: 4_000 },
  );
}

/** Whoever does something by the clock (channels, reports) would be taken for a side effect: they end once nothing is left to do. */
async function silence(): Promise<void> {
  await quiet();
  for (const service of ['sync', 'monitoring']) await bench.stack.kill(service, 'SIGTERM');
}

/** Until the gateway stands at the end of every partition that it reads. */
const caughtUp = () =>
  eventually(async () => {
    const ends = new Map(
      (await watermarks(bench.stack.brokers)).map((each) => [`${each.topic}/${each.partition}`, each.high]),
    );
    const offsets = await bench.query<{ name: string; next: string }>(
      'gateway',
      `SELECT topic || '/' || partition AS name, next_offset::text AS next FROM consumer_offsets`,
    );
    expect(offsets.length).toBeGreaterThan(0);
    expect(offsets.filter(({ name, next }) => String(ends.get(name)) !== next)).toEqual([]);
  }, patience);

const received = async () =>
  (
    await bench.query<{ count: number }>(
      'gateway',
      `SELECT count(*)::int AS count FROM events WHERE metadata->'received' IS NOT NULL`,
    )
  )[0]!.count;

test('a full replay after read models and offsets were dropped gives the same read models, and no side effect', async () => {
  await bench.mutate(60);
  await silence();
  const done = await quiet();
  await caughtUp();
  const before = await rowsOf([...readModels, 'operations']);
  const kept = await received();
  for (const model of [...readModels, 'operations']) expect(before[model]!.length).toBeGreaterThan(0);

  await bench.stack.kill('gateway');
  await bench.query('gateway', `TRUNCATE ${readModels.join(', ')}, consumer_offsets, consumer_sequences`);
  await bench.stack.start('gateway');
  await caughtUp();
  expect(await rowsOf([...readModels, 'operations'])).toEqual(before);
  expect(await bench.metric('gateway', 'kafka_consumed_total')).toBeGreaterThanOrEqual(kept);
  expect(await received()).toBe(kept);
  expect(await quiet()).toEqual(done);
  await expectConvergence(bench);
}, 400_000);

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

test("Kafka's own offsets deleted, or set to the end, change nothing: each message is taken once", async () => {
  const admin = createKafka({ brokers: [...bench.stack.brokers], clientId: 'fault-suite', logger: silent }).admin();
  await admin.connect();
  const told = async () =>
    (await admin.fetchOffsets({ groupId: 'gateway' })).flatMap(({ partitions }) =>
      partitions.filter(({ offset }) => offset !== '-1'),
    ).length;
  const asTaken = async () => ({
    gaps: await bench.metric('gateway', 'kafka_gaps_total'),
    repeats: await bench.metric('gateway', 'kafka_duplicates_total'),
    consumed: await bench.metric('gateway', 'kafka_consumed_total'),
  });
  try {
    expect(await told()).toBeGreaterThan(0);
    await silence();
    await quiet();
    await caughtUp();
    await bench.stack.kill('gateway', 'SIGTERM');
    await admin.deleteGroups(['gateway']);
    expect(await told()).toBe(0);
    await bench.stack.start('gateway');
    await eventually(async () => expect(await bench.metric('gateway', 'kafka_lag')).toBe(0), patience);
    expect(await asTaken()).toEqual({ gaps: 0, repeats: 0, consumed: 0 });

    await bench.stack.kill('gateway', 'SIGTERM');
    const missed = await received();
    await bench.stack.start('sync');
    await bench.mutate(20);
    await quiet();
    const ends = Map.groupBy(await watermarks(bench.stack.brokers), ({ topic }) => topic);
    const read = await bench.query<{ topic: string }>('gateway', 'SELECT DISTINCT topic FROM consumer_offsets');
    for (const { topic } of read) {
      const partitions = ends.get(topic)!.map(({ partition, high }) => ({ partition, offset: String(high) }));
      await admin.setOffsets({ groupId: 'gateway', topic, partitions });
    }
    await bench.stack.start('gateway');
    await bench.mutate(10);
    await silence();
    await quiet();
    await caughtUp();
    const taken = (await received()) - missed;
    expect(taken).toBeGreaterThan(20);
    expect(await asTaken()).toEqual({ gaps: 0, repeats: 0, consumed: taken });
  } finally {
    await admin.disconnect();
  }
  await expectConvergence(bench);
}, 400_000);

test('a read model is made anew under load without a moment in which an entry is missing, and nothing of the load is lost', async () => {
  const [ada] = bench.people;
  const day = { start: { dateTime: '2026-12-07T10:00:00+01:00' }, end: { dateTime: '2026-12-07T11:00:00+01:00' } };
  await bench.simulator.insert(ada!, { summary: 'Always there', ...day });
  const there = async () =>
    (await bench.gateway(ada!).entries(WINDOW.from, WINDOW.to)).some(({ title }) => title === 'Always there');
  await eventually(async () => expect(await there()).toBe(true), patience);

  const others = bench.people.slice(1);
  const stopChanging = bench.keepChanging(10, others);
  bench.arm('rebuild.caught-up', { action: 'hold', times: 1, match: 'calendar_entries' });
  const looks: boolean[] = [];
  let looking = true;
  const reader = (async () => {
    while (looking) looks.push(await there());
  })();
  const rebuilding = rebuild('calendar_entries');
  try {
    await eventually(() => bench.woven!.strikes('rebuild.caught-up').length > 0, patience);
    const before = await received();
    // The gateway stands before the locked log, or, where nothing locks it, has gone on past the rebuilt table.
    await eventually(async () => {
      const [row] = await bench.query<{ waiting: number }>(
        'gateway',
        `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      expect(row!.waiting > 0 || (await received()) > before + 20).toBe(true);
    }, patience);
    bench.woven!.disarm('rebuild.caught-up');
    expect(await rebuilding).toContain('calendar_entries: rebuilt from');
    expect(await stackCommand(bench.stack, 'rebuild', 'gateway', 'all')).toContain('meetings: rebuilt from');
  } finally {
    looking = false;
    await reader;
  }
  expect(await stopChanging()).toBeGreaterThan(0);
  expect(looks.length).toBeGreaterThan(0);
  expect(looks).not.toContain(false);
  await expectConvergence(bench);
}, 400_000);

/** The command as `npm run rebuild` runs it, with the failpoints of the bench. */
async function rebuild(readModel: string): Promise<string> {
  const child = spawn(process.execPath, [join(workspaceRoot, 'apps/gateway/dist/rebuild.js'), readModel], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      GATEWAY_DATABASE_URL: bench.stack.databaseUrl('gateway'),
      ...bench.woven!.env,
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`rebuild ended with ${code}: ${said}`);
  return said;
}
