import { Pool } from 'pg';
import { calendarEntries } from '@calendar-sync/contracts-sync';
import { services } from '@calendar-sync/local-stack';
import { eventually } from '@calendar-sync/test-infrastructure';
import { factTopics, readTopics } from './clients/topic.reader';
import { converged } from './flow/convergence';
import { checkDelivery } from './flow/delivery';
import { randomRun, startTestStack, type TestStack, windowAround } from './flow/test-stack';

const UNRELIABLE_PUSHES = { push: { drop: 0.3, duplicate: 0.3, delayMs: [0, 1500], reorder: true } };

describe('three people with 500 entries each, after 1,000 random changes with a third of the pushes lost, repeated or late', () => {
  const { seed, day } = randomRun();
  const window = windowAround(day);
  let running: TestStack;

  beforeAll(async () => {
    running = await startTestStack({ people: 3, entriesPerPerson: 500, seed, day });
  }, 300_000);
  afterAll(async () => {
    await running?.stack.stop();
  }, 300_000);

  /** 1,000 changes in twenty bursts; `between` is called after each. */
  const change = async (from: number, between: (burst: number) => Promise<void> | void = () => undefined) => {
    await running.simulator.setFaults(UNRELIABLE_PUSHES);
    const accounts = running.people.map(({ email }) => email);
    for (let burst = 0; burst < 20; burst++) {
      await running.simulator.mutate(accounts, 50, from + burst, day);
      await between(burst);
    }
    await running.simulator.clearFaults();
  };
  const convergedCount = () => converged(running.stack, running.simulator, running.people, window, 180_000);

  test('the first sync is true, entry by entry', async () => {
    expect(await convergedCount()).toBeGreaterThan(1_500);
  }, 300_000);

  test("the gateway's expanded answer equals the provider's truth, entry by entry", async () => {
    await change(seed);
    expect(await convergedCount()).toBeGreaterThan(1_000);
  }, 300_000);

  test('it does so too when services are killed at random meanwhile, and nothing is applied twice', async () => {
    const killed: string[] = [];
    await change(seed + 1_000, async (burst) => {
      if (burst % 3 !== 0) return;
      const victim = services[(seed + burst * 7) % services.length]!;
      killed.push(victim);
      const before = running.stack.pid(victim);
      running.stack.signal(victim, 'SIGKILL');
      await eventually(() => running.stack.pid(victim) !== undefined && running.stack.pid(victim) !== before, {
        timeoutMs: 60_000,
      });
    });
    expect(killed.length).toBeGreaterThan(5);
    expect(await convergedCount()).toBeGreaterThan(1_000);
    await expectEachMessageAppliedOnce();
  }, 400_000);

  async function expectEachMessageAppliedOnce(): Promise<void> {
    const reader = await readTopics(running.stack.brokers, factTopics);
    const gateway = new Pool({ connectionString: running.stack.databaseUrl('gateway'), max: 1 });
    const sync = new Pool({ connectionString: running.stack.databaseUrl('sync'), max: 1 });
    try {
      const stored = await sync.query<{ count: number }>('select count(*)::int as count from events where topic = $1', [
        calendarEntries.name,
      ]);
      const published = await eventually(
        () => {
          const delivery = checkDelivery(calendarEntries, reader.messages(calendarEntries));
          return delivery.distinct >= stored.rows[0]!.count && delivery;
        },
        { timeoutMs: 60_000 },
      );
      expect(published.faults).toEqual([]);
      expect(published.distinct).toBe(stored.rows[0]!.count);
      const applied = await gateway.query<{ count: number; keys: number }>(
        "select sum(last_sequence)::int as count, count(*)::int as keys from consumer_sequences where topic like '%' || $1",
        [calendarEntries.name],
      );
      const kept = await gateway.query<{ count: number }>(
        "select count(*)::int as count from events where metadata->'received'->>'topic' = $1",
        [calendarEntries.name],
      );
      const parked = await gateway.query<{ count: number }>('select count(*)::int as count from parked_messages');
      process.stderr.write(
        `${calendarEntries.name}: ${published.distinct} messages, ${published.repeats} sent twice by the relay, ${applied.rows[0]!.count} applied once, ${parked.rows[0]!.count} parked\n`,
      );
      expect(applied.rows[0]!.count).toBe(published.distinct);
      expect(kept.rows[0]!.count).toBe(published.distinct);
      expect(parked.rows[0]!.count).toBe(0);
      for (const topic of factTopics) expect(checkDelivery(topic, reader.messages(topic)).faults).toEqual([]);
    } finally {
      await Promise.all([reader.close(), gateway.end(), sync.end()]);
    }
  }
});
