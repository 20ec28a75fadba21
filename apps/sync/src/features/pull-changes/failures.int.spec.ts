import { startSimulator, type Simulator } from '@calendar-sync/google-calendar-simulator';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { connectAndSettle } from '../../testing/connected-bench';
import { type GoogleAccount, meeting, simulatedGoogle, type SimulatedGoogle } from '../../testing/google-account';
import { type BenchSettings, SyncBench } from '../../testing/sync-bench';

describe('a pull that fails', () => {
  let simulator: Simulator;
  let testDatabase: TestDatabase;
  let google: SimulatedGoogle;
  let bench: SyncBench;
  let ada: GoogleAccount;
  let calendarId: string;

  const connected = async (settings: Partial<BenchSettings> = {}) => {
    bench = await SyncBench.open({ databaseUrl: testDatabase.url, googleUrl: simulator.url, ...settings });
    bench.startReplica();
    const settled = await connectAndSettle(bench, ada, eventually);
    calendarId = settled.calendarId;
    return settled;
  };
  const queue = () =>
    bench.rows<{ reason: string; attempts: number; state: string; next_attempt_at: Date | null }>(
      'SELECT reason, attempts, state, next_attempt_at FROM webhook_retry_queue WHERE calendar_id = $1',
      [calendarId],
    );

  beforeEach(async () => {
    [simulator, testDatabase] = await Promise.all([startSimulator(), startTestDatabase()]);
    google = simulatedGoogle(simulator.url);
    ada = await google.account('ada@example.com');
  });
  afterEach(async () => {
    await bench.close();
    await simulator.close();
    await testDatabase.drop();
  });

  test('on errors of the server waits in the queue where it can be seen, and heals by itself', async () => {
    await connected({ retryBaseMs: 200 });
    await google.faults({ errors: [{ method: 'events.list', status: 500 }] });
    await ada.add(meeting('Stand-up'));
    await eventually(async () => {
      expect(await queue()).toMatchObject([{ reason: 'ProviderUnavailable', state: 'waiting' }]);
    });
    await eventually(async () => (await queue())[0]!.attempts >= 2);
    const [failed] = await bench.facts('CalendarSyncFailed');
    expect(failed?.data).toMatchObject({ failure: 'ProviderUnavailable', consecutiveFailures: 1, parked: false });
    expect(await bench.facts('NotificationFailed')).toEqual([]);
    await google.noFaults();
    await eventually(async () => (await bench.titles(calendarId)).length === 1);
    await eventually(async () => (await queue()).length === 0);
  });

  test('again and again is parked, visibly, until somebody asks', async () => {
    await connected({ retryBaseMs: 1, retryMaxAttempts: 3 });
    await google.faults({ errors: [{ method: 'events.list', calendarId: ada.email, status: 503, html: true }] });
    await ada.add(meeting('Stand-up'));
    await eventually(async () => {
      expect(await queue()).toMatchObject([{ state: 'parked', next_attempt_at: null }]);
    });
    expect((await bench.facts('CalendarSyncFailed')).at(-1)?.data).toMatchObject({
      parked: true,
      consecutiveFailures: 3,
    });
    expect((await bench.facts('NotificationFailed')).at(-1)?.data).toMatchObject({ failure: 'ProviderUnavailable' });
    await google.noFaults();
    const calls = await google.calls('events.list');
    await ada.add(meeting('Another'));
    await eventually(async () => (await bench.rows('SELECT FROM pending_notifications')).length > 0);
    expect(await google.calls('events.list')).toBe(calls);

    await bench.requestSync();
    await eventually(async () => (await bench.titles(calendarId)).length === 2);
    await eventually(async () => (await queue()).length === 0);
  });

  test('for a dead grant suspends the connection, and nothing is repeated until its owner connects again', async () => {
    const { connectionId } = await connected();
    await google.faults({ invalidGrant: true, errors: [{ method: 'events.list', status: 401, reason: 'authError' }] });
    await ada.add(meeting('Stand-up'));
    const [suspended] = await eventually(async () => {
      const facts = await bench.facts('ConnectionSuspended');
      return facts.length > 0 && facts;
    });
    expect(suspended?.data).toMatchObject({ connectionId, reason: 'access-revoked' });
    expect(await bench.rows('SELECT FROM calendar_sync_states WHERE active')).toEqual([]);
    expect(await bench.rows("SELECT FROM jobs WHERE kind IN ('list-calendars', 'keep-watch')")).toEqual([]);
    expect(await queue()).toEqual([]);

    await google.noFaults();
    await connectAndSettle(bench, ada, eventually);
    expect(await bench.rows('SELECT connection_id, status FROM connections')).toEqual([
      { connection_id: connectionId, status: 'active' },
    ]);
    expect(await bench.titles(calendarId)).toEqual(['Stand-up']);
    expect((await bench.facts('CalendarAdded')).filter(({ key }) => key === calendarId)).toHaveLength(1);
    expect(await bench.facts('CredentialsReplaced')).toHaveLength(1);
  });

  test('because our client is refused suspends nobody, and goes on once it is set right', async () => {
    await connected();
    await google.faults({ invalidClient: true, errors: [{ method: 'events.list', status: 401, reason: 'authError' }] });
    await bench.requestSync();
    await eventually(async () =>
      expect((await bench.facts('CalendarSyncFailed'))[0]?.data).toMatchObject({
        failure: 'ClientRefused',
        consecutiveFailures: 0,
        parked: false,
      }),
    );
    await ada.add(meeting('Stand-up'));
    await google.noFaults();
    await eventually(async () => (await bench.titles(calendarId)).length === 1);
    expect(await bench.facts('ConnectionSuspended')).toEqual([]);
  });

  test('because the calendar is gone removes the calendar, not the account', async () => {
    await connected();
    await google.faults({ calendarNotFound: { calendarId: ada.email } });
    await bench.requestSync();
    await eventually(async () => {
      expect((await bench.facts('CalendarRemoved')).map(({ key, data }) => [key, data['reason']])).toEqual([
        [calendarId, 'gone-at-provider'],
      ]);
    });
    expect(await bench.rows('SELECT status FROM connections')).toEqual([{ status: 'active' }]);
  });

  test('for a limit of the user waits as long as it was told, with every calendar of that user', async () => {
    await connected();
    await google.faults({
      errors: [{ method: 'events.list', status: 403, reason: 'userRateLimitExceeded', retryAfter: 60, times: 1 }],
    });
    await bench.requestSync();
    await eventually(async () => {
      expect(await bench.facts('CalendarSyncFailed')).toHaveLength(1);
      const [bucket] = await bench.rows<{ seconds: number }>(
        `SELECT extract(epoch FROM blocked_until - now())::float8 AS seconds FROM provider_quota_buckets WHERE bucket LIKE '%/user/%' AND blocked_until IS NOT NULL`,
      );
      expect(bucket?.seconds).toBeGreaterThan(50);
    });
    await eventually(
      async () => (await bench.rows('SELECT FROM calendar_sync_states WHERE lease_until IS NOT NULL')).length === 0,
    );
    const waiting = await bench.rows<{ seconds: number }>(
      'SELECT extract(epoch FROM due_at - now())::float8 AS seconds FROM calendar_sync_states WHERE dirty_seq > synced_seq',
    );
    expect(waiting.length).toBeGreaterThan(0);
    for (const { seconds } of waiting) expect(seconds).toBeGreaterThan(50);
  });

  test('a spent budget of calls delays pulls and fails none', async () => {
    await connected({ userPerMinute: 600 });
    await bench.rows(
      "UPDATE provider_quota_buckets SET tokens = 0, refilled_at = clock_timestamp() WHERE bucket LIKE '%/user/%'",
    );
    await bench.requestSync();
    await eventually(async () => (await bench.facts('OperationSucceeded')).length === 2);
    expect(await bench.facts('CalendarSyncFailed')).toEqual([]);
  });
});
