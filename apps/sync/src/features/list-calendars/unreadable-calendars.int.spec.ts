import { startSimulator, type Simulator } from '@calendar-sync/google-calendar-simulator';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { connectAndSettle } from '../../testing/connected-bench';
import { type GoogleAccount, meeting, simulatedGoogle, type SimulatedGoogle } from '../../testing/google-account';
import { SyncBench } from '../../testing/sync-bench';

describe('a calendar on the list that can not be read', () => {
  let simulator: Simulator;
  let testDatabase: TestDatabase;
  let google: SimulatedGoogle;
  let bench: SyncBench;
  let ada: GoogleAccount;
  let ben: GoogleAccount;

  beforeEach(async () => {
    [simulator, testDatabase] = await Promise.all([startSimulator(), startTestDatabase()]);
    google = simulatedGoogle(simulator.url);
    ada = await google.account('ada@example.com');
    ben = await google.account('ben@example.com');
    bench = await SyncBench.open({ databaseUrl: testDatabase.url, googleUrl: simulator.url });
  });
  afterEach(async () => {
    await bench.close();
    await simulator.close();
    await testDatabase.drop();
  });

  const listInFull = async () => {
    const before = (await bench.rows<{ at: Date }>('SELECT listed_in_full_at AS at FROM connections'))[0]!.at;
    await bench.rows('UPDATE connections SET list_cursor = NULL');
    await bench.rows("UPDATE jobs SET run_at = now() WHERE kind = 'list-calendars'");
    bench.wakeUps.all();
    await eventually(async () => {
      const [connection] = await bench.rows<{ at: Date }>('SELECT listed_in_full_at AS at FROM connections');
      return connection!.at > before;
    });
    await eventually(() => bench.settled());
  };
  const story = async (calendarId: string) =>
    (await bench.facts('CalendarAdded', 'CalendarRemoved'))
      .filter(({ key }) => key === calendarId)
      .map(({ type }) => type);

  test('because it is gone stays removed over full listings, longer each time, until it can be read', async () => {
    bench.startReplica();
    const { calendarId } = await connectAndSettle(bench, ada, eventually);
    await google.faults({ calendarNotFound: { calendarId: ada.email } });
    await bench.requestSync();
    await eventually(async () => (await story(calendarId)).length === 2);
    await listInFull();
    expect(await story(calendarId)).toEqual(['CalendarAdded', 'CalendarRemoved']);

    const rest = async () =>
      (
        await bench.rows<{ refusals: number; days: number }>(
          `SELECT refusals, round(extract(epoch FROM rests_until - now()) / 86400)::int AS days FROM calendars WHERE calendar_id = $1`,
          [calendarId],
        )
      )[0];
    expect(await rest()).toEqual({ refusals: 1, days: 1 });
    await bench.rows('UPDATE calendars SET rests_until = now()');
    await listInFull();
    await eventually(async () => (await story(calendarId)).length === 4);
    expect(await rest()).toEqual({ refusals: 2, days: 2 });

    await google.noFaults();
    await bench.rows('UPDATE calendars SET rests_until = now()');
    await listInFull();
    await eventually(async () => expect(await rest()).toEqual({ refusals: 0, days: null }));
    expect(await story(calendarId)).toHaveLength(5);
  });

  test('because it shows nothing but busy times is not synced, and is as soon as it shows more', async () => {
    await ben.add(meeting('Daily', 23, { recurrence: ['RRULE:FREQ=DAILY'] }));
    await google.share(ada.email, ben.email, 'freeBusyReader');
    await google.subscribe(ada, ben.email);
    bench.startReplica();
    await connectAndSettle(bench, ada, eventually);
    expect(await bench.calendarId(ben.email)).toBeUndefined();

    await google.share(ada.email, ben.email, 'reader');
    await listInFull();
    const calendarId = (await eventually(() => bench.calendarId(ben.email)))!;
    await eventually(async () => expect(await bench.titles(calendarId)).toEqual(['Daily']));
  });

  test('because its details were hidden meanwhile is let go by the pull, before any listing tells', async () => {
    await ben.add(meeting('Daily', 23, { recurrence: ['RRULE:FREQ=DAILY'] }));
    await google.share(ada.email, ben.email, 'reader');
    await google.subscribe(ada, ben.email);
    bench.startReplica();
    await connectAndSettle(bench, ada, eventually);
    const calendarId = (await bench.calendarId(ben.email))!;
    await google.share(ada.email, ben.email, 'freeBusyReader');
    await bench.requestSync();
    await eventually(async () => expect(await story(calendarId)).toEqual(['CalendarAdded', 'CalendarRemoved']));
    expect((await bench.facts('EntryAdded')).filter(({ key }) => key === calendarId)).toHaveLength(1);
    expect((await bench.facts('EntryChanged')).filter(({ key }) => key === calendarId)).toEqual([]);
  });
});
