import { readFileSync } from 'node:fs';
import { eventually } from '@calendar-sync/test-infrastructure';
import { converged } from '../flow/convergence';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed, WINDOW } from './fault-bench';
import { hardlyPolled, syncAtRest } from './sync-at-rest';

const seed = faultSeed();
const patience = { timeoutMs: 90_000, intervalMs: 100 };
const slot = { start: { dateTime: '2026-12-01T10:00:00Z' }, end: { dateTime: '2026-12-01T11:00:00Z' } };
let bench: FaultBench;

beforeEach(async () => {
  bench = await FaultBench.open(seed, {
    people: 1,
    entriesPerPerson: 10,
    failpoints: ['sync.page-fetched'],
    env: { ...hardlyPolled, SYNC_LEASE_MS: '2000' },
  });
  await bench.stack.startReplica('sync');
  await syncAtRest(bench);
}, 300_000);
afterEach(() => bench.close(), 300_000);

/** All that sync knows of its calendars, and all that it has said. */
const known = async () =>
  (
    await bench.query(
      'sync',
      `SELECT (SELECT json_agg(s ORDER BY calendar_id) FROM calendar_sync_states AS s) AS states,
         (SELECT json_agg(p ORDER BY pull_id) FROM pull_runs AS p) AS pulls,
         (SELECT json_agg(q ORDER BY calendar_id) FROM webhook_retry_queue AS q) AS waiting,
         (SELECT md5(string_agg(e::text, '' ORDER BY entry_id)) FROM calendar_entries AS e) AS entries,
         (SELECT json_agg(type ORDER BY position) FROM events) AS events`,
    )
  )[0];

test('a worker that was frozen past its lease, with a page in hand, writes nothing when it thaws', async () => {
  const person = bench.people[0]!;
  const calendarId = await bench.calendarOf(person);
  bench.arm('sync.page-fetched', { action: 'stop', times: 1, match: calendarId });
  const { id } = await bench.simulator.insert(person, { summary: 'As the frozen one saw it', ...slot });
  const frozen = await bench.frozenAt('sync.page-fetched');
  const pid = bench.stack.pid(frozen);

  await bench.simulator.patch(person, id, { summary: 'As it is now' });
  await bench.simulator.insert(person, { summary: 'Only the other one saw it', ...slot });
  await converged(bench.stack, bench.simulator, bench.people, WINDOW, patience.timeoutMs);
  await eventually(async () => {
    const [unheard] = await bench.query<{ count: number }>(
      'webhook-ingestion',
      "SELECT count(*)::int AS count FROM calendar_webhook_logs WHERE status = 'received'",
    );
    expect(unheard!.count).toBe(0);
  }, patience);
  await syncAtRest(bench);
  const before = await known();
  const words = () => readFileSync(bench.stack.logFile(frozen), 'utf8').split(calendarId).length;
  const saidBefore = words();

  bench.thaw(frozen);
  // It goes on with its pull, and either notices and says so, or writes.
  await eventually(
    async () => words() > saidBefore || JSON.stringify(await known()) !== JSON.stringify(before),
    patience,
  );
  expect(await known()).toEqual(before);
  expect(bench.stack.pid(frozen)).toBe(pid);
  await expectConvergence(bench);
});
