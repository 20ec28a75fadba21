import { channelToken, parseVersionedKeys } from '@calendar-sync/contracts-webhook-ingestion';
import { eventually } from '@calendar-sync/test-infrastructure';
import { converged } from '../flow/convergence';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed, WINDOW } from './fault-bench';
import { hardlyPolled, syncAtRest } from './sync-at-rest';
import { fetchAlone } from '../clients/fetch-alone';

const STORM = 200;
const seed = faultSeed();
const patience = { timeoutMs: 90_000, intervalMs: 100 };
const slot = { start: { dateTime: '2026-12-01T10:00:00Z' }, end: { dateTime: '2026-12-01T11:00:00Z' } };
let bench: FaultBench;

beforeEach(async () => {
  bench = await FaultBench.open(seed, {
    people: 1,
    entriesPerPerson: 10,
    failpoints: ['sync.page-fetched'],
    env: hardlyPolled,
  });
  await bench.stack.startReplica('sync');
  await syncAtRest(bench);
}, 300_000);
afterEach(() => bench.close(), 300_000);

/** A push as the provider sends it. Gives the status of the answer. */
async function pushTo(calendarId: string) {
  const [channel] = await bench.query<{ channel_id: string; resource_id: string }>(
    'sync',
    "SELECT channel_id, resource_id FROM calendar_webhooks WHERE calendar_id = $1 AND state = 'live'",
    [calendarId],
  );
  const { channel_id: channelId, resource_id: resourceId } = channel!;
  const token = channelToken(parseVersionedKeys(bench.stack.secrets.channelTokenKeys), channelId, calendarId);
  return async (_: unknown, number: number) => {
    const answer = await fetchAlone(`${bench.stack.urls['webhook-ingestion']}/webhooks/google`, {
      method: 'POST',
      headers: {
        'x-goog-channel-id': channelId,
        'x-goog-channel-token': token,
        'x-goog-message-number': String(1_000_000 + number),
        'x-goog-resource-id': resourceId,
        'x-goog-resource-state': 'exists',
      },
    });
    await answer.arrayBuffer();
    return answer.status;
  };
}

/** What came in has been made into messages, and sync has taken in every one of them that waits for a pull. */
async function stormIsNoted(calendarId: string): Promise<void> {
  await eventually(async () => {
    const [sent] = await bench.query<{ pushes: number; messages: number; held: number }>(
      'webhook-ingestion',
      `SELECT count(*)::int AS pushes, count(*) FILTER (WHERE status = 'received')::int AS messages,
         (SELECT count(*)::int FROM push_bursts WHERE held IS NOT NULL) AS held
       FROM calendar_webhook_logs WHERE calendar_id = $1 AND message_number >= 1000000`,
      [calendarId],
    );
    const [noted] = await bench.query<{ count: number }>(
      'sync',
      'SELECT count(*)::int AS count FROM pending_notifications WHERE calendar_id = $1',
      [calendarId],
    );
    expect(sent).toEqual({ pushes: STORM, messages: noted!.count, held: 0 });
  }, patience);
}

test('two hundred pushes in a second, and a change during the running sync, lead to two or three syncs, never two at once', async () => {
  const person = bench.people[0]!;
  const calendarId = await bench.calendarOf(person);
  const push = await pushTo(calendarId);
  await bench.simulator.setFaults({ push: { off: true } });
  await bench.simulator.insert(person, { summary: 'Before the storm', ...slot });
  const before = (await bench.simulator.requests()).last;
  bench.arm('sync.page-fetched', { action: 'hold', times: 1, match: calendarId });

  const answers = await Promise.all(Array.from({ length: STORM }, push));
  expect(answers.filter((status) => status < 200 || status > 299)).toEqual([]);
  await eventually(() => expect(bench.woven!.strikes('sync.page-fetched')).toHaveLength(1), patience);
  await bench.simulator.insert(person, { summary: 'During the sync', ...slot });
  await stormIsNoted(calendarId);

  const pulls = async () =>
    (await bench.simulator.requests(before)).requests.filter(({ operation }) => operation.endsWith('events.list'));
  expect(await pulls()).toHaveLength(1);
  bench.woven!.disarm('sync.page-fetched');
  await converged(bench.stack, bench.simulator, bench.people, WINDOW, patience.timeoutMs);
  await syncAtRest(bench);
  const made = await pulls();
  expect(made.length).toBeGreaterThanOrEqual(2);
  expect(made.length).toBeLessThanOrEqual(3);
  const [together] = await bench.query<{ count: number }>(
    'sync',
    `SELECT count(*)::int AS count FROM pull_runs AS one JOIN pull_runs AS other USING (calendar_id)
     WHERE calendar_id = $1 AND one.started_at < other.started_at AND one.finished_at > other.started_at`,
    [calendarId],
  );
  expect(together!.count).toBe(0);
  await expectConvergence(bench);
});
