import { randomUUID } from 'node:crypto';
import type { CalendarProvider, ChangePage, SeenEntry } from '@calendar-sync/calendar-providers-port';
import { startSimulator, type Simulator } from '@calendar-sync/google-calendar-simulator';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { connectAndSettle } from '../../testing/connected-bench';
import { simulatedGoogle } from '../../testing/google-account';
import { SyncBench } from '../../testing/sync-bench';
import { slicesOf } from './page-writer';
import { Puller } from './puller';
import { claimDue, markDirty } from './sync-state.store';

const entry = (index: number, characters: number): SeenEntry => {
  const resource = {
    id: `e${index}`,
    status: 'confirmed',
    summary: `Entry ${index}`,
    description: 'x'.repeat(characters),
    start: { dateTime: '2026-11-23T10:00:00+01:00', timeZone: 'Europe/Zurich' },
    end: { dateTime: '2026-11-23T11:00:00+01:00', timeZone: 'Europe/Zurich' },
  };
  return {
    providerEntryId: resource.id,
    etag: `"${index}"`,
    updatedAt: 1_800_000_000_000,
    cancelled: false,
    snapshot: {
      status: 'confirmed',
      title: resource.summary,
      description: resource.description,
      start: resource.start,
      end: resource.end,
      visibility: 'default',
      busy: true,
      kind: 'default',
    },
    resource,
  };
};

test('a page is taken in parts that are bounded by number and by size, masters first', () => {
  const small = Array.from({ length: 1_200 }, (_, index) => entry(index, 10));
  expect(slicesOf(small).map(({ length }) => length)).toEqual([500, 500, 200]);
  const large = Array.from({ length: 100 }, (_, index) => entry(index, 20_000));
  for (const slice of slicesOf(large)) expect(slice.length).toBeLessThanOrEqual(50);
  expect(slicesOf(large).flat()).toEqual(large);
  expect(slicesOf([])).toEqual([[]]);
  const exception = { ...entry(1, 10), providerSeriesId: 'e2' };
  expect(slicesOf([exception, entry(2, 10)])).toEqual([[entry(2, 10), exception]]);
});

describe('a page of 2,500 entries of 20 kB', () => {
  let simulator: Simulator;
  let testDatabase: TestDatabase;
  let bench: SyncBench;
  let calendarId: string;
  const entries = Array.from({ length: 2_500 }, (_, index) => entry(index, 20_000));

  beforeEach(async () => {
    [simulator, testDatabase] = await Promise.all([startSimulator(), startTestDatabase()]);
    const ada = await simulatedGoogle(simulator.url).account('ada@example.com');
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

  const claimed = async () => {
    const google = bench.providers.get('google')!;
    const onePage: CalendarProvider = Object.assign(Object.create(google) as CalendarProvider, {
      async *changesSince(): AsyncIterable<ChangePage> {
        yield { items: entries, nextCursor: 'next' };
      },
    });
    const { database, vault, quotas, logger, metrics } = bench;
    const puller = new Puller({
      database,
      vault,
      quotas,
      logger,
      metrics,
      providers: new Map([['google', onePage]]),
      limits: { baseMs: 1, capMs: 1, maxAttempts: 3 },
      polling: { minSeconds: 600, maxSeconds: 3_600, secondLookMs: 50 },
    });
    await database.transaction((tx) =>
      markDirty(tx, [{ calendarId }], { trigger: 'requested', full: true, release: true }),
    );
    const leases = await claimDue(database, { worker: randomUUID(), leaseMs: 60_000, limit: 10, longOnes: 10 });
    const lease = leases.find((one) => one.calendarId === calendarId)!;
    return () => puller.pull(lease, new AbortController().signal);
  };

  const added = async () => {
    const [stored] = await bench.rows<{ entries: number; transactions: number }>(
      `SELECT count(*)::int AS entries, count(DISTINCT tx)::int AS transactions FROM events
       WHERE type = 'EntryAdded' AND key = $1`,
      [calendarId],
    );
    return stored!;
  };
  const theEnd = async () =>
    (await bench.facts('CalendarSynced')).filter(({ data }) => data['items'] === entries.length);

  test('is stored in many short transactions, and pushes get in between', async () => {
    const pull = await claimed();
    let pulled = false;
    const running = pull().finally(() => (pulled = true));
    const seenByPushes = new Set<number>();
    while (!pulled) {
      await bench.note({ calendarId, channelId: 'any' });
      seenByPushes.add((await added()).entries);
    }
    await running;
    expect(await bench.facts('CalendarSyncFailed')).toEqual([]);
    const { entries: stored, transactions } = await added();
    expect(stored).toBe(2_500);
    expect(transactions).toBeGreaterThanOrEqual(50);
    expect(seenByPushes.size).toBeGreaterThan(3);
    expect((await theEnd())[0]?.data).toMatchObject({ pages: 1, added: 2_500, cancelled: 0 });
  }, 300_000);

  test('that a crash cut in the middle is taken again by whoever comes next, and nothing of it twice', async () => {
    const first = await claimed();
    const running = first();
    await eventually(async () => (await added()).entries > 0);
    await bench.rows(
      'UPDATE calendar_sync_states SET fencing_token = fencing_token + 1, lease_until = NULL WHERE calendar_id = $1',
      [calendarId],
    );
    await running;
    const stood = (await added()).entries;
    expect(stood).toBeLessThan(2_500);
    expect(await theEnd()).toEqual([]);
    await (
      await claimed()
    )();
    expect((await added()).entries).toBe(2_500);
    expect((await theEnd())[0]?.data).toMatchObject({ pages: 1, added: 2_500, cancelled: 0 });
    expect(await bench.facts('EntryCancelled')).toEqual([]);
  }, 300_000);
});
