import { randomUUID } from 'node:crypto';
import { startSimulator, type Simulator } from '@calendar-sync/google-calendar-simulator';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { connectAndSettle } from '../../testing/connected-bench';
import { type GoogleAccount, meeting, simulatedGoogle, type SimulatedGoogle } from '../../testing/google-account';
import { SyncBench } from '../../testing/sync-bench';
import { ConnectAccountHandler } from './connect-account.handler';

describe('connecting an account', () => {
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
  });
  afterEach(async () => {
    await bench.close();
    await simulator.close();
    await testDatabase.drop();
  });

  const failure = (operationId: string) =>
    eventually(async () =>
      (await bench.facts('OperationFailed')).find(({ data }) => data['operationId'] === operationId),
    );

  test('with a grant that is dead fails with a code that says so, and keeps nothing', async () => {
    await google.faults({ invalidGrant: true });
    bench.startReplica();
    const { operationId } = await bench.connect(ada);
    expect((await failure(operationId)).data).toMatchObject({ code: 'grant-rejected' });
    expect(await bench.rows('SELECT FROM connections')).toEqual([]);
    expect(await bench.rows('SELECT FROM connection_credentials')).toEqual([]);
    expect(await bench.rows('SELECT FROM jobs')).toEqual([]);
  });

  test('tells each of its steps once, however often one has to be attempted', async () => {
    await google.faults({ errors: [{ match: { method: 'calendarList.list' }, status: 503, times: 2 }] });
    bench.startReplica();
    await bench.connect(ada);
    await eventually(async () => (await bench.facts('OperationSucceeded')).length === 1);
    expect((await bench.facts('OperationProgressed')).map(({ data }) => data['step'])).toEqual([
      'accepted',
      'account-verified',
      'calendars-listed',
    ]);
  });

  test('with a grant that was sealed for another connection fails at once', async () => {
    const command = {
      operationId: randomUUID(),
      ownerId: 'ada',
      actor: { sub: 'ada', roles: ['owner' as const] },
      connectionId: randomUUID(),
      provider: 'google' as const,
      sealedGrant: 'not.a.sealed.grant.',
    };
    await bench.database.transaction((tx) => new ConnectAccountHandler(bench.vault, []).handle(tx, command, {}));
    expect((await failure(command.operationId)).data).toMatchObject({ code: 'grant-unreadable' });
    expect(await bench.rows('SELECT FROM jobs')).toEqual([]);
  });

  test('for somebody else is refused', async () => {
    const command = {
      operationId: randomUUID(),
      ownerId: 'ada',
      actor: { sub: 'eve', roles: ['owner' as const] },
      connectionId: randomUUID(),
      provider: 'google' as const,
      sealedGrant: '',
    };
    await bench.database.transaction((tx) => new ConnectAccountHandler(bench.vault, []).handle(tx, command, {}));
    expect((await failure(command.operationId)).data).toMatchObject({ code: 'forbidden' });
    const operationId = await bench.disconnect(randomUUID(), { ownerId: 'eve' });
    expect((await failure(operationId)).data).toMatchObject({ code: 'not-found' });
  });

  test('twice replaces the grant of the connection there is, and makes no second set of calendars', async () => {
    bench.startReplica();
    const first = await connectAndSettle(bench, ada, eventually);
    const again = await connectAndSettle(bench, ada, eventually);
    const results = (await bench.facts('OperationSucceeded')).map(({ data }) => data['result']);
    expect(results).toMatchObject([{ connectionId: first.connectionId }, { connectionId: first.connectionId }]);
    expect(again.calendarId).toBe(first.calendarId);
    expect(await bench.rows('SELECT FROM connections')).toHaveLength(1);
    expect(await bench.rows('SELECT connection_id FROM connection_credentials')).toEqual([
      { connection_id: first.connectionId },
    ]);
    expect(await bench.facts('CalendarAdded')).toHaveLength(ada.calendars.length);
  });

  test('twice at the same time makes one connection, and both are told its id', async () => {
    const one = await bench.connect(ada);
    const other = await bench.connect(ada);
    bench.startReplica();
    bench.startReplica();
    await eventually(async () => (await bench.facts('OperationSucceeded')).length === 2);
    const results = (await bench.facts('OperationSucceeded')).map(
      ({ data }) => (data['result'] as { connectionId: string }).connectionId,
    );
    expect(new Set(results).size).toBe(1);
    expect([one.connectionId, other.connectionId]).toContain(results[0]);
    expect(await bench.rows('SELECT connection_id FROM connection_credentials')).toEqual([
      { connection_id: results[0] },
    ]);
    await eventually(() => bench.settled());
    expect(await bench.facts('CalendarAdded')).toHaveLength(ada.calendars.length);
  });

  test('by two owners makes two calendars of one, each with its own history', async () => {
    await ada.add(meeting('Stand-up'));
    bench.startReplica();
    await connectAndSettle(bench, ada, eventually);
    await bench.connect(ada, 'ben');
    await eventually(async () => (await bench.facts('OperationSucceeded')).length === 2);
    await eventually(() => bench.settled());
    const mine = await bench.calendarId(ada.email, 'ada');
    const his = await bench.calendarId(ada.email, 'ben');
    expect(his).not.toBe(mine);
    expect(await bench.titles(his!)).toEqual(['Stand-up']);
  });

  test('leaves the grant nowhere in the log', async () => {
    bench.startReplica();
    await connectAndSettle(bench, ada, eventually);
    const events = await bench.rows('SELECT data, metadata FROM events');
    const jobs = await bench.rows('SELECT * FROM jobs');
    expect(JSON.stringify([events, jobs])).not.toContain(ada.refreshToken);
  });

  test('can be given up by a disconnect before it is done', async () => {
    const { connectionId, operationId } = await bench.connect(ada);
    const disconnecting = await bench.disconnect(connectionId);
    expect((await failure(operationId)).data).toMatchObject({ code: 'disconnected' });
    expect((await bench.facts('OperationSucceeded')).map(({ data }) => data['operationId'])).toEqual([disconnecting]);
    expect(await bench.rows('SELECT FROM connection_credentials')).toEqual([]);
  });
});
