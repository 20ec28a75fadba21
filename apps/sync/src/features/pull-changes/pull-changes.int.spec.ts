import { startSimulator, type Simulator } from '@calendar-sync/google-calendar-simulator';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { type GoogleAccount, meeting, simulatedGoogle, type SimulatedGoogle } from '../../testing/google-account';
import { type BenchSettings, SyncBench } from '../../testing/sync-bench';

describe('pulling a calendar', () => {
  let simulator: Simulator;
  let testDatabase: TestDatabase;
  let google: SimulatedGoogle;
  let bench: SyncBench;
  let ada: GoogleAccount;

  const openBench = async (settings: Partial<BenchSettings> = {}) => {
    bench = await SyncBench.open({ databaseUrl: testDatabase.url, googleUrl: simulator.url, ...settings });
  };
  const connected = async () => {
    const { operationId, connectionId } = await bench.connect(ada);
    await eventually(async () => {
      const [done] = (await bench.facts('OperationSucceeded', 'OperationFailed')).filter(
        ({ data }) => data['operationId'] === operationId,
      );
      return done?.type === 'OperationSucceeded';
    });
    await eventually(() => bench.settled());
    const calendarId = await bench.calendarId(ada.email);
    return { connectionId, calendarId: calendarId! };
  };

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

  test('an account that connects has its calendars listed, watched and filled', async () => {
    await openBench();
    await ada.add(meeting('Stand-up'));
    await ada.add(meeting('Weekly', 24, { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] }));
    bench.startReplica();
    const { calendarId } = await connected();

    expect(await bench.titles(calendarId)).toEqual(['Stand-up', 'Weekly']);
    const added = await bench.facts('EntryAdded');
    expect(added.filter(({ key }) => key === calendarId)).toHaveLength(2);
    const [operation] = await bench.facts('OperationSucceeded');
    expect(operation?.data['result']).toMatchObject({ account: ada.sub });
    const pulls = await bench.facts('CalendarSynced');
    expect(pulls.find(({ key }) => key === calendarId)?.data).toMatchObject({
      kind: 'full',
      trigger: 'connected',
      added: 2,
    });
    // The calendar of holidays can't be watched and is polled; all that it held was there before.
    expect(await bench.rows('SELECT mode, poll_reason FROM calendar_sync_states ORDER BY mode')).toEqual([
      { mode: 'polling', poll_reason: 'no push channel, and no change seen yet' },
      { mode: 'push', poll_reason: expect.any(String) },
    ]);
    expect((await bench.facts('EntryAdded')).filter(({ key }) => key !== calendarId)).not.toEqual([]);
  });

  test('a change is pulled as soon as its push arrives, with the old and the new value', async () => {
    await openBench();
    const { id } = await ada.add(meeting('Stand-up'));
    bench.startReplica();
    const { calendarId } = await connected();

    await ada.patch(id, { summary: 'Daily' });
    const changed = await eventually(async () => (await bench.facts('EntryChanged'))[0]);
    expect(changed.key).toBe(calendarId);
    expect(changed.data['changed']).toEqual([{ field: 'title', old: 'Stand-up', new: 'Daily' }]);
    await ada.remove(id);
    const cancelled = await eventually(async () => (await bench.facts('EntryCancelled'))[0]);
    expect(cancelled.data).toMatchObject({
      reason: 'cancelled-at-provider',
      entry: { title: 'Daily', status: 'cancelled' },
    });
    await eventually(async () => {
      expect(await bench.rows('SELECT * FROM pending_notifications')).toEqual([]);
      expect((await bench.facts('NotificationProcessed')).map(({ data }) => data['outcome'])).toContain('synced');
    });
  });

  test('pulling the same calendar again adds no event', async () => {
    await openBench();
    await ada.add(meeting('Stand-up'));
    bench.startReplica();
    await connected();
    const before = (await bench.facts('EntryAdded', 'EntryChanged', 'EntryCancelled')).length;
    await bench.requestSync({ full: true });
    await eventually(async () => (await bench.facts('OperationSucceeded')).length === 2);
    expect(await bench.facts('EntryAdded', 'EntryChanged', 'EntryCancelled')).toHaveLength(before);
  });

  test('a lost cursor leads to a full listing that cancels what vanished meanwhile, and wipes nothing else', async () => {
    await openBench({ pushes: false });
    const kept = await ada.add(meeting('Kept'));
    const vanished = await ada.add(meeting('Vanished'));
    bench.startReplica();
    const { calendarId } = await connected();

    await google.faults({ expireSyncTokens: true });
    await ada.remove(vanished.id);
    await ada.patch(kept.id, { summary: 'Kept and renamed' });
    await bench.requestSync();
    await eventually(async () => {
      expect(await bench.titles(calendarId)).toEqual(['Kept and renamed']);
    });
    const [cancelled] = await bench.facts('EntryCancelled');
    expect(cancelled?.data).toMatchObject({ reason: 'absent-from-full-sync', entry: { title: 'Vanished' } });
    expect((await bench.facts('CursorLost')).length).toBeGreaterThan(0);
    await eventually(async () => (await bench.facts('OperationSucceeded')).length === 2);
    expect((await bench.facts('CalendarSynced')).at(-1)?.data).toMatchObject({
      kind: 'full',
      trigger: 'cursor-expired',
    });
  });

  test('a cursor lost between two pages of one pull leads to the same end', async () => {
    await openBench({ pushes: false });
    const entries = await Promise.all(['A', 'B', 'C'].map((title) => ada.add(meeting(title))));
    bench.startReplica();
    const { calendarId } = await connected();
    await google.faults({ emptyPages: true, expireSyncTokenBetweenPages: { times: 1 } });
    await ada.remove(entries[1]!.id);
    await ada.patch(entries[0]!.id, { summary: 'A2' });
    await bench.requestSync();
    await eventually(async () => {
      expect(await bench.titles(calendarId)).toEqual(['A2', 'C']);
    });
  });

  test('empty pages in the middle are passed over, and repeated items are no news', async () => {
    await openBench({ pushes: false });
    await google.faults({ emptyPages: true, repeatItems: true, staleReplay: true });
    for (const title of ['A', 'B', 'C', 'D']) await ada.add(meeting(title));
    bench.startReplica();
    const { calendarId } = await connected();
    expect(await bench.titles(calendarId)).toEqual(['A', 'B', 'C', 'D']);
    expect((await bench.facts('EntryAdded')).filter(({ key }) => key === calendarId)).toHaveLength(4);
    expect((await bench.facts('PullProgressed')).length).toBeGreaterThan(0);
  });

  test('a series that is deleted takes its moved instance with it', async () => {
    await openBench();
    const { id } = await ada.add(meeting('Weekly', 23, { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] }));
    await ada.patch(`${id}_20261130T090000Z`, {
      start: { dateTime: '2026-11-30T15:00:00+01:00' },
      end: { dateTime: '2026-11-30T16:00:00+01:00' },
    });
    bench.startReplica();
    const { calendarId } = await connected();
    expect(await bench.titles(calendarId)).toEqual(['Weekly', 'Weekly']);
    await ada.remove(id);
    await eventually(async () => (await bench.titles(calendarId)).length === 0);
    expect((await bench.facts('EntryCancelled')).map(({ data }) => data['reason'])).toEqual([
      'cancelled-at-provider',
      'series-cancelled',
    ]);
  });

  test('fifty pushes at once lead to few pulls, never two at a time, and each push is answered', async () => {
    await openBench({ secondLookMs: 0 });
    const { id } = await ada.add(meeting('Stand-up'));
    bench.startReplica();
    bench.startReplica();
    const { calendarId } = await connected();
    const callsBefore = await google.calls('events.list');
    await ada.patch(id, { summary: 'Daily' });
    const [channel] = await bench.rows<{ channel_id: string; resource_id: string }>(
      "SELECT channel_id, resource_id FROM calendar_webhooks WHERE state = 'live' AND calendar_id = $1",
      [calendarId],
    );
    const { channel_id: channelId, resource_id: resourceId } = channel!;
    const ids = (
      await Promise.all(Array.from({ length: 50 }, () => bench.note({ calendarId, channelId, resourceId })))
    ).flat();
    await eventually(() => bench.settled());
    const answered = (await bench.facts('NotificationProcessed')).flatMap(
      ({ data }) => data['notificationIds'] as string[],
    );
    expect(answered).toEqual(expect.arrayContaining(ids));
    expect((await google.calls('events.list')) - callsBefore).toBeLessThan(25);
    const overlaps = await bench.rows(
      `SELECT FROM pull_runs a JOIN pull_runs b ON a.calendar_id = b.calendar_id AND a.pull_id <> b.pull_id
       WHERE a.started_at > b.started_at AND a.started_at < b.finished_at`,
    );
    expect(overlaps).toEqual([]);
    expect(await bench.facts('EntryChanged')).toHaveLength(1);
  });

  test('a push that brought nothing is followed by a second look, and only one', async () => {
    await openBench({ secondLookMs: 30 });
    bench.startReplica();
    const { calendarId } = await connected();
    const [channel] = await bench.rows<{ channel_id: string; resource_id: string }>(
      "SELECT channel_id, resource_id FROM calendar_webhooks WHERE state = 'live' AND calendar_id = $1",
      [calendarId],
    );
    await bench.rows('DELETE FROM pull_runs');
    await bench.note({ calendarId, channelId: channel!.channel_id, resourceId: channel!.resource_id });
    await eventually(async () => (await bench.rows('SELECT FROM pull_runs')).length === 2);
    await eventually(() => bench.settled());
    expect(
      await bench.rows('SELECT trigger, second_look FROM pull_runs WHERE calendar_id = $1 ORDER BY started_at', [
        calendarId,
      ]),
    ).toEqual([
      { trigger: 'notification', second_look: false },
      { trigger: 'notification', second_look: true },
    ]);
  });

  test('a change whose push got lost is found by the safety poll, and the next poll comes sooner', async () => {
    await openBench();
    bench.startReplica();
    const { calendarId } = await connected();
    const rarely = await bench.rows<{ poll_reason: string }>(
      'SELECT poll_reason FROM calendar_sync_states WHERE calendar_id = $1',
      [calendarId],
    );
    expect(rarely[0]?.poll_reason).toContain('polled only to be safe');
    await google.faults({ push: { off: true } });
    await ada.add(meeting('Unannounced'));
    await bench.rows('UPDATE calendar_sync_states SET due_at = now(), next_poll_at = now() WHERE calendar_id = $1', [
      calendarId,
    ]);
    await eventually(async () => (await bench.titles(calendarId)).length === 1);
    await eventually(() => bench.settled());
    const [state] = await bench.rows<{ poll_reason: string }>(
      'SELECT poll_reason FROM calendar_sync_states WHERE calendar_id = $1',
      [calendarId],
    );
    expect(state?.poll_reason).toBe('the last poll found a change that no push had announced');
  });
});
