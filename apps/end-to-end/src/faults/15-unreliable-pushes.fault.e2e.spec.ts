import { eventually } from '@calendar-sync/test-infrastructure';
import type { SimulatedChannel } from '../clients/simulator.client';
import { converged } from '../flow/convergence';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed, WINDOW } from './fault-bench';

const seed = faultSeed();
const patience = { timeoutMs: 90_000, intervalMs: 200 };
let bench: FaultBench;

afterEach(() => bench.close(), 60_000);

const channels = () => bench.simulator.channels();
const deliveries = (all: readonly SimulatedChannel[]) =>
  all.flatMap((channel) => channel.deliveries).filter(({ state }) => state === 'exists');
const truthIsServed = () => converged(bench.stack, bench.simulator, bench.people, WINDOW, patience.timeoutMs);

describe('with polls beside the pushes', () => {
  beforeEach(async () => {
    bench = await FaultBench.open(seed);
  }, 180_000);

  test('pushes of which a third is lost, and the rest repeated, shuffled and late, lead to the truth', async () => {
    await bench.simulator.setFaults({ push: { drop: 0.3, duplicate: 0.5, delayMs: [0, 1_500], reorder: true } });
    for (let burst = 0; burst < 10; burst += 1) await bench.mutate(20);
    await truthIsServed();

    const sent = deliveries(await channels());
    expect(sent.filter(({ outcome }) => outcome === 'dropped')).not.toEqual([]);
    expect(sent.filter(({ attempts }) => attempts > 1)).not.toEqual([]);
    const [shuffled] = await bench.query<{ count: number }>(
      'webhook-ingestion',
      `SELECT count(*)::int AS count FROM calendar_webhook_logs AS late WHERE EXISTS (
         SELECT FROM calendar_webhook_logs AS early WHERE early.channel_id = late.channel_id
           AND early.received_at < late.received_at AND early.message_number > late.message_number)`,
    );
    expect(shuffled!.count).toBeGreaterThan(0);
    await expectConvergence(bench);
  });

  test('when every push is lost, polls find what changed, and channels that fell silent make way for new ones', async () => {
    const fallen = (await channels()).filter(({ state }) => state === 'live');
    for (const { id } of fallen) await bench.simulator.forgetChannel(id);
    await bench.simulator.setFaults({ push: { drop: 1 } });
    const before = deliveries(await channels()).length;
    for (let burst = 0; burst < 3; burst += 1) {
      await bench.mutate(20);
      await truthIsServed();
    }
    const lost = deliveries(await channels()).slice(before);
    expect(lost.filter(({ outcome }) => outcome !== 'dropped')).toEqual([]);

    await bench.simulator.clearFaults();
    const changing = bench.people.map(({ email }) => email);
    await eventually(
      async () => {
        const heard = deliveries(
          (await channels()).filter(({ id }) => !fallen.some((channel) => channel.id === id)),
        ).filter(({ outcome }) => outcome === 'delivered');
        if (heard.length === 0) await bench.mutate(changing.length);
        expect(heard).not.toEqual([]);
      },
      { ...patience, intervalMs: 1_000 },
    );
    await expectConvergence(bench);
  });
});

test('a push that arrives before the answer to watch leaves one channel that lives, and what it announces arrives', async () => {
  bench = await FaultBench.open(seed, {
    people: 1,
    failpoints: ['sync.watch-answered'],
    env: { POLL_MIN_SECONDS: '1800', POLL_MAX_SECONDS: '3600' },
  });
  await bench.simulator.setFaults({ syncBeforeWatchResponse: true });
  bench.arm('sync.watch-answered', { action: 'hold', times: 1 });
  const newcomer = await bench.simulator.addPerson(`newcomer-${seed}@example.com`);
  const connected = bench.gateway(newcomer).connect(newcomer);

  await eventually(async () => {
    const [struck] = bench.woven!.strikes('sync.watch-answered');
    const [first] = await bench.query<{ status: string }>(
      'webhook-ingestion',
      "SELECT status FROM calendar_webhook_logs WHERE calendar_id = $1 AND resource_state = 'sync'",
      [(struck!.details as { calendarId: string }).calendarId],
    );
    expect(first!.status).toBe('processed');
  }, patience);
  bench.woven!.disarm('sync.watch-answered');
  await connected;
  bench.people.push(newcomer);

  await eventually(async () => {
    const ours = await bench.query<{ channel_id: string }>(
      'sync',
      "SELECT channel_id FROM calendar_webhooks WHERE calendar_id = $1 AND state IN ('opening', 'live', 'retiring')",
      [await bench.calendarOf(newcomer)],
    );
    const theirs = (await channels()).filter(({ email, state }) => email === newcomer.email && state === 'live');
    expect(ours).toHaveLength(1);
    expect(theirs.map(({ id }) => id)).toEqual(ours.map(({ channel_id }) => channel_id));
  }, patience);
  await bench.simulator.insert(newcomer, {
    summary: 'Announced',
    start: { dateTime: '2026-12-01T10:00:00Z' },
    end: { dateTime: '2026-12-01T11:00:00Z' },
  });
  await truthIsServed();
  await expectConvergence(bench);
});
