import { startSimulator, type Simulator } from '@calendar-sync/google-calendar-simulator';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { connectAndSettle } from '../../testing/connected-bench';
import { type GoogleAccount, meeting, simulatedGoogle, type SimulatedGoogle } from '../../testing/google-account';
import { SyncBench } from '../../testing/sync-bench';

describe('the list of calendars', () => {
  let simulator: Simulator;
  let testDatabase: TestDatabase;
  let google: SimulatedGoogle;
  let bench: SyncBench;
  let ada: GoogleAccount;

  beforeEach(async () => {
    [simulator, testDatabase] = await Promise.all([startSimulator(), startTestDatabase()]);
    google = simulatedGoogle(simulator.url);
    ada = await google.account('ada@example.com');
    bench = await SyncBench.open({ databaseUrl: testDatabase.url, googleUrl: simulator.url });
    bench.startReplica();
    await connectAndSettle(bench, ada, eventually);
  });
  afterEach(async () => {
    await bench.close();
    await simulator.close();
    await testDatabase.drop();
  });

  const listNow = async () => {
    await bench.rows("UPDATE jobs SET run_at = now() WHERE kind = 'list-calendars'");
    bench.wakeUps.all();
  };

  test('is asked again, so that a new calendar is filled and watched and a removed one is let go', async () => {
    const ben = await google.account('ben@example.com');
    await ben.add(meeting('With Ben'));
    await google.share(ada.email, ben.email, 'reader');
    await google.subscribe(ada, ben.email);
    await listNow();
    const calendarId = await eventually(() => bench.calendarId(ben.email));
    await eventually(async () => (await bench.titles(calendarId)).includes('With Ben'));
    await eventually(
      async () =>
        (await bench.rows("SELECT FROM calendar_webhooks WHERE calendar_id = $1 AND state = 'live'", [calendarId]))
          .length === 1,
    );

    await google.unsubscribe(ada, ben.email);
    await listNow();
    const removed = await eventually(async () => (await bench.facts('CalendarRemoved'))[0]);
    expect(removed).toMatchObject({ key: calendarId, data: { reason: 'gone-at-provider' } });
    await eventually(
      async () =>
        (await bench.rows("SELECT FROM calendar_webhooks WHERE calendar_id = $1 AND state <> 'stopped'", [calendarId]))
          .length === 0,
    );
    expect(
      await bench.rows('SELECT FROM calendar_sync_states WHERE calendar_id = $1 AND active', [calendarId]),
    ).toEqual([]);
  });

  test('that lost its cursor is asked for in full', async () => {
    await bench.rows("UPDATE connections SET list_cursor = 'of-another-time'");
    await listNow();
    await eventually(async () => {
      const [connection] = await bench.rows<{ list_cursor: string }>('SELECT list_cursor FROM connections');
      return connection?.list_cursor !== 'of-another-time';
    });
    expect(await bench.facts('CalendarRemoved')).toEqual([]);
  });
});
