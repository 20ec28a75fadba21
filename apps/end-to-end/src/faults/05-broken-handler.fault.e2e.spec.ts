import { readFileSync } from 'node:fs';
import type { Service } from '@calendar-sync/local-stack';
import { eventually } from '@calendar-sync/test-infrastructure';
import type { SimulatedPerson } from '../clients/simulator.client';
import { stackCommand } from '../clients/stack-command';
import { expectConvergence } from './convergence-check';
import type { Failpoint } from './failpoints';
import { FaultBench, faultSeed, WINDOW } from './fault-bench';

const seed = faultSeed();
const failpoints: readonly Failpoint[] = ['gateway.fold-entry', 'consumer.each-batch', 'kafkajs.fetch'];
const patience = { timeoutMs: 90_000, intervalMs: 200 };
const day = { start: { dateTime: '2026-12-07T10:00:00+01:00' }, end: { dateTime: '2026-12-07T11:00:00+01:00' } };

let bench: FaultBench;
let ada: SimulatedPerson;
let bela: SimulatedPerson;

beforeAll(async () => {
  bench = await FaultBench.open(seed, {
    entriesPerPerson: 15,
    failpoints,
  });
  [ada, bela] = bench.people as [SimulatedPerson, SimulatedPerson];
}, 300_000);
// What one test leaves behind when it fails says nothing about the next.
afterEach(async () => {
  for (const name of failpoints) bench.woven!.disarm(name);
  if ((await parked()).length > 0) await stackCommand(bench.stack, 'parked', 'replay', '--all');
}, 60_000);
afterAll(() => bench?.close(), 60_000);

const insert = (person: SimulatedPerson, summary: string) => bench.simulator.insert(person, { summary, ...day });
const serves = async (person: SimulatedPerson, title: string) =>
  (await bench.gateway(person).entries(WINDOW.from, WINDOW.to)).some((entry) => entry.title === title);
const served = (person: SimulatedPerson, title: string) =>
  eventually(async () => expect(await serves(person, title)).toBe(true), patience);
const logOf = (service: Service) => readFileSync(bench.stack.logFile(service), 'utf8');
const strikes = (name: Failpoint) => bench.woven!.strikes(name);

const parked = () =>
  bench.query<{ reason: string; error: string | null }>(
    'gateway',
    'SELECT DISTINCT reason, error FROM parked_messages ORDER BY reason DESC',
  );

test('a TypeError that a message brings about each time parks it and tells of it, its calendar waits and the others go on', async () => {
  const pid = bench.stack.pid('gateway');
  bench.arm('gateway.fold-entry', { action: 'throw', match: 'Trips the handler' });
  await insert(ada, 'Trips the handler');
  const failed = { reason: 'failed', error: expect.stringContaining('failpoint gateway.fold-entry') as string };
  await eventually(async () => expect(await parked()).toEqual([failed]), patience);
  await insert(ada, 'Stands behind it');
  await insert(bela, 'Of another calendar');
  await served(bela, 'Of another calendar');
  await eventually(async () => expect(await parked()).toEqual([failed, { reason: 'behind', error: null }]), patience);
  expect(await serves(ada, 'Stands behind it')).toBe(false);

  expect(strikes('gateway.fold-entry').length).toBeGreaterThan(1);
  expect(logOf('gateway')).toMatch(/"alarm":"message-parked"/);
  expect(await bench.metric('gateway', 'kafka_parked_total', { reason: 'failed' })).toBe(1);
  await eventually(async () => expect(await bench.metric('gateway', 'kafka_parked')).toBeGreaterThan(1), patience);
  expect([bench.stack.pid('gateway'), await bench.isReady('gateway')]).toEqual([pid, true]);

  bench.woven!.disarm('gateway.fold-entry');
  await stackCommand(bench.stack, 'parked', 'replay', '--all');
  await expectConvergence(bench);
}, 300_000);

test('a TypeError that comes only once parks nothing', async () => {
  const pid = bench.stack.pid('gateway');
  const before = strikes('gateway.fold-entry').length;
  bench.arm('gateway.fold-entry', { action: 'throw', match: 'Trips it once', times: 1 });
  await insert(ada, 'Trips it once');
  await served(ada, 'Trips it once');
  expect(strikes('gateway.fold-entry')).toHaveLength(before + 1);
  expect(bench.stack.pid('gateway')).toBe(pid);
  await expectConvergence(bench);
}, 300_000);

test.each<[string, Failpoint, Service]>([
  ['around the handlers', 'consumer.each-batch', 'gateway'],
  ['in kafkajs itself', 'kafkajs.fetch', 'meeting-extraction'],
])(
  'a TypeError %s ends its process, which is never ready with a dead consumer, and another one goes on',
  async (_where, failpoint, service) => {
    const pid = bench.stack.pid(service)!;
    const deaths = logOf(service).split('"alarm":"consumer-dead"').length;
    const readyThough: string[] = [];
    bench.arm(failpoint, { action: 'throw', times: 1, pids: [pid] });
    await bench.mutate(10);
    await insert(ada, `After a TypeError ${failpoint}`);
    await eventually(async () => {
      expect(strikes(failpoint).some((strike) => strike.pid === pid)).toBe(true);
      const dead = logOf(service).split('"alarm":"consumer-dead"').length > deaths;
      const ready = await bench.isReady(service);
      if (dead && ready && bench.stack.pid(service) === pid) readyThough.push(new Date().toISOString());
      expect(bench.stack.pid(service)).not.toBe(pid);
    }, patience);
    await bench.restarted(service, pid, 90_000);
    expect(readyThough).toEqual([]);
    expect(logOf(service)).toMatch(new RegExp(`"alarm":"consumer-dead".*failpoint ${failpoint}`));
    await expectConvergence(bench);
  },
  300_000,
);

test('a process whose consumer hangs is not ready for as long as nothing is consumed, and goes on when it can', async () => {
  const pid = bench.stack.pid('gateway')!;
  bench.arm('consumer.each-batch', { action: 'hold', pids: [pid] });
  await insert(ada, 'Where the consumer hangs');
  await eventually(async () => expect(await bench.isReady('gateway')).toBe(false), {
    timeoutMs: 120_000,
    intervalMs: 500,
  });
  expect(strikes('consumer.each-batch').at(-1)!.pid).toBe(pid);
  expect(await serves(ada, 'Where the consumer hangs')).toBe(false);
  bench.woven!.disarm('consumer.each-batch');
  await served(ada, 'Where the consumer hangs');
  expect(bench.stack.pid('gateway')).toBe(pid);
  await expectConvergence(bench);
}, 300_000);
