import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { services } from '@calendar-sync/local-stack';
import { eventually, type SmallDisk } from '@calendar-sync/test-infrastructure';
import { Client } from 'pg';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed } from './fault-bench';
import { keepFull, ontoASmallDisk } from './onto-a-small-disk';
import { noteRepeats, repeats } from './repeats';
import { answeredAndNotStored, keepPushing } from './steady-pushes';

const FULL_SECONDS = 30;
const SPARE_MEGABYTES = 160;
const CHANGES_PER_SECOND = 8;
const PUSHES_PER_SECOND = 20;

// A server that comes back from a full disk, and everybody behind it, may take minutes.
jest.setTimeout(900_000);

const seed = faultSeed();
let bench: FaultBench;
let disk: SmallDisk | undefined;

beforeEach(async () => {
  bench = await FaultBench.open(seed, {
    // What was committed must outlive the server, so it must have been written before.
    stack: { durable: true },
    env: { POLL_MIN_SECONDS: '10', POLL_MAX_SECONDS: '20' },
  });
}, 240_000);
afterEach(async () => {
  await bench?.close();
  await disk?.unmount();
}, 60_000);

interface Server {
  readonly pid: number | undefined;
  start(): Promise<unknown>;
}

/** Starts the server again whenever it has ended, as whoever runs one does, until it is asked to stop. */
const keepRunning = (server: Server): (() => Promise<void>) =>
  bench.keepDoing(async () => {
    if (server.pid === undefined) await server.start().catch(() => undefined); // it has no room yet
    await delay(1_000);
  });

const logOf = ({ logFile }: { logFile: string }) => readFileSync(logFile, 'utf8');

const processes = () => Object.fromEntries(bench.stack.serviceProcesses.map((name) => [name, bench.stack.pid(name)]));

/** Syncs that were ordered through the gateway and accepted, until it is stopped. */
function keepOrdering(): () => Promise<string[]> {
  const gateway = bench.gateway(bench.people[0]!);
  const accepted: string[] = [];
  const stop = bench.keepDoing(async () => {
    await gateway.requestSync().then(
      ({ operationId }) => accepted.push(operationId),
      () => undefined, // refused: nothing was promised
    );
    await delay(500);
  });
  return async () => {
    await stop();
    return accepted;
  };
}

function loadEverything() {
  const pids = processes();
  const stopPushing = keepPushing(bench, PUSHES_PER_SECOND);
  const stopOrdering = keepOrdering();
  bench.keepChanging(CHANGES_PER_SECOND);
  return { pids, stop: async () => ({ pushes: await stopPushing(), accepted: await stopOrdering() }) };
}

async function allReady(): Promise<void> {
  await eventually(
    async () => {
      for (const name of bench.stack.serviceProcesses)
        expect(`${name} ${await bench.isReady(name)}`).toBe(`${name} true`);
    },
    { timeoutMs: 120_000, intervalMs: 250 },
  );
}

/** All goes on by itself: nothing is lost, nothing is taken twice, no process ended, nobody's account or calendar was blamed. */
async function expectUnharmed(pids: ReturnType<typeof processes>, accepted: readonly string[]): Promise<void> {
  await expectConvergence(bench);
  expect(processes()).toEqual(pids);
  for (const service of services) expect(await repeats(bench, service)).toEqual([]);
  const blamed = "SELECT type, data FROM events WHERE type IN ('CalendarSyncFailed', 'ConnectionSuspended')";
  expect(await bench.query('sync', blamed)).toEqual([]);
  const gateway = bench.gateway(bench.people[0]!);
  for (const operation of accepted) expect((await gateway.operation(operation)).status).toBe('succeeded');
}

test('the disk of Postgres is full for half a minute, until the server panics for want of a log: what was answered is stored, and all goes on by itself', async () => {
  const postgres = bench.stack.postgres!;
  await postgres.stop();
  disk = ontoASmallDisk(join(postgres.dir, 'data'), SPARE_MEGABYTES);
  await postgres.start();
  await allReady();
  for (const service of services) await noteRepeats(bench, service);
  const load = loadEverything();

  const began = performance.now();
  const free = await keepFull(disk);
  const stopRunning = keepRunning(postgres);
  await eventually(() => expect(logOf(postgres)).toMatch(/ERROR: .*No space left on device/), { timeoutMs: 60_000 });
  await delay((FULL_SECONDS * 1_000) / 3);
  await useUpTheLog();
  await delay(Math.max(0, FULL_SECONDS * 1_000 - (performance.now() - began)));
  await free();
  await eventually(() => bench.query('sync', 'SELECT 1'), { timeoutMs: 120_000, intervalMs: 250 });
  await stopRunning();
  const { pushes, accepted } = await load.stop();

  expect(pushes.filter(({ status }) => status === 503)).not.toEqual([]);
  expect(await answeredAndNotStored(bench, pushes)).toEqual([]);
  await expectUnharmed(load.pids, accepted);
});

/** Begins one file of the write-ahead log after the other, as much traffic would, until there is no room for another. */
async function useUpTheLog(): Promise<void> {
  const { url } = bench.stack.postgres!;
  await eventually(
    async () => {
      const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        // A switch of a file in which nothing was written does nothing.
        for (;;) await client.query("SELECT pg_logical_emit_message(false, 'full', 'x'), pg_switch_wal()");
      } catch {
        expect(logOf(bench.stack.postgres!)).toMatch(/PANIC: .*No space left on device/);
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    { timeoutMs: 60_000, intervalMs: 250 },
  );
}

test('the disk of Kafka is full for half a minute: pushes are stored all the same, and all goes on by itself', async () => {
  const kafka = bench.stack.kafka!;
  await kafka.stop({ graceMs: 30_000 });
  disk = ontoASmallDisk(join(kafka.dir, 'data'), SPARE_MEGABYTES);
  await kafka.start();
  await allReady();
  for (const service of services) await noteRepeats(bench, service);
  const load = loadEverything();

  const free = await keepFull(disk);
  const stopRunning = keepRunning(kafka);
  await delay(FULL_SECONDS * 1_000);
  await free();
  await allReady();
  await stopRunning();
  const { pushes, accepted } = await load.stop();

  expect(logOf(kafka)).toContain('No space left on device');
  expect(pushes.filter(({ status }) => status !== 200)).toEqual([]);
  expect(await answeredAndNotStored(bench, pushes)).toEqual([]);
  await expectUnharmed(load.pids, accepted);
});
