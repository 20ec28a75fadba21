import { startSimulator, type Simulator } from '@calendar-sync/google-calendar-simulator';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { connectAndSettle } from '../../testing/connected-bench';
import { type GoogleAccount, meeting, simulatedGoogle, type SimulatedGoogle } from '../../testing/google-account';
import { SyncBench } from '../../testing/sync-bench';

describe('calls that hang longer than anybody waits', () => {
  const HANGING = ['ben', 'chen'];
  let simulator: Simulator;
  let testDatabase: TestDatabase;
  let google: SimulatedGoogle;
  let bench: SyncBench;
  let ada: GoogleAccount;
  let calendarId: string;

  beforeEach(async () => {
    [simulator, testDatabase] = await Promise.all([startSimulator(), startTestDatabase()]);
    google = simulatedGoogle(simulator.url);
    bench = await SyncBench.open({
      databaseUrl: testDatabase.url,
      googleUrl: simulator.url,
      providerTimeoutMs: 300_000,
    });
    bench.startReplica();
    ada = await google.account('ada@example.com');
    ({ calendarId } = await connectAndSettle(bench, ada, eventually));
    for (const name of HANGING) {
      await bench.connect(await google.account(`${name}@example.com`), name);
    }
    await eventually(async () => (await bench.facts('OperationSucceeded')).length === 3);
    await eventually(() => bench.settled());
    await google.faults({ hang: HANGING.map((name) => ({ account: `${name}@example.com`, method: 'events.list' })) });
  });
  afterEach(async () => {
    await simulator.close();
    await bench.close();
    await testDatabase.drop();
  });

  const pulled = async (full: boolean) => {
    const before = await google.calls('events.list');
    for (const ownerId of HANGING) await bench.requestSync({ ownerId, full });
    return before;
  };

  test('keep no place from the calendars of others', async () => {
    const before = await pulled(false);
    await eventually(async () => (await google.calls('events.list')) >= before + 4);
    await ada.add(meeting('Stand-up'));
    await eventually(async () => expect(await bench.titles(calendarId)).toEqual(['Stand-up']));
    expect(await bench.facts('CalendarSyncFailed')).toEqual([]);
  });

  test('keep no place from those who connect, either', async () => {
    const before = await pulled(true);
    await eventually(async () => (await google.calls('events.list')) >= before + 2);
    const dora = await google.account('dora@example.com');
    await dora.add(meeting('First day'));
    await bench.connect(dora, 'dora');
    await eventually(async () => {
      const doras = await bench.calendarId(dora.email, 'dora');
      expect(await bench.titles(doras!)).toEqual(['First day']);
    });
    expect(await bench.facts('CalendarSyncFailed')).toEqual([]);
  });
});
