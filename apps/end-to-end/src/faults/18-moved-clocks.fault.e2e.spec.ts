import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { services } from '@calendar-sync/local-stack';
import { eventually, weave, type Woven } from '@calendar-sync/test-infrastructure';
import { watchClocks, wrongTimes } from './clock-watch';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed } from './fault-bench';
import { guardWeavings, removedGuard } from './guards/guards';
import { noteRepeats, repeats } from './repeats';
import { groupMembers } from './topic-records';

const HOUR_MS = 3_600_000;
/** Longer than every lease, so that each that was wrongly ended is noticed, and than a member of a group may be silent. */
const WRONG_FOR_MS = 12_000;
/** Each is renewed while a clock is wrong. */
const CHANNEL_LIVES_SECONDS = '60';
/** So many that every process comes to renew some while its clock is wrong. */
const FURTHER_CALENDARS = 10;

const seed = faultSeed();
let bench: FaultBench;
/** The clock of the second process of each service; that of the first is the bench's. */
let second: Woven;

beforeAll(async () => {
  bench = await FaultBench.open(seed, {
    entriesPerPerson: 20,
    clock: true,
    env: { CALENDAR_LIST_SECONDS: '10', SYNC_LEASE_MS: '6000', WATCH_TTL_SECONDS: CHANNEL_LIVES_SECONDS },
  });
  for (const person of bench.people) {
    for (let number = 1; number <= FURTHER_CALENDARS; number += 1)
      await bench.simulator.addCalendar(person, `Calendar ${number}`);
  }
  second = weave(join(bench.stack.directory.path, 'second'), guardWeavings(removedGuard()), { clock: true });
  await Promise.all(services.map((service) => bench.stack.startReplica(service, second.env)));
  await eventually(
    async () => expect(await watchedCalendars()).toBeGreaterThan(bench.people.length * FURTHER_CALENDARS),
    { timeoutMs: 60_000, intervalMs: 250 },
  );
  for (const service of services) {
    await noteRepeats(bench, service);
    await watchClocks(bench, service);
  }
}, 300_000);
afterAll(() => bench?.close(), 60_000);

test('the clock of one replica, whether it leads or stands by, goes two hours fast and two hours slow: no lease is stolen, nothing is done twice', async () => {
  const pids = processes();
  const members = await groupMembers(bench.stack.brokers);
  expect(members).toHaveLength(services.length);
  bench.keepChanging(5);
  for (const clock of [second, bench.woven!]) {
    for (const hours of [2, -2]) {
      const recorded = await eventsOfSync();
      clock.moveClock(hours * HOUR_MS);
      await delay(WRONG_FOR_MS);
      await eventually(async () => expect(await eventsOfSync()).toBeGreaterThan(recorded), {
        timeoutMs: 60_000,
        intervalMs: 250,
      });
      await eventually(async () => expect(await groupMembers(bench.stack.brokers)).toEqual(members), {
        timeoutMs: 60_000,
        intervalMs: 500,
      });
    }
    clock.moveClock(0);
  }
  await expectConvergence(bench);
  expect(processes()).toEqual(pids);
  for (const service of services) {
    expect(await wrongTimes(bench, service)).toEqual([]);
    expect(await repeats(bench, service)).toEqual([]);
  }
  await eventually(async () => expect(await channelsPerCalendar()).toEqual([1]), {
    timeoutMs: 60_000,
    intervalMs: 500,
  });
});

const processes = () => Object.fromEntries(bench.stack.serviceProcesses.map((name) => [name, bench.stack.pid(name)]));

const eventsOfSync = async () =>
  (await bench.query<{ count: number }>('sync', 'SELECT count(*)::int AS count FROM events'))[0]!.count;

const liveChannels = async () => (await bench.simulator.channels()).filter(({ state }) => state === 'live');

const watchedCalendars = async () => new Set((await liveChannels()).map(({ calendarId }) => calendarId)).size;

/** How many channels a calendar has that is watched: each number that occurs. */
async function channelsPerCalendar(): Promise<number[]> {
  const ofCalendar = Map.groupBy(await liveChannels(), ({ calendarId }) => calendarId);
  return [...new Set([...ofCalendar.values()].map(({ length }) => length))];
}
