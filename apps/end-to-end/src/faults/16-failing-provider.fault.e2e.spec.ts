import { randomUUID } from 'node:crypto';
import { eventually } from '@calendar-sync/test-infrastructure';
import type { ProviderRequest, SimulatedPerson } from '../clients/simulator.client';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed } from './fault-bench';

const RETRY_AFTER_S = 15;
/** Until a refusal is recorded, calls for the user's other calendar may still begin. */
const IN_FLIGHT_MS = 2_000;
/** A tenth of the provider's quota. */
const CALLS_PER_MINUTE = 60;
const ROUNDS = 10;

const seed = faultSeed();
const patience = { timeoutMs: 120_000, intervalMs: 200 };
let bench: FaultBench;

beforeEach(async () => {
  bench = await FaultBench.open(seed, { people: 14, entriesPerPerson: 4, env: { RETRY_CAP_MS: '15000' } });
}, 300_000);
afterEach(() => bench.close(), 60_000);

/** How long a change takes until it is served, in milliseconds. */
async function freshness(person: SimulatedPerson): Promise<number> {
  const began = Date.now();
  const summary = `Fresh ${randomUUID()}`;
  const slot = { start: { dateTime: '2026-12-01T10:00:00Z' }, end: { dateTime: '2026-12-01T11:00:00Z' } };
  await bench.simulator.insert(person, { summary, ...slot });
  await eventually(async () => {
    const served = await bench.gateway(person).entries('2026-12-01T00:00:00Z', '2026-12-02T00:00:00Z');
    expect(served.map(({ title }) => title)).toContain(summary);
  }, patience);
  return Date.now() - began;
}

async function slowestOf(people: readonly SimulatedPerson[], rounds: number): Promise<number> {
  let slowest = 0;
  for (let round = 0; round < rounds; round += 1)
    slowest = Math.max(slowest, ...(await Promise.all(people.map(freshness))));
  return slowest;
}

const failuresOf = async (person: SimulatedPerson) =>
  (
    await bench.query<{ failure: string }>(
      'sync',
      "SELECT DISTINCT data->>'failure' AS failure FROM events WHERE type = 'CalendarSyncFailed' AND owner_id = $1",
      [person.user],
    )
  ).map(({ failure }) => failure);

const beganAt = ({ at, ms }: ProviderRequest) => Date.parse(at) - ms;

/** Calls of a user that began after a refusal was known and before it was over. */
const tooEarly = (calls: readonly ProviderRequest[]) =>
  calls
    .filter(({ status }) => status === 403 || status === 429)
    .flatMap(({ at }) => {
      const from = Date.parse(at) + IN_FLIGHT_MS;
      const until = Date.parse(at) + RETRY_AFTER_S * 1_000;
      return calls.filter((call) => beganAt(call) > from && beganAt(call) < until);
    });

const mostInAMinute = (calls: readonly ProviderRequest[]) =>
  Math.max(
    0,
    ...calls.map(
      (first) => calls.filter(({ at }) => at >= first.at && Date.parse(at) < Date.parse(first.at) + 60_000).length,
    ),
  );

test('users for whom the provider refuses, fails, hangs or talks nonsense back off, and nobody else waits for them', async () => {
  const { simulator } = bench;
  const person = (index: number) => bench.people[index]!;
  const listing = (index: number) => ({ account: person(index).email, method: 'events.list' });
  const hanging = [8, 9, 10, 11];
  const healthy = [12, 13].map(person);
  const struck = {
    RateLimited: [0, 1, 2, 3],
    ProviderUnavailable: [4, 5, 6, ...hanging],
    AccessRevoked: [7],
  };
  const all = Object.values(struck).flat();
  const usual = await slowestOf(healthy, 4);

  await simulator.setFaults({
    errors: [
      { match: listing(0), status: 403, reason: 'rateLimitExceeded', retryAfter: RETRY_AFTER_S },
      { match: listing(1), status: 403, reason: 'userRateLimitExceeded' },
      { match: listing(2), status: 429, retryAfter: RETRY_AFTER_S },
      { match: listing(3), status: 429 },
      { match: listing(4), status: 500 },
      { match: listing(7), status: 401 },
    ],
    truncate: listing(5),
    hugeBody: { ...listing(6), times: 2 },
    invalidGrant: { account: person(7).email },
    hang: hanging.map(listing),
  });
  const since = (await simulator.requests()).last;
  await bench.mutate(60, all.map(person));
  expect(await slowestOf(healthy, ROUNDS)).toBeLessThan(3 * usual + 5_000);
  for (const [failure, indexes] of Object.entries(struck)) {
    for (const index of indexes)
      await eventually(async () => expect(await failuresOf(person(index))).toEqual([failure]), patience);
  }
  await eventually(async () => {
    expect(await bench.gateway(person(7)).connections()).toMatchObject([{ status: 'suspended' }]);
  }, patience);
  const suspended = (await simulator.requests()).last;
  await slowestOf(healthy, 2);

  const { requests } = await simulator.requests(since);
  const callsOf = (index: number) => requests.filter(({ account }) => account === person(index).email);
  for (const index of all) expect(mostInAMinute(callsOf(index))).toBeLessThan(CALLS_PER_MINUTE);
  for (const index of [0, 2]) expect(tooEarly(callsOf(index))).toEqual([]);
  expect(callsOf(7).filter(({ number }) => number > suspended)).toEqual([]);

  await simulator.clearFaults();
  await bench.gateway(person(7)).connect(person(7));
  await expectConvergence(bench);
});
