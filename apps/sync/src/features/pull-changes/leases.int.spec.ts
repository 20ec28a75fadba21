import { randomUUID } from 'node:crypto';
import { startSimulator, type Simulator } from '@calendar-sync/google-calendar-simulator';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { connectAndSettle } from '../../testing/connected-bench';
import { type GoogleAccount, meeting, simulatedGoogle, type SimulatedGoogle } from '../../testing/google-account';
import { SyncBench } from '../../testing/sync-bench';
import { LeaseLost } from '../run-jobs/job-queue';
import { finishPull } from './finish-pull';
import { writeItems } from './page-writer';
import { openPull, savePull } from './pull-run.store';
import { claimDue, hold, type Lease, markDirty, prolongLease, releaseLease } from './sync-state.store';

describe('the lease of a calendar', () => {
  let simulator: Simulator;
  let testDatabase: TestDatabase;
  let google: SimulatedGoogle;
  let bench: SyncBench;
  let ada: GoogleAccount;
  let calendarId: string;

  beforeEach(async () => {
    [simulator, testDatabase] = await Promise.all([startSimulator(), startTestDatabase()]);
    google = simulatedGoogle(simulator.url);
    ada = await google.account('ada@example.com');
    for (const title of ['A', 'B', 'C']) await ada.add(meeting(title));
    bench = await SyncBench.open({ databaseUrl: testDatabase.url, googleUrl: simulator.url, pushes: false });
    const replica = bench.startReplica();
    ({ calendarId } = await connectAndSettle(bench, ada, eventually));
    await replica.stop();
  });
  afterEach(async () => {
    await bench.close();
    await simulator.close();
    await testDatabase.drop();
  });

  const soil = (full = false) =>
    bench.database.transaction((tx) => markDirty(tx, [{ calendarId }], { trigger: 'requested', full }));
  const claim = async (leaseMs = 60_000): Promise<Lease | undefined> =>
    (await claimDue(bench.database, { worker: randomUUID(), leaseMs, limit: 10, longOnes: 10 })).find(
      (lease) => lease.calendarId === calendarId,
    );
  const expire = () =>
    bench.rows("UPDATE calendar_sync_states SET lease_until = now() - interval '1 second' WHERE calendar_id = $1", [
      calendarId,
    ]);
  const everyPage = () =>
    bench.providers
      .get('google')!
      .changesSince({ refreshToken: ada.refreshToken }, ada.email, {})
      [Symbol.asyncIterator]();

  test('is held by one worker at a time', async () => {
    await soil();
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim()));
    expect(claims.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  test('is given back for good, though a heartbeat waited meanwhile', async () => {
    await soil();
    const lease = (await claim())!;
    const heartbeat = await bench.database.transaction(async (tx) => {
      await hold(tx, lease);
      const prolonged = prolongLease(bench.database, lease, 60_000);
      await eventually(async () => {
        const waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        expect(await bench.rows(waiting)).toHaveLength(1);
      });
      await releaseLease(tx, lease, 0);
      return { prolonged };
    });
    expect(await heartbeat.prolonged).toBe(false);
    expect(await claim()).toBeDefined();
  });

  test('is taken by another worker when it ran out, and the writes of the first then touch nothing', async () => {
    await soil();
    const first = (await claim())!;
    const pull = await bench.database.transaction(async (tx) => openPull(tx, first, await hold(tx, first)));
    const { value: page } = await everyPage().next();
    await expire();
    const second = (await claim())!;
    expect(BigInt(second.fencingToken)).toBeGreaterThan(BigInt(first.fencingToken));

    const before = await bench.rows('SELECT * FROM calendar_entries ORDER BY entry_id');
    await bench.rows("UPDATE calendar_entries SET etag = 'moved on', provider_updated_at = NULL");
    const staleWrite = bench.database.transaction(async (tx) => {
      await hold(tx, first);
      await writeItems(tx, first, ada.email, pull, page!.items);
    });
    await expect(staleWrite).rejects.toBeInstanceOf(LeaseLost);
    expect(await prolongLease(bench.database, first, 60_000)).toBe(false);
    await releaseLease(bench.database, first, 0);
    const [state] = await bench.rows<{ lease_owner: string }>(
      'SELECT lease_owner FROM calendar_sync_states WHERE calendar_id = $1 AND fencing_token = $2',
      [calendarId, second.fencingToken],
    );
    expect(state?.lease_owner).not.toBeNull();
    expect(await bench.rows("SELECT FROM calendar_entries WHERE etag = 'moved on'")).toHaveLength(before.length);
  });

  test('a pull that died between two pages goes on from the page where it stood', async () => {
    await google.faults({ emptyPages: true });
    await soil(true);
    const died = (await claim())!;
    const { value: page } = await everyPage().next();
    expect(page?.nextPageToken).toBeDefined();
    const stood = await bench.database.transaction(async (tx) => {
      const opened = await openPull(tx, died, await hold(tx, died));
      const written = await writeItems(tx, died, ada.email, opened, page!.items);
      const pull = {
        ...written.pull,
        pageToken: page!.nextPageToken,
        pages: 1,
        items: page!.items.length,
      };
      await savePull(tx, pull, 'running');
      return pull;
    });
    await expire();
    const calls = await google.calls('events.list');
    bench.startReplica();
    await eventually(() => bench.settled());
    const [end] = (await bench.facts('CalendarSynced')).filter(({ data }) => data['pullId'] === stood.pullId);
    expect(end?.data).toMatchObject({ kind: 'full', added: 0, cancelled: 0 });
    expect((await google.calls('events.list')) - calls).toBe(Number(end?.data['pages']) - 1);
    expect(await bench.titles(calendarId)).toEqual(['A', 'B', 'C']);
  });

  test('a pull covers what was marked before it began, and nothing that was marked while it ran', async () => {
    await soil();
    const lease = (await claim())!;
    const pull = await bench.database.transaction(async (tx) => openPull(tx, lease, await hold(tx, lease)));
    await soil();
    const limits = { minSeconds: 600, maxSeconds: 3_600, secondLookMs: 50 };
    await bench.database.transaction(async (tx) =>
      finishPull(tx, lease, await hold(tx, lease), { ...pull, nextCursor: 'next' }, limits),
    );
    const [state] = await bench.rows<{ dirty_seq: string; synced_seq: string; due: boolean }>(
      'SELECT dirty_seq, synced_seq, due_at <= now() AS due FROM calendar_sync_states WHERE calendar_id = $1',
      [calendarId],
    );
    expect(state?.synced_seq).toBe(pull.dirtySeq);
    expect(BigInt(state!.dirty_seq)).toBe(BigInt(pull.dirtySeq) + 1n);
    expect(state?.due).toBe(true);
  });

  test('a push that comes during a pull leads to another one', async () => {
    await soil();
    const lease = (await claim())!;
    const pull = await bench.database.transaction(async (tx) => openPull(tx, lease, await hold(tx, lease)));
    await soil();
    expect(await claim()).toBeUndefined();
    await releaseLease(bench.database, lease, 0);
    bench.startReplica();
    await eventually(() => bench.settled());
    const [state] = await bench.rows<{ dirty_seq: string; synced_seq: string }>(
      'SELECT dirty_seq, synced_seq FROM calendar_sync_states WHERE calendar_id = $1',
      [calendarId],
    );
    expect(state?.synced_seq).toBe(state?.dirty_seq);
    expect(BigInt(state!.synced_seq)).toBeGreaterThan(BigInt(pull.dirtySeq));
    const ended = await bench.rows(
      "SELECT FROM pull_runs WHERE calendar_id = $1 AND trigger = 'requested' AND status = 'finished'",
      [calendarId],
    );
    expect(ended).toHaveLength(2);
  });
});
