import { eventually } from '@calendar-sync/test-infrastructure';
import type { SimulatedChannel, SimulatedPerson } from '../clients/simulator.client';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed } from './fault-bench';

const PEOPLE = 10;
/** That can be watched: those of holidays can't. */
const CALENDARS_EACH = 50;
/** Renewals fall between half and four fifths of it. */
const CHANNEL_LIVES_SECONDS = 150;
const MINUTE = 60_000;

const seed = faultSeed();
let bench: FaultBench;

beforeEach(async () => {
  bench = await FaultBench.open(seed, {
    people: 0,
    env: {
      POLL_MIN_SECONDS: '600',
      POLL_MAX_SECONDS: '600',
      RETRY_CAP_MS: '2000',
    },
  });
  await bench.stack.startReplica('sync');
}, 240_000);
afterEach(() => bench.close(), 60_000);

test('of 500 channels that end in one minute each is renewed in time, though the process that renews them is killed', async () => {
  bench.people = await bench.fill(PEOPLE, 5);
  for (const person of bench.people) await addCalendars(person);
  await bench.simulator.setFaults({ shortExpirationSeconds: CHANNEL_LIVES_SECONDS });
  await Promise.all(bench.people.map((person) => bench.gateway(person).connect(person)));
  const first = await eventually(
    async () => {
      const opened = await openedChannels();
      expect(new Set(opened.map(({ calendarId }) => calendarId)).size).toBe(PEOPLE * CALENDARS_EACH);
      return opened;
    },
    { timeoutMs: 120_000, intervalMs: 500 },
  );
  const ends = first.map(({ expiration }) => expiration);
  expect(Math.max(...ends) - Math.min(...ends)).toBeLessThan(MINUTE);
  await bench.simulator.clearFaults(); // what is opened from now on lives long

  bench.keepChanging(2);
  const known = new Set(first.map(({ id }) => id));
  await eventually(
    async () => expect((await openedChannels()).filter(({ id }) => !known.has(id)).length).toBeGreaterThan(50),
    { timeoutMs: 180_000, intervalMs: 250 },
  );
  const { killed, held } = await killTheRenewer();
  expect(held).toBeGreaterThan(0);
  expect(bench.stack.pid(killed)).toBeUndefined();

  await eventually(
    async () => {
      const channels = await bench.simulator.channels();
      expect(channels.filter(({ id, state }) => known.has(id) && state === 'live')).toHaveLength(0);
    },
    { timeoutMs: CHANNEL_LIVES_SECONDS * 1_000 + MINUTE, intervalMs: 1_000 },
  );
  expect(uncovered(await openedChannels(), Date.now())).toEqual([]);
  await expectConvergence(bench);
});

async function addCalendars(person: SimulatedPerson): Promise<void> {
  for (let number = 2; number <= CALENDARS_EACH; number += 1)
    await bench.simulator.addCalendar(person, `Calendar ${number}`);
}

/** Those that the product knows as opened: one of which it doesn't know serves nobody. */
async function openedChannels(): Promise<SimulatedChannel[]> {
  const channels = await bench.simulator.channels();
  const rows = await bench.query<{ channel_id: string }>(
    'sync',
    'SELECT channel_id FROM calendar_webhooks WHERE opened_at IS NOT NULL',
  );
  const opened = new Set(rows.map(({ channel_id }) => channel_id));
  return channels.filter(({ id }) => opened.has(id));
}

/** Kills the replica that holds most of the renewals in hand, while it holds some. */
async function killTheRenewer(): Promise<{ killed: string; held: number }> {
  const replicas = bench.stack.serviceProcesses.filter((name) => name.startsWith('sync'));
  return eventually(
    async () => {
      const [most] = await renewalsInHand();
      const killed = replicas.find((name) => most?.owner.includes(`/${bench.stack.pid(name)}/`));
      if (most === undefined || killed === undefined) throw new Error('nobody renews at this moment');
      bench.stack.signal(killed, 'SIGSTOP');
      const held = (await renewalsInHand()).find(({ owner }) => owner === most.owner)?.held ?? 0;
      if (held === 0) {
        bench.stack.signal(killed, 'SIGCONT');
        throw new Error('it finished meanwhile');
      }
      await bench.stack.kill(killed);
      return { killed, held };
    },
    { timeoutMs: MINUTE, intervalMs: 5 },
  );
}

const renewalsInHand = () =>
  bench.query<{ owner: string; held: number }>(
    'sync',
    `SELECT lease_owner AS owner, count(*)::int AS held FROM jobs
     WHERE kind = 'keep-watch' AND lease_until > now() GROUP BY lease_owner ORDER BY held DESC`,
  );

/** When calendars had no live channel, from their first one on until `now`, in words. */
function uncovered(channels: readonly SimulatedChannel[], now: number): string[] {
  const faults: string[] = [];
  for (const [calendar, ofCalendar] of Map.groupBy(channels, ({ calendarId }) => calendarId)) {
    const inTurn = ofCalendar.toSorted((one, other) => one.opened - other.opened);
    let until = inTurn[0]!.opened;
    for (const { opened, stoppedAt, expiration } of inTurn) {
      if (opened > until) faults.push(`${calendar} had no live channel for ${opened - until} ms`);
      until = Math.max(until, stoppedAt ?? expiration);
    }
    if (until < now) faults.push(`${calendar} has had no live channel for ${now - until} ms`);
  }
  return faults;
}
