import { startSimulator, type Simulator } from '@calendar-sync/google-calendar-simulator';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { connectAndSettle } from '../../testing/connected-bench';
import { type GoogleAccount, simulatedGoogle, type SimulatedGoogle } from '../../testing/google-account';
import { type Replica, SyncBench } from '../../testing/sync-bench';
import { enqueueJobs } from '../run-jobs/job-queue';

/**
 * Connections, calendars, their states, their channels, counters of topics, jobs: who takes several of a calendar's rows takes them in this
 * order. Each test holds one row, waits until the other side waits for it, and takes some that come later: were one of them held over there,
 * the database would have to end one of the two.
 */
describe('rows of one calendar', () => {
  let simulator: Simulator;
  let testDatabase: TestDatabase;
  let google: SimulatedGoogle;
  let bench: SyncBench;
  let ada: GoogleAccount;
  let replica: Replica;
  let calendarId: string;
  let connectionId: string;
  let live: string;

  beforeEach(async () => {
    [simulator, testDatabase] = await Promise.all([startSimulator(), startTestDatabase()]);
    google = simulatedGoogle(simulator.url);
    ada = await google.account('ada@example.com');
    bench = await SyncBench.open({ databaseUrl: testDatabase.url, googleUrl: simulator.url });
    replica = bench.startReplica();
    ({ calendarId, connectionId } = await connectAndSettle(bench, ada, eventually));
    [{ channel_id: live }] = (await bench.rows<{ channel_id: string }>(
      "SELECT channel_id FROM calendar_webhooks WHERE state = 'live'",
    )) as [{ channel_id: string }];
  });
  afterEach(async () => {
    await bench.close();
    await simulator.close();
    await testDatabase.drop();
  });

  const calendar = () => `SELECT FROM calendars WHERE calendar_id = '${calendarId}' FOR UPDATE`;
  const state = () => `SELECT FROM calendar_sync_states WHERE calendar_id = '${calendarId}' FOR UPDATE`;
  const channel = (id = live) => `SELECT FROM calendar_webhooks WHERE channel_id = '${id}' FOR UPDATE`;
  const jobOf = (id = live) => `SELECT FROM jobs WHERE kind = 'stop-channel' AND subject = '${id}' FOR UPDATE`;
  const counter = () => `SELECT FROM topic_sequences WHERE key = '${calendarId}' FOR UPDATE`;

  /** Somebody waits for what is held; whoever holds it takes more. */
  const holding = async (held: string, start: () => Promise<unknown>, taken: string[]) => {
    const { started } = await bench.database.transaction(async (tx) => {
      await tx.query(held);
      const started = start();
      started.catch(() => undefined);
      await eventually(
        async () =>
          (await tx.query('SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))'))
            .rowCount > 0,
      );
      for (const row of taken) expect((await tx.query(`${row} SKIP LOCKED`)).rowCount).toBeGreaterThan(0);
      return { started };
    });
    return started;
  };

  const stopLater = () =>
    enqueueJobs(bench.database, [
      { kind: 'stop-channel', subject: live, ownerId: 'ada', connectionId, delayMs: 3_600_000 },
    ]);

  test('a channel that was opened waits for the state of its calendar, and keeps neither calendar nor channel meanwhile', async () => {
    await replica.stop();
    await bench.rows("UPDATE calendar_webhooks SET renew_at = now() WHERE state = 'live'");
    const ensure = () => bench.keeper().ensure({ calendarId, ownerId: 'ada', connectionId });
    await holding(state(), ensure, [calendar(), channel()]);
    expect(
      await bench.rows('SELECT state FROM calendar_webhooks WHERE calendar_id = $1 ORDER BY requested_at', [
        calendarId,
      ]),
    ).toEqual([{ state: 'retiring' }, { state: 'live' }]);
  });

  test('the end of a full pull waits for its calendar, and keeps not its state meanwhile', async () => {
    await bench.rows('UPDATE calendars SET refusals = 1 WHERE calendar_id = $1', [calendarId]);
    await holding(calendar(), () => bench.requestSync({ full: true }), [state(), channel()]);
    await eventually(async () =>
      expect(await bench.rows('SELECT refusals FROM calendars WHERE calendar_id = $1', [calendarId])).toEqual([
        { refusals: 0 },
      ]),
    );
  });

  test('a push waits for the counter of its topic, and keeps no job meanwhile', async () => {
    await replica.stop();
    await stopLater();
    await bench.rows("UPDATE calendar_webhooks SET state = 'failed' WHERE channel_id = $1", [live]);
    const push = () => bench.note({ calendarId, channelId: live, resourceState: 'sync' });
    await holding(counter(), push, [jobOf()]);
    expect(await bench.rows('SELECT run_at <= now() AS due FROM jobs WHERE subject = $1', [live])).toEqual([
      { due: true },
    ]);
  });

  test('an account that is forgotten waits for its channels, and keeps none of their jobs meanwhile', async () => {
    await google.faults({ errors: [{ method: 'channels.stop', status: 503 }] });
    await stopLater();
    await holding(channel(), () => bench.disconnect(connectionId), [jobOf()]);
    await eventually(async () => (await bench.facts('ConnectionRemoved')).length === 1);
    expect(await bench.rows('SELECT FROM jobs')).toEqual([]);
  });

  test('a channel that nobody wants is waited for before the job that would stop it', async () => {
    await replica.stop();
    await google.faults({
      slowMs: { method: 'events.watch', ms: 500, times: 1 },
      slowAnswerMs: { method: 'channels.stop', ms: 1_000, times: 1 },
    });
    await bench.rows("UPDATE calendar_webhooks SET renew_at = now() WHERE state = 'live'");
    const ended = bench.keeper().ensure({ calendarId, ownerId: 'ada', connectionId });
    const late = await eventually(async () => {
      const [givenUp] = await bench.rows<{ channel_id: string }>(
        "UPDATE calendar_webhooks SET state = 'failed' WHERE state = 'opening' RETURNING channel_id",
      );
      return givenUp?.channel_id;
    });
    await eventually(async () => (await bench.rows(jobOf(late))).length === 1);
    await holding(channel(late), () => ended, [jobOf(late)]);
    expect(await bench.rows('SELECT state FROM calendar_webhooks WHERE channel_id = $1', [late])).toEqual([
      { state: 'stopped' },
    ]);
  });
});
