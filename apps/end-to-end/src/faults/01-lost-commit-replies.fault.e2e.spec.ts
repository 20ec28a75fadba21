import type { Service } from '@calendar-sync/local-stack';
import { eventually } from '@calendar-sync/test-infrastructure';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed } from './fault-bench';
import { noteRepeats, repeats } from './repeats';
import { testInSuiteOnly } from './suite-only';

const seed = faultSeed();
const TIMES = 20;
let bench: FaultBench;

beforeAll(async () => {
  bench = await FaultBench.open(seed, {
    detours: true,
    // Pushes are what counts here. A claim of which nobody heard is free again soon.
    env: { POLL_MIN_SECONDS: '10', POLL_MAX_SECONDS: '20', SYNC_LEASE_MS: '2000' },
  });
}, 300_000);
afterAll(() => bench.close(), 300_000);

/** Changes go on at the provider until the service has not heard of that many of its own commits. */
async function loseReplies(service: Service, after: RegExp): Promise<void> {
  const proxy = bench.databases[service];
  const before = proxy.lostReplies;
  proxy.loseCommitReplies({ times: TIMES, after });
  await eventually(
    async () => {
      await bench.mutate(2);
      expect(proxy.lostReplies - before).toBe(TIMES);
    },
    { timeoutMs: 120_000, intervalMs: 200 },
  );
}

const rowsOf = async (service: Service, sql: string): Promise<string[]> =>
  (await bench.query<{ what: string }>(service, sql)).map(({ what }) => what);

test('a push whose commit was not heard of is sent again, and neither is missing nor does it do anything twice', async () => {
  await loseReplies('webhook-ingestion', /INSERT INTO calendar_webhook_logs/);
  expect(await bench.metric('webhook-ingestion', 'webhook_pushes_total', { outcome: 'not-stored' })).toBeGreaterThan(0);

  await expectConvergence(bench);
  const stored = new Set(
    await rowsOf(
      'webhook-ingestion',
      "SELECT DISTINCT channel_id || ' ' || message_number AS what FROM calendar_webhook_logs",
    ),
  );
  const channels = await bench.simulator.channels();
  const sent = channels.flatMap(({ id, deliveries }) => deliveries.map((each) => ({ id, ...each })));
  expect(sent.filter(({ outcome }) => outcome !== 'delivered')).toEqual([]);
  expect(sent.filter(({ attempts }) => attempts > 1)).not.toEqual([]);
  expect(sent.filter(({ id, messageNumber }) => !stored.has(`${id} ${messageNumber}`))).toEqual([]);
  // A push that was stored twice is two hints: each becomes a message once, or is spoken for by one that does.
  expect(
    await rowsOf(
      'webhook-ingestion',
      `SELECT l.notification_id::text AS what FROM calendar_webhook_logs AS l
       WHERE 1 <> (SELECT count(*) FROM events WHERE type = 'NotificationReceived'
         AND data->>'notificationId' = coalesce(l.coalesced_into, l.notification_id)::text)`,
    ),
  ).toEqual([]);
});

describe('sync', () => {
  beforeAll(() => noteRepeats(bench, 'sync'));

  testInSuiteOnly(
    'pages of which sync did not hear that they are stored are stored once, and no pull counts as failed',
    async () => {
      await loseReplies('sync', /INSERT INTO calendar_entries/);

      await expectConvergence(bench);
      expect(
        await rowsOf(
          'sync',
          `SELECT e.stream_id || ' ' || e.version AS what FROM events AS e
         JOIN events AS before ON before.stream_id = e.stream_id AND before.version = e.version - 1
         WHERE e.type LIKE 'Entry%' AND e.type = before.type AND e.data->'revision' = before.data->'revision'`,
        ),
      ).toEqual([]);
      expect(
        await rowsOf(
          'sync',
          `SELECT entry_id::text AS what FROM calendar_entries AS c WHERE stream_version <>
           (SELECT coalesce(max(version), 0) FROM events WHERE stream_id = 'calendar-entry-' || c.entry_id)`,
        ),
      ).toEqual([]);
      expect(await rowsOf('sync', "SELECT data::text AS what FROM events WHERE type = 'CalendarSyncFailed'")).toEqual(
        [],
      );
    },
  );

  test('notifications that sync took without hearing of it are taken once', async () => {
    await loseReplies('sync', /UPDATE consumer_offsets/);
    expect(await repeats(bench, 'sync')).toEqual([]);

    await expectConvergence(bench);
    expect(await repeats(bench, 'sync')).toEqual([]);
    const told = await rowsOf(
      'webhook-ingestion',
      `SELECT data->>'channelId' || ' ' || count(*) AS what FROM events WHERE type = 'NotificationReceived' GROUP BY data->>'channelId'`,
    );
    const counted = await rowsOf(
      'sync',
      "SELECT channel_id || ' ' || messages AS what FROM calendar_webhooks WHERE messages > 0",
    );
    expect(counted.sort()).toEqual(told.sort());
  });

  testInSuiteOnly('calendars that sync claimed without hearing of it are pulled all the same', async () => {
    await loseReplies('sync', /SET lease_owner = \$1/);
    await expectConvergence(bench);
  });

  testInSuiteOnly(
    'an account whose connecting is stored and not heard of, step by step, is connected once',
    async () => {
      const person = bench.people[1]!;
      const { connectionId } = (await bench.gateway(person).connections())[0]!;
      await bench.gateway(person).disconnect(connectionId);
      const statuses = async () => (await bench.gateway(person).connections()).map(({ status }) => status);
      await eventually(async () => expect(await statuses()).toEqual([]), { timeoutMs: 60_000 });

      const before = bench.databases.sync.lostReplies;
      bench.databases.sync.loseCommitReplies({
        times: TIMES,
        after: /fencing_token = \$3 FOR UPDATE|(INSERT INTO|UPDATE) (calendar_webhooks|jobs AS j \()/,
      });
      const { operationId } = await bench.gateway(person).connect(person);
      await eventually(async () => expect(bench.databases.sync.lostReplies - before).toBe(TIMES), {
        timeoutMs: 120_000,
      });

      await expectConvergence(bench);
      const steps = await rowsOf(
        'sync',
        `SELECT type || coalesce(' ' || (data->>'step'), '') AS what FROM events
       WHERE stream_id = 'operation-${operationId}' ORDER BY version`,
      );
      expect(steps).toEqual([
        'OperationProgressed accepted',
        'OperationProgressed account-verified',
        'OperationProgressed calendars-listed',
        'OperationSucceeded',
      ]);
      // Google pushes to the channels that sync knows of, one for each calendar that can be watched, and to no others.
      await eventually(
        async () => {
          const live = (await bench.simulator.channels()).filter(({ state }) => state === 'live').map(({ id }) => id);
          const known = await bench.query<{ channel_id: string; calendar_id: string }>(
            'sync',
            "SELECT channel_id, calendar_id FROM calendar_webhooks WHERE state = 'live'",
          );
          const watched = await rowsOf(
            'sync',
            "SELECT calendar_id::text AS what FROM calendar_sync_states WHERE active AND mode = 'push'",
          );
          expect(live.sort()).toEqual(known.map(({ channel_id }) => channel_id).sort());
          expect(known.map(({ calendar_id }) => calendar_id).sort()).toEqual(watched.sort());
          expect(watched).toContain(await bench.calendarOf(person));
        },
        { timeoutMs: 60_000, intervalMs: 500 },
      );
    },
  );
});

describe('projectors', () => {
  testInSuiteOnly.each(['gateway', 'monitoring'] as const)(
    'messages that %s applied without hearing of it are applied once',
    async (service) => {
      await noteRepeats(bench, service);
      await loseReplies(service, /UPDATE consumer_offsets/);
      expect(await repeats(bench, service)).toEqual([]);

      await expectConvergence(bench);
      expect(await repeats(bench, service)).toEqual([]);
    },
  );
});
