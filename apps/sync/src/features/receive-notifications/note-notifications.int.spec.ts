import { randomUUID } from 'node:crypto';
import { startSimulator, type Simulator } from '@calendar-sync/google-calendar-simulator';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { connectAndSettle } from '../../testing/connected-bench';
import { type GoogleAccount, simulatedGoogle, type SimulatedGoogle } from '../../testing/google-account';
import { SyncBench } from '../../testing/sync-bench';

describe('a verified push', () => {
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

  const stateAtGoogle = async (channelId: string) =>
    (await google.channels()).find(({ id }) => id === channelId)?.state;

  test('of a calendar that was never ours is answered and names nobody', async () => {
    const calendarId = randomUUID();
    const [notificationId] = await bench.note({ calendarId, channelId: 'of-another-time' });
    const [answer] = await bench.rows<{ owner_id: string | null; data: object }>('SELECT owner_id, data FROM events');
    expect(answer?.owner_id).toBeNull();
    expect(answer?.data).toEqual({
      calendarId,
      notificationIds: [notificationId],
      processedAt: expect.any(String),
      outcome: 'calendar-unknown',
    });
  });

  test('of a channel whose opening was never answered leads to its stop when the calendar was let go meanwhile', async () => {
    bench.startReplica();
    const { calendarId } = await connectAndSettle(bench, ada, eventually);
    await bench.rows(
      "UPDATE calendar_webhooks SET state = 'opening', resource_id = NULL, opened_at = NULL WHERE calendar_id = $1",
      [calendarId],
    );
    const [lost] = await bench.rows<{ channel_id: string }>(
      'SELECT channel_id FROM calendar_webhooks WHERE calendar_id = $1',
      [calendarId],
    );
    await google.faults({ calendarNotFound: { calendarId: ada.email } });
    await bench.requestSync();
    await eventually(async () => (await bench.facts('CalendarRemoved')).length === 1);
    expect(await stateAtGoogle(lost!.channel_id)).toBe('live');
    const [pushed] = bench.pushes.filter(({ channelId }) => channelId === lost!.channel_id);
    expect(pushed).toBeDefined();
    const [watched] = await (async () => {
      const answer = await fetch(`${simulator.url}/admin/channels`);
      const { items } = (await answer.json()) as { items: { id: string; resourceId: string }[] };
      return items.filter(({ id }) => id === lost!.channel_id);
    })();
    await bench.note({ calendarId, channelId: lost!.channel_id, resourceId: watched!.resourceId });
    await eventually(async () => expect(await stateAtGoogle(lost!.channel_id)).toBe('stopped'));
  });

  test('of a channel that a disconnect could not stop leads to its stop once the account is connected again', async () => {
    bench.startReplica();
    const { calendarId, connectionId } = await connectAndSettle(bench, ada, eventually);
    const [old] = await bench.rows<{ channel_id: string; resource_id: string }>(
      "SELECT channel_id, resource_id FROM calendar_webhooks WHERE state = 'live'",
    );
    await google.faults({ errors: [{ method: 'channels.stop', status: 503 }] });
    await bench.disconnect(connectionId);
    await eventually(async () => (await bench.facts('ConnectionRemoved')).length === 1);
    await google.noFaults();
    await connectAndSettle(bench, ada, eventually);
    expect(await stateAtGoogle(old!.channel_id)).toBe('live');
    await bench.note({ calendarId, channelId: old!.channel_id, resourceId: old!.resource_id });
    await eventually(async () => expect(await stateAtGoogle(old!.channel_id)).toBe('stopped'));
    await eventually(() => bench.settled());
    const stops = await google.calls('channels.stop');
    await bench.note({ calendarId, channelId: old!.channel_id, resourceId: old!.resource_id });
    expect(await bench.rows("SELECT FROM jobs WHERE kind = 'stop-channel'")).toEqual([]);
    expect(await google.calls('channels.stop')).toBe(stops);
  });
});
