import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { services } from '@calendar-sync/local-stack';
import { eventually } from '@calendar-sync/test-infrastructure';
import { Client } from 'pg';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed } from './fault-bench';
import { noteRepeats, repeats } from './repeats';
import { seededRandom } from './seeded-random';
import { answeredAndNotStored, keepPushing } from './steady-pushes';

const STOPS = 3;
const SECONDS = 30;
const CHANGES_PER_SECOND = 8;
const PUSHES_PER_SECOND = 20;

const seed = faultSeed();
const random = seededRandom(seed);
let bench: FaultBench;
let pids: Record<string, number | undefined>;

beforeAll(async () => {
  bench = await FaultBench.open(seed, {
    // What was committed must outlive the server, so it must have been written before.
    stack: { durable: true },
    // Pushes bring most of the load; afterwards it is to be quiet enough to compare.
    env: { POLL_MIN_SECONDS: '10', POLL_MAX_SECONDS: '20' },
  });
  for (const service of services) await noteRepeats(bench, service);
  pids = processes();
}, 240_000);
afterAll(() => bench?.close(), 60_000);

const processes = () => Object.fromEntries(bench.stack.serviceProcesses.map((name) => [name, bench.stack.pid(name)]));

const recorded = async () =>
  (await bench.query<{ count: number }>('sync', 'SELECT count(*)::int AS count FROM events'))[0]!.count;

/** Until sync has recorded so many events more: the load has reached the database again. */
async function recordsMore(count: number): Promise<void> {
  const before = await recorded();
  await eventually(async () => expect(await recorded()).toBeGreaterThanOrEqual(before + count), {
    timeoutMs: 120_000,
    intervalMs: 50,
  });
}

/** Nothing is lost, nothing is taken twice, no process ended, and nobody's account or calendar was blamed. */
async function expectUnharmed(): Promise<void> {
  const blamed = "SELECT type, data FROM events WHERE type IN ('CalendarSyncFailed', 'ConnectionSuspended')";
  expect(await bench.query('sync', blamed)).toEqual([]);
  expect(processes()).toEqual(pids);
  await expectConvergence(bench);
  expect(await bench.query('sync', blamed)).toEqual([]);
  expect(processes()).toEqual(pids);
  for (const service of services) expect(await repeats(bench, service)).toEqual([]);
}

test('Postgres is stopped as by a crash, three times under load: what was answered is stored, and all goes on by itself', async () => {
  const postgres = bench.stack.postgres!;
  const stopPushing = keepPushing(bench, PUSHES_PER_SECOND);
  bench.keepChanging(CHANGES_PER_SECOND);
  for (let stop = 0; stop < STOPS; stop += 1) {
    await recordsMore(5 + Math.floor(random() * 20));
    await postgres.kill();
    expect(postgres.pid).toBeUndefined();
    await postgres.start();
  }
  await recordsMore(20);
  const pushes = await stopPushing();

  expect(readFileSync(postgres.logFile, 'utf8').match(/received immediate shutdown request/g)).toHaveLength(STOPS);
  expect(pushes.filter(({ status }) => status === 503)).not.toEqual([]);
  expect(await answeredAndNotStored(bench, pushes)).toEqual([]);
  await expectUnharmed();
});

test('all sessions are ended every second for half a minute: what was answered is stored, and all goes on by itself', async () => {
  const stopPushing = keepPushing(bench, PUSHES_PER_SECOND);
  bench.keepChanging(CHANGES_PER_SECOND);
  const operator = new Client({ connectionString: bench.stack.postgres!.url });
  await operator.connect();
  const ended = { sessions: 0, atWork: 0 };
  try {
    for (let second = 0; second < SECONDS; second += 1) {
      await delay(1_000);
      const { rows } = await operator.query<{ sessions: number; at_work: number }>(
        `SELECT count(*) FILTER (WHERE pg_terminate_backend(pid))::int AS sessions,
           count(*) FILTER (WHERE state <> 'idle')::int AS at_work
         FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename LIKE 'calendar\\_sync\\_%'`,
      );
      ended.sessions += rows[0]!.sessions;
      ended.atWork += rows[0]!.at_work;
    }
  } finally {
    await operator.end();
  }
  const pushes = await stopPushing();

  expect(ended.sessions).toBeGreaterThan(SECONDS);
  expect(ended.atWork).toBeGreaterThan(0);
  expect(await answeredAndNotStored(bench, pushes)).toEqual([]);
  await expectUnharmed();
});
