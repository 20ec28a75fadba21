import { startSimulator, type Simulator } from '@calendar-sync/google-calendar-simulator';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { connectAndSettle } from '../../testing/connected-bench';
import { type GoogleAccount, meeting, simulatedGoogle } from '../../testing/google-account';
import { SyncBench } from '../../testing/sync-bench';

describe('one who was taken off a series and asked to a single occurrence of it', () => {
  let simulator: Simulator;
  let testDatabase: TestDatabase;
  let bench: SyncBench;
  let ada: GoogleAccount;
  let ben: GoogleAccount;
  const asked = { attendees: [{ email: 'ben@example.com' }] };
  const alone = { attendees: [{ email: 'out@side.example' }] };

  beforeEach(async () => {
    [simulator, testDatabase] = await Promise.all([startSimulator(), startTestDatabase()]);
    const google = simulatedGoogle(simulator.url);
    [ada, ben] = [await google.account('ada@example.com'), await google.account('ben@example.com')];
    bench = await SyncBench.open({ databaseUrl: testDatabase.url, googleUrl: simulator.url, pushes: false });
    bench.startReplica();
  });
  afterEach(async () => {
    await bench.close();
    await simulator.close();
    await testDatabase.drop();
  });

  const pulled = async () => {
    const operationId = await bench.requestSync();
    await eventually(async () =>
      (await bench.facts('OperationSucceeded')).some(({ data }) => data['operationId'] === operationId),
    );
    await eventually(() => bench.settled());
  };
  const kinds = async (calendarId: string) =>
    (await bench.facts('CalendarSynced')).filter(({ key }) => key === calendarId).map(({ data }) => data['kind']);

  const series = async () => {
    const { id } = await ada.add(meeting('Weekly', 24, { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'], ...asked }));
    const { calendarId } = await connectAndSettle(bench, ben, eventually);
    expect(await bench.titles(calendarId)).toEqual(['Weekly']);
    return { id, occurrence: `${id}_20261201T090000Z`, calendarId };
  };

  test('has that occurrence, and nothing of the series', async () => {
    const { id, occurrence, calendarId } = await series();
    await ada.patch(id, alone);
    await pulled();
    expect(await bench.titles(calendarId)).toEqual([]);
    await ada.patch(occurrence, { ...asked, summary: 'Only this' });
    await pulled();
    expect(await bench.titles(calendarId)).toEqual(['Only this']);
    expect(await kinds(calendarId)).toEqual(['full', 'incremental', 'incremental']);
  });

  test('has it where one pull finds both, by a full listing, for nothing tells which was first', async () => {
    const { id, occurrence, calendarId } = await series();
    await ada.patch(id, alone);
    await ada.patch(occurrence, { ...asked, summary: 'Only this' });
    await pulled();
    await eventually(async () => expect(await bench.titles(calendarId)).toEqual(['Only this']));
    expect(await kinds(calendarId)).toEqual(['full', 'incremental', 'full']);
  });
});
