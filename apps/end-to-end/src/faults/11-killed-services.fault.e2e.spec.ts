import { setTimeout as delay } from 'node:timers/promises';
import { type Service, services } from '@calendar-sync/local-stack';
import { eventually } from '@calendar-sync/test-infrastructure';
import type { SimulatedChannel } from '../clients/simulator.client';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed } from './fault-bench';
import { seededRandom } from './seeded-random';
import { allRecords } from './topic-records';

const STORM_MS = 180_000;

const seed = faultSeed();
let bench: FaultBench;

beforeAll(async () => {
  bench = await FaultBench.open(seed, {
    failpoints: ['ingestion.answered', 'relay.before-send', 'relay.between-ack-and-cursor', 'sync.watch-answered'],
    // An opening of which nothing is heard is given up after ten times the limit of a call.
    env: { GOOGLE_TIMEOUT_MS: '2000', CALENDAR_LIST_SECONDS: '2', SYNC_LEASE_MS: '5000' },
  });
}, 240_000);
afterAll(() => bench.close(), 60_000);

test('pushes that were answered just before ingestion was killed are processed', async () => {
  for (let kill = 1; kill <= 3; kill += 1) {
    const pid = bench.stack.pid('webhook-ingestion');
    bench.arm('ingestion.answered', { action: 'kill', times: 1, match: '/webhooks/google' });
    await bench.mutate(3);
    await bench.restarted('webhook-ingestion', pid);
    expect(bench.woven!.strikes('ingestion.answered')).toHaveLength(kill);
  }
  await eventually(
    async () => {
      const answered = (await bench.simulator.channels()).flatMap(({ id, deliveries }) =>
        deliveries
          .filter(({ outcome }) => outcome === 'delivered')
          .map(({ messageNumber }) => `${id} ${messageNumber}`),
      );
      expect(answered.length).toBeGreaterThan(0);
      const rows = await bench.query<{ push: string }>(
        'webhook-ingestion',
        `SELECT channel_id || ' ' || message_number AS push FROM calendar_webhook_logs WHERE status IN ('processed', 'coalesced')`,
      );
      const processed = new Set(rows.map(({ push }) => push));
      expect(answered.filter((push) => !processed.has(push))).toEqual([]);
    },
    { timeoutMs: 60_000, intervalMs: 250 },
  );
  await expectConvergence(bench);
});

test('messages of a relay that was killed before it sent, and before it noted that it had, arrive, and are applied once', async () => {
  for (const place of ['relay.before-send', 'relay.between-ack-and-cursor'] as const) {
    const pid = bench.stack.pid('sync')!;
    bench.arm(place, { action: 'kill', times: 1, pids: [pid] });
    await bench.mutate(5);
    await bench.restarted('sync', pid);
    expect(bench.woven!.strikes(place)).toHaveLength(1);
  }
  await expectConvergence(bench);
  const repeats = await sentAgain();
  expect(repeats.size).toBeGreaterThan(0);
  for (const [topic, count] of repeats) {
    for (const reader of await readersOf(topic))
      expect(await bench.metric(reader, 'kafka_duplicates_total', { topic })).toBeGreaterThanOrEqual(count);
  }
});

test('no channel is left of which sync heard and died before it kept that', async () => {
  const [person] = bench.people;
  const pid = bench.stack.pid('sync');
  bench.arm('sync.watch-answered', { action: 'kill', times: 1 });
  const { id } = await bench.simulator.addCalendar(person!, 'Opened twice');
  await bench.restarted('sync', pid);
  expect(bench.woven!.strikes('sync.watch-answered')).toHaveLength(1);
  const channels = await eventually(
    async () => {
      const found = (await bench.simulator.channels()).filter(({ calendarId }) => calendarId === id);
      expect(found.length).toBeGreaterThan(1);
      expect(await strays()).toEqual([]);
      return found;
    },
    { timeoutMs: 120_000, intervalMs: 500 },
  );
  expect(channels.filter(({ state }) => state === 'live')).toHaveLength(1);
  await expectConvergence(bench);
});

test(
  'three minutes in which every service is killed again and again at random leave everything as the provider has it',
  async () => {
    const stop = bench.keepChanging(5);
    const until = Date.now() + STORM_MS;
    const kills = await Promise.all(services.map((name, index) => killAgainAndAgain(name, until, seed + index)));
    expect(Math.min(...kills)).toBeGreaterThan(1);
    expect(await stop()).toBeGreaterThan(0);
    await expectConvergence(bench);
    await eventually(async () => void expect(await strays()).toEqual([]), { timeoutMs: 120_000, intervalMs: 500 });
  },
  STORM_MS + 600_000,
);

/** At any time of its life, whether it was ready or still starting. Gives how many times. */
async function killAgainAndAgain(name: Service, until: number, seedOfService: number): Promise<number> {
  const random = seededRandom(seedOfService);
  let kills = 0;
  for (;;) {
    await delay(3_000 + random() * 25_000);
    if (Date.now() > until) return kills;
    await bench.stack.kill(name);
    kills += 1;
    // Before it is ready it may be killed again.
    bench.stack.start(name).catch(() => undefined);
  }
}

/** How many repeats lie on each topic of sync that has some. */
async function sentAgain(): Promise<Map<string, number>> {
  const repeats = new Map<string, number>();
  const seen = new Set<string>();
  for (const { topic, headers } of await allRecords(bench.stack.brokers)) {
    const name = `${topic} ${headers['ce_id']}`;
    if (seen.has(name) && topic.startsWith('sync.')) repeats.set(topic, (repeats.get(topic) ?? 0) + 1);
    seen.add(name);
  }
  return repeats;
}

async function readersOf(topic: string): Promise<Service[]> {
  const reads = await Promise.all(
    services.map((service) => bench.query(service, 'SELECT FROM consumer_offsets WHERE topic = $1 LIMIT 1', [topic])),
  );
  return services.filter((_, index) => reads[index]!.length > 0);
}

/** Channels that live at the provider and that sync doesn't know as the live one of their calendar. */
async function strays(): Promise<SimulatedChannel[]> {
  const live = (await bench.simulator.channels()).filter(({ state }) => state === 'live');
  const rows = await bench.query<{ channel_id: string }>(
    'sync',
    "SELECT channel_id FROM calendar_webhooks WHERE state = 'live'",
  );
  const known = new Set(rows.map(({ channel_id }) => channel_id));
  return live.filter(({ id }) => !known.has(id));
}
