import { setTimeout as delay } from 'node:timers/promises';
import { eventually, residentBytes } from '@calendar-sync/test-infrastructure';
import { pushClient, uuidOf } from '../clients/push.client';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed, WINDOW } from './fault-bench';

const seed = faultSeed();
const MiB = 1024 * 1024;
/** A process that held what it could not publish would end for want of memory; without a limit V8 lets garbage lie as it has room for it. */
const HEAP = { NODE_OPTIONS: '--max-old-space-size=160' };
/** What a process may take more than before: its heap up to that limit, and a batch outside of it. */
const GROWTH = 250 * MiB;
let bench: FaultBench;

beforeEach(async () => {
  bench = await FaultBench.open(seed, { env: HEAP });
}, 300_000);
afterEach(() => bench?.close(), 60_000);

const pids = () => new Map(bench.stack.serviceProcesses.map((name) => [name, bench.stack.pid(name)!]));

/** Kills the broker, starts it again after so many seconds, and changes calendars all the while. */
async function withoutBroker(seconds: number): Promise<void> {
  const push = pushClient(bench.stack);
  const before = pids();
  const held = new Map([...before].map(([name, pid]) => [name, residentBytes(pid)]));
  await bench.stack.kafka!.kill();
  const stopChanging = bench.keepChanging(5);
  const answers: number[] = [];
  const until = Date.now() + seconds * 1_000;
  while (Date.now() < until) {
    answers.push(await push(uuidOf(`${seed} ${answers.length % 40}`), uuidOf(`${seed} channel ${answers.length}`)));
    await delay(100);
  }
  expect(bench.stack.kafka!.pid).toBeUndefined();
  expect(await bench.isReady('webhook-ingestion')).toBe(true);
  for (const person of bench.people)
    expect((await bench.gateway(person).entries(WINDOW.from, WINDOW.to)).length).toBeGreaterThan(0);
  expect(await stopChanging()).toBeGreaterThan(seconds);

  expect(answers.filter((status) => status !== 200)).toEqual([]);
  expect(answers.length).toBeGreaterThan(seconds);
  expect(pids()).toEqual(before);
  expect(grown(held)).toEqual([]);
  await bench.stack.kafka!.start();
  for (const name of before.keys()) {
    await eventually(async () => expect({ name, ready: await bench.isReady(name) }).toEqual({ name, ready: true }), {
      timeoutMs: 120_000,
      intervalMs: 500,
    });
  }
  await expectConvergence(bench);
  expect(pids()).toEqual(before);
  expect(grown(held)).toEqual([]);
}

const grown = (held: ReadonlyMap<string, number>) =>
  [...pids()]
    .map(([name, pid]) => ({ name, grown: residentBytes(pid) - held.get(name)! }))
    .filter((each) => each.grown > GROWTH)
    .map((each) => `${each.name} has grown by ${Math.round(each.grown / MiB)} MiB`);

test('while the broker is killed and gone for half a minute, pushes are stored and nobody gives up; then all goes on by itself', async () => {
  await withoutBroker(30);
});

test('a broker that is gone for five minutes fills no memory, and all goes on by itself when it is back', async () => {
  await withoutBroker(300);
}, 900_000);
