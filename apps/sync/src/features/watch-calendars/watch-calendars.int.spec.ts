import { startSimulator, type Simulator } from '@calendar-sync/google-calendar-simulator';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { connectAndSettle } from '../../testing/connected-bench';
import { type GoogleAccount, meeting, simulatedGoogle, type SimulatedGoogle } from '../../testing/google-account';
import { type Replica, SyncBench } from '../../testing/sync-bench';
import { enqueueJobs, JobQueue, LeaseLost } from '../run-jobs/job-queue';

describe('watching calendars', () => {
  let simulator: Simulator;
  let testDatabase: TestDatabase;
  let google: SimulatedGoogle;
  let bench: SyncBench;
  let ada: GoogleAccount;
  let calendarId: string;
  let connectionId: string;
  let replicas: Replica[];

  beforeEach(async () => {
    [simulator, testDatabase] = await Promise.all([startSimulator(), startTestDatabase()]);
    google = simulatedGoogle(simulator.url);
    ada = await google.account('ada@example.com');
    bench = await SyncBench.open({ databaseUrl: testDatabase.url, googleUrl: simulator.url });
    replicas = [bench.startReplica()];
    ({ calendarId, connectionId } = await connectAndSettle(bench, ada, eventually));
  });
  afterEach(async () => {
    await bench.close();
    await simulator.close();
    await testDatabase.drop();
  });

  const channels = () =>
    bench.rows<{ channel_id: string; state: string; stop_reason: string | null; resource_id: string }>(
      'SELECT channel_id, state, stop_reason, resource_id FROM calendar_webhooks WHERE calendar_id = $1 ORDER BY requested_at',
      [calendarId],
    );
  const dueNow = () =>
    bench.rows("UPDATE jobs SET run_at = now() WHERE kind = 'keep-watch' AND subject = $1", [calendarId]);

  test('a renewal opens the new channel first, pulls once over the seam, and only then stops the old one', async () => {
    const [old] = await channels();
    await bench.rows("UPDATE calendar_webhooks SET renew_at = now() WHERE state = 'live'");
    const pulls = (await bench.facts('CalendarSynced')).length;
    await dueNow();
    await eventually(async () => {
      expect(await channels()).toMatchObject([
        { channel_id: old!.channel_id, state: 'stopped', stop_reason: 'renewed' },
        { state: 'live' },
      ]);
    });
    const story = await bench.facts('WatchOpened', 'CalendarSynced', 'WatchStopped');
    const types = story.filter(({ key }) => key === calendarId).map(({ type }) => type);
    expect(types.slice(-3)).toEqual(['WatchOpened', 'CalendarSynced', 'WatchStopped']);
    expect((await bench.facts('CalendarSynced')).length).toBeGreaterThan(pulls);
    const atGoogle = await google.channels();
    expect(atGoogle.find(({ id }) => id === old!.channel_id)?.state).toBe('stopped');
  });

  test('a renewal that fails keeps the old channel', async () => {
    await google.faults({ errors: [{ method: 'events.watch', status: 500 }] });
    await bench.rows("UPDATE calendar_webhooks SET renew_at = now() WHERE state = 'live'");
    await dueNow();
    await eventually(
      async () => (await bench.rows("SELECT FROM jobs WHERE kind = 'keep-watch' AND attempts > 0")).length === 1,
    );
    expect((await channels())[0]?.state).toBe('live');
    await google.noFaults();
    await eventually(async () => (await channels())[0]?.state === 'stopped');
  });

  test('a channel that ended is opened again', async () => {
    await bench.rows(
      "UPDATE calendar_webhooks SET expires_at = now() - interval '1 minute', renew_at = now() - interval '1 hour'",
    );
    await dueNow();
    await eventually(async () => {
      expect(await channels()).toMatchObject([{ state: 'stopped', stop_reason: 'expired' }, { state: 'live' }]);
    });
  });

  test('the renewal is due between half and four fifths of the lifetime that was granted', async () => {
    const [row] = await bench.rows<{ share: number }>(
      `SELECT (extract(epoch FROM renew_at - opened_at) / extract(epoch FROM expires_at - opened_at))::float8 AS share
       FROM calendar_webhooks WHERE calendar_id = $1 AND state = 'live'`,
      [calendarId],
    );
    expect(row?.share).toBeGreaterThanOrEqual(0.5);
    expect(row?.share).toBeLessThanOrEqual(0.8);
  });

  test('the life of a channel is counted by the clock of the database, whatever that of the process says', async () => {
    const [row] = await bench.rows(
      `SELECT opened_at = date_trunc('milliseconds', requested_at) AS counted_from_the_request
       FROM calendar_webhooks WHERE calendar_id = $1 AND state = 'live'`,
      [calendarId],
    );
    expect(row).toEqual({ counted_from_the_request: true });
  });

  test('the first push of a channel is answered, and pulls nothing', async () => {
    await eventually(async () => {
      expect((await bench.facts('NotificationProcessed')).map(({ data }) => data['outcome'])).toContain(
        'channel-opened',
      );
    });
  });

  test('a push of a channel that nobody knows is answered, pulled for and leads to its stop', async () => {
    const pulls = (await bench.facts('CalendarSynced')).length;
    await bench.note({ calendarId, channelId: 'lost-in-a-crash', resourceId: 'some-resource' });
    await eventually(async () => (await google.calls('channels.stop')) === 1);
    expect((await bench.facts('NotificationProcessed')).at(-1)?.data).toMatchObject({ outcome: 'channel-unknown' });
    await eventually(async () => (await bench.facts('CalendarSynced')).length > pulls);
  });

  test('a push that names another resource than its channel is a finding', async () => {
    const [live] = await channels();
    await bench.note({ calendarId, channelId: live!.channel_id, resourceId: 'another' });
    expect((await bench.facts('ResourceMismatchFound'))[0]?.data).toMatchObject({
      found: 'another',
      expected: live!.resource_id,
    });
  });

  test('a channel that stays silent while polls find changes is replaced, and one lost push is forgiven', async () => {
    const [silent] = await channels();
    const pollFinding = async (title: string) => {
      await ada.add(meeting(title));
      await bench.rows('UPDATE calendar_sync_states SET due_at = now() WHERE calendar_id = $1', [calendarId]);
      await eventually(async () => (await bench.titles(calendarId)).includes(title));
      await eventually(() => bench.settled());
    };
    await google.faults({ push: { off: true } });
    await pollFinding('First');
    await google.noFaults();
    await ada.add(meeting('Announced'));
    await eventually(async () => (await bench.titles(calendarId)).includes('Announced'));
    await google.faults({ push: { off: true } });
    await pollFinding('Second');
    expect(await channels()).toMatchObject([{ channel_id: silent!.channel_id, state: 'live' }]);
    await pollFinding('Third');
    await eventually(async () => {
      expect(await channels()).toMatchObject([
        { channel_id: silent!.channel_id, state: 'stopped', stop_reason: 'renewed' },
        { state: 'live' },
      ]);
    });
  });

  test('a limit that a watch meets holds back every call of that user, for as long as was told', async () => {
    await google.faults({
      errors: [{ method: 'events.watch', status: 403, reason: 'userRateLimitExceeded', retryAfter: 60, times: 1 }],
    });
    await bench.rows("UPDATE calendar_webhooks SET renew_at = now() WHERE state = 'live'");
    await dueNow();
    await eventually(async () => {
      const [bucket] = await bench.rows<{ seconds: number }>(
        `SELECT extract(epoch FROM blocked_until - now())::float8 AS seconds FROM provider_quota_buckets
         WHERE bucket = $1`,
        [`google/user/${ada.sub}`],
      );
      expect(bucket?.seconds).toBeGreaterThan(50);
    });
  });

  test('an account connected again under the same id while its disconnect still runs keeps its new grant', async () => {
    for (const replica of replicas) await replica.stop();
    const disconnecting = await bench.disconnect(connectionId);
    await bench.rows("UPDATE jobs SET run_at = now() + interval '1 hour' WHERE kind = 'disconnect-account'");
    bench.startReplica();
    const { operationId } = await bench.connect(ada, 'ada', connectionId);
    const succeeded = async (id: string) =>
      (await bench.facts('OperationSucceeded')).some(({ data }) => data['operationId'] === id);
    await eventually(() => succeeded(operationId));
    await bench.rows("UPDATE jobs SET run_at = now() WHERE kind = 'disconnect-account'");
    await eventually(() => succeeded(disconnecting));
    expect(await bench.rows('SELECT status FROM connections')).toEqual([{ status: 'active' }]);
    expect(await bench.rows('SELECT connection_id FROM connection_credentials')).toEqual([
      { connection_id: connectionId },
    ]);
    expect(await bench.facts('ConnectionRemoved')).toEqual([]);
    expect(await bench.rows('SELECT FROM calendar_sync_states WHERE NOT active')).toEqual([]);
    const [live] = (await channels()).filter(({ state }) => state === 'live');
    expect((await google.channels()).find(({ id }) => id === live?.channel_id)?.state).toBe('live');
  });

  test('a disconnect stops the channels, forgets the grant and lets the calendars go, and keeps their history', async () => {
    await ada.add(meeting('Stand-up'));
    await eventually(async () => (await bench.titles(calendarId)).length === 1);
    const operationId = await bench.disconnect(connectionId, { revoke: true });
    await eventually(async () =>
      (await bench.facts('OperationSucceeded')).some(({ data }) => data['operationId'] === operationId),
    );
    expect((await google.channels()).filter(({ state }) => state === 'live')).toEqual([]);
    expect(await google.calls('oauth.revoke')).toBe(1);
    expect(await bench.rows('SELECT FROM connection_credentials')).toEqual([]);
    expect(await bench.rows('SELECT FROM jobs')).toEqual([]);
    expect((await bench.facts('CalendarRemoved')).every(({ data }) => data['reason'] === 'disconnected')).toBe(true);
    expect(await bench.facts('ConnectionRemoved')).toHaveLength(1);
    expect(await bench.titles(calendarId)).toEqual(['Stand-up']);
  });

  test('a provider that cannot be reached does not keep anybody connected', async () => {
    await google.faults({ errors: [{ method: 'channels.stop', status: 503 }] });
    await bench.disconnect(connectionId);
    await eventually(async () => (await bench.facts('ConnectionRemoved')).length === 1);
    expect(await bench.rows('SELECT FROM connection_credentials')).toEqual([]);
  });

  test('the same account connected again after a disconnect resumes its history, with a full listing', async () => {
    const { id } = await ada.add(meeting('Stand-up'));
    await eventually(async () => (await bench.titles(calendarId)).length === 1);
    await bench.disconnect(connectionId);
    await eventually(async () => (await bench.facts('ConnectionRemoved')).length === 1);
    await ada.remove(id);
    const again = await connectAndSettle(bench, ada, eventually);
    expect(again.calendarId).toBe(calendarId);
    expect(again.connectionId).not.toBe(connectionId);
    expect((await bench.facts('EntryCancelled')).map(({ data }) => data['reason'])).toEqual(['absent-from-full-sync']);
    const versions = await bench.rows(
      "SELECT version FROM events WHERE type LIKE 'Entry%' AND key = $1 ORDER BY version",
      [calendarId],
    );
    expect(versions).toEqual([{ version: 1 }, { version: 2 }]);
  });

  test('a channel whose opening was never answered is stopped with what its first push told', async () => {
    await google.faults({ commitThenReset: { method: 'events.watch', times: 1 } });
    await bench.rows("UPDATE calendar_webhooks SET renew_at = now() WHERE state = 'live'");
    await dueNow();
    await eventually(async () => {
      expect((await channels()).map(({ state }) => state)).toEqual(['stopped', 'opening', 'live']);
    });
    const lost = (await channels())[1]!;
    await eventually(async () => (await channels())[1]!.resource_id !== null);
    await bench.rows(
      "UPDATE calendar_webhooks SET requested_at = requested_at - interval '6 minutes' WHERE state = 'opening'",
    );
    await dueNow();
    await eventually(async () => {
      const atGoogle = await google.channels();
      expect(atGoogle.find(({ id }) => id === lost.channel_id)?.state).toBe('stopped');
    });
    expect(
      await bench.rows("SELECT FROM calendar_webhooks WHERE state = 'live' AND calendar_id = $1", [calendarId]),
    ).toHaveLength(1);
  });

  test('a channel whose opening is answered after it was given up is not taken for the live one', async () => {
    await google.faults({ slowMs: { method: 'events.watch', ms: 3_000, times: 1 } });
    await bench.rows("UPDATE calendar_webhooks SET renew_at = now() WHERE state = 'live'");
    await dueNow();
    // As another process does that took the job over from one that was frozen; in one step, before the answer comes.
    const late = await eventually(async () => {
      const [givenUp] = await bench.rows<{ channel_id: string }>(
        "UPDATE calendar_webhooks SET state = 'failed', failure = 'the answer was lost' WHERE state = 'opening' RETURNING channel_id",
      );
      return givenUp?.channel_id;
    });
    await eventually(async () => {
      const known = await channels();
      expect(known.find(({ channel_id }) => channel_id === late)?.state).toBe('stopped');
      const live = known.filter(({ state }) => state === 'live').map(({ channel_id }) => channel_id);
      const atGoogle = (await google.channels()).filter(({ state }) => state === 'live').map(({ id }) => id);
      expect(live).toHaveLength(1);
      expect(atGoogle).toEqual(live);
    });
  });

  test('a first push that is faster than the answer to its opening finds its channel known', async () => {
    await google.faults({ syncBeforeWatchResponse: true });
    await bench.rows("UPDATE calendar_webhooks SET renew_at = now() WHERE state = 'live'");
    await dueNow();
    await eventually(async () => (await channels()).length === 2 && (await channels())[0]!.state === 'stopped');
    const outcomes = (await bench.facts('NotificationProcessed')).map(({ data }) => data['outcome']);
    expect(outcomes).not.toContain('channel-unknown');
  });

  test('a job taken over by another worker leaves no trace of the first', async () => {
    const first = new JobQueue(bench.database, 'first', 60_000);
    const second = new JobQueue(bench.database, 'second', 60_000);
    const subject = 'of nothing';
    await enqueueJobs(bench.database, [
      { kind: 'list-calendars', subject, ownerId: 'ada', connectionId, delayMs: 60_000 },
    ]);
    const claimOne = async (queue: JobQueue) => {
      await bench.rows("UPDATE jobs SET run_at = now() - interval '1 day', lease_until = NULL WHERE subject = $1", [
        subject,
      ]);
      return (await queue.claim(1))[0]!;
    };
    for (const replica of replicas) await replica.stop();
    const stale = await claimOne(first);
    const held = await claimOne(second);
    const write = (queue: JobQueue, job: typeof held, email: string) =>
      queue.complete(job, async (tx) => {
        await tx.query('UPDATE connections SET account_email = $1', [email]);
      });
    await expect(write(first, stale, 'stale@example.com')).rejects.toBeInstanceOf(LeaseLost);
    expect(await first.prolong(stale)).toBe(false);
    await write(second, held, 'held@example.com');
    expect(await bench.rows('SELECT account_email FROM connections')).toEqual([{ account_email: 'held@example.com' }]);
    expect(await bench.rows('SELECT FROM jobs WHERE subject = $1', [subject])).toEqual([]);
  });
});
