import { readFileSync } from 'node:fs';
import type { Service } from '@calendar-sync/local-stack';
import { eventually } from '@calendar-sync/test-infrastructure';
import type { SimulatedPerson } from '../clients/simulator.client';
import { stackCommandIn } from '../clients/stack-command';
import { converged } from '../flow/convergence';
import { expectConvergence } from './convergence-check';
import { copyDatabases } from './database-copies';
import { FaultBench, faultSeed, WINDOW } from './fault-bench';
import { watermarks } from './topic-records';
import { fetchAlone } from '../clients/fetch-alone';

const READERS_OF_ENTRIES: readonly Service[] = ['gateway', 'meeting-extraction', 'monitoring'];
const patience = { timeoutMs: 120_000, intervalMs: 250 };
const at = (time: string) => ({ dateTime: `2026-12-07T${time}:00+01:00` });

const seed = faultSeed();
let bench: FaultBench;
let ada: SimulatedPerson;
let bela: SimulatedPerson;

beforeAll(async () => {
  bench = await FaultBench.open(seed, { entriesPerPerson: 20, failpoints: ['relay.own-history'] });
  [ada, bela] = bench.people as [SimulatedPerson, SimulatedPerson];
}, 300_000);
afterAll(() => bench.close(), 60_000);

const write = (person: SimulatedPerson, summary: string) =>
  bench.simulator.insert(person, { summary, start: at('10:00'), end: at('11:00') });

const allConverged = () => converged(bench.stack, bench.simulator, bench.people, WINDOW, patience.timeoutMs);

/** How much stands on the service's topics. */
const writtenBy = async (service: Service): Promise<bigint> =>
  (await watermarks(bench.stack.brokers))
    .filter(({ topic }) => topic.startsWith(`${service}.`))
    .reduce((sum, { high }) => sum + high, 0n);

const readinessOf = async (service: Service): Promise<string> => {
  const answer = await fetchAlone(`${bench.stack.urlOf(service)}/health/ready`, { signal: AbortSignal.timeout(5_000) });
  return answer.text();
};

/** Woven as the services are: a guard may stand in the command. */
const restored = (service: Service) => stackCommandIn(bench.woven!.env, bench.stack, 'restored', service);

/** Starts what was put back. It must refuse to publish; what the command says is given back once it is ready again. */
async function restoreAsDocumented(service: Service): Promise<string> {
  const before = await writtenBy(service);
  const starting = bench.stack.start(service);
  starting.catch(() => undefined);
  await eventually(async () => expect(await readinessOf(service)).toContain('restored from an older copy'), patience);
  expect(alarmsOf(service)).toContain('database-restored');
  expect(await writtenBy(service)).toBe(before);
  const said = await restored(service);
  await starting;
  return said;
}

const alarmsOf = (service: Service): string[] =>
  readFileSync(bench.stack.logFile(service), 'utf8')
    .split('\n')
    .flatMap((line) => /"alarm":"([^"]+)"/.exec(line)?.[1] ?? []);

test('read models that are put back from an older copy catch up by themselves from their topics', async () => {
  const putBack = await copyDatabases(bench, ['gateway', 'monitoring']);
  await bench.mutate(20);
  await expectConvergence(bench, patience);
  await putBack();
  await bench.mutate(5);
  await Promise.all((['gateway', 'monitoring'] as const).map((name) => bench.stack.start(name)));

  await expectConvergence(bench, patience);
  for (const service of ['gateway', 'monitoring'] as const)
    expect(await bench.metric(service, 'kafka_gaps_total')).toBe(0);
});

test('sync, put back from an older copy, publishes nothing until it is told, and then everybody has the truth again', async () => {
  const changedLater = await write(ada, 'Changed after the copy');
  const deletedLater = await write(ada, 'Deleted after the copy');
  await allConverged();
  const putBack = await copyDatabases(bench, ['sync']);
  const cameAndWent = await write(ada, 'Came and went after the copy');
  await write(ada, 'Came after the copy');
  await bench.simulator.patch(ada, changedLater.id, { summary: 'Was changed' });
  await bench.simulator.delete(ada, deletedLater.id);
  await allConverged();
  await putBack();
  await bench.simulator.delete(ada, cameAndWent.id);

  expect(await restoreAsDocumented('sync')).toMatch(
    /epoch \d+ has begun[^]*\d+ messages[^]*calendars are listed in full[^]*taken back/,
  );
  await expectConvergence(bench, patience);
  const served = await bench.gateway(ada).entries(WINDOW.from, WINDOW.to);
  const { entryId } = served.find(({ title }) => title === 'Was changed')!;
  expect((await bench.gateway(ada).history(entryId)).map(({ what }) => what)).toEqual(['added', 'changed']);
});

test.each(['webhook-ingestion', 'meeting-extraction'] as const)(
  '%s, put back from an older copy, publishes nothing until it is told, and then everybody has the truth again',
  async (service) => {
    const putBack = await copyDatabases(bench, [service]);
    const before = await writtenBy(service);
    await eventually(async () => {
      await bench.mutate(3);
      expect(await writtenBy(service)).toBeGreaterThan(before);
    }, patience);
    await allConverged();
    await putBack();

    expect(await restoreAsDocumented(service)).toMatch(/epoch \d+ has begun/);
    await bench.mutate(3);
    await expectConvergence(bench, patience);
  },
);

test('where sync came past that and numbers anew, its readers stop at the calendar with an alarm, and follow when it is told', async () => {
  const putBack = await copyDatabases(bench, ['sync']);
  await write(ada, 'Came after the copy, too');
  await allConverged();
  await putBack();
  bench.arm('relay.own-history', { action: 'throw' });
  await bench.stack.start('sync');

  await eventually(async () => {
    for (const service of READERS_OF_ENTRIES) {
      const parked = await bench.query<{ key: string }>(
        service,
        "SELECT key FROM parked_messages WHERE reason = 'contradicts'",
      );
      expect(parked.map(({ key }) => key)).toContain(await bench.calendarOf(ada));
      expect(alarmsOf(service)).toContain('sequence-contradicted');
    }
  }, patience);
  await write(bela, 'Goes on');
  await eventually(async () => {
    const served = await bench.gateway(bela).entries(WINDOW.from, WINDOW.to);
    expect(served.map(({ title }) => title)).toContain('Goes on');
  }, patience);

  expect(await restored('sync')).toMatch(/epoch \d+ has begun/);
  await expectConvergence(bench, { ...patience, numberedAnew: ['sync'] });
});
