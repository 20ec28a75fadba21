import { startSimulator, type Simulator } from '@calendar-sync/google-calendar-simulator';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { changedFields } from '../../domain/changed-fields';
import type { EntryDetails } from '../../domain/entry-details';
import { connectAndSettle } from '../../testing/connected-bench';
import { type GoogleAccount, simulatedGoogle, type SimulatedGoogle } from '../../testing/google-account';
import { SyncBench } from '../../testing/sync-bench';

const seeds = (process.env['SYNC_SEEDS'] ?? '11,12').split(',').map(Number);
/** Those that lead to a full listing come first: it would hide what the pulls by cursor got wrong. */
const faults = [
  { expireSyncTokens: true, push: { drop: 0.5 } },
  { expireSyncTokenBetweenPages: { times: 1 }, emptyPages: true },
  { push: { drop: 0.3, duplicate: 0.3, delayMs: [0, 30], reorder: true } },
  { emptyPages: { probability: 0.5 }, repeatItems: { probability: 0.5 }, staleReplay: { probability: 0.5 } },
  { cancelledWithNulls: true, errors: [{ method: 'events.list', status: 503, html: true, probability: 0.3 }] },
  { reset: { method: 'events.list', probability: 0.2 }, truncate: { method: 'events.list', probability: 0.2 } },
];

interface Copy {
  details: EntryDetails | null;
  cancelled: string | null;
  provider_series_id: string | null;
}

/** Two pages of one account, so that attendees' answers and deletions by the organizer cross over. */
describe.each(seeds)('after changes and faults at random (seed %i)', (seed) => {
  let simulator: Simulator;
  let testDatabase: TestDatabase;
  let google: SimulatedGoogle;
  let bench: SyncBench;
  let ada: GoogleAccount;

  beforeEach(async () => {
    [simulator, testDatabase] = await Promise.all([startSimulator({ seed }), startTestDatabase()]);
    google = simulatedGoogle(simulator.url);
    ada = await google.account('ada@example.com');
    await google.account('ben@example.com');
    bench = await SyncBench.open({ databaseUrl: testDatabase.url, googleUrl: simulator.url, retryBaseMs: 5 });
    bench.startReplica();
    bench.startReplica();
  });
  afterEach(async () => {
    await bench.close();
    await simulator.close();
    await testDatabase.drop();
  });

  const mutate = async (count: number, round: number) => {
    const answer = await fetch(`${simulator.url}/admin/mutations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ count, seed: seed * 1_000 + round }),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return ((await answer.json()) as { items: unknown[] }).items;
  };

  const pullsSoFar = async () =>
    (await bench.rows("SELECT FROM events WHERE type IN ('CalendarSynced', 'CalendarSyncFailed')")).length;

  const truth = async () => {
    const seen = new Map<string, { details?: EntryDetails; cancelled: boolean; series?: string }>();
    const provider = bench.providers.get('google')!;
    for await (const page of provider.changesSince({ refreshToken: ada.refreshToken }, ada.email, {})) {
      for (const item of page.items) {
        seen.set(item.providerEntryId, {
          cancelled: item.cancelled,
          ...(item.snapshot && { details: item.snapshot }),
          ...(item.providerSeriesId !== undefined && { series: item.providerSeriesId }),
        });
      }
    }
    return seen;
  };

  const differences = async (calendarId: string): Promise<string[]> => {
    const expected = await truth();
    const rows = await bench.rows<Copy & { provider_entry_id: string }>(
      'SELECT provider_entry_id, details, cancelled, provider_series_id FROM calendar_entries WHERE calendar_id = $1',
      [calendarId],
    );
    const copies = new Map<string, Copy>(rows.map((row) => [row.provider_entry_id, row]));
    const found: string[] = [];
    for (const [id, { details, cancelled, series }] of expected) {
      const copy = copies.get(id);
      const what = `${id}${series === undefined ? '' : ' (exception)'}`;
      if (cancelled) {
        if (copy !== undefined && copy.cancelled === null) found.push(`${what}: cancelled there, living here`);
        if (copy === undefined) found.push(`${what}: a cancelled occurrence is missing`);
        continue;
      }
      if (copy === undefined || copy.cancelled !== null) {
        found.push(`${what}: living there, ${copy === undefined ? 'missing' : copy.cancelled} here`);
        continue;
      }
      const changed = changedFields(copy.details!, details!);
      if (changed.length > 0) found.push(`${what}: ${changed.map(({ field }) => field).join(', ')} differ`);
    }
    for (const [id, { cancelled }] of copies) {
      if (cancelled === null && !expected.has(id)) found.push(`${id}: living here, unknown there`);
    }
    return found;
  };

  test('the copy is the truth again, entry by entry, and the history tells the same', async () => {
    await mutate(40, 0);
    const { calendarId } = await connectAndSettle(bench, ada, eventually);
    for (const [round, switches] of faults.entries()) {
      await google.faults(switches);
      for (let part = 0; part < 5; part += 1) {
        await mutate(8, round * 10 + part + 1);
        const pulls = await pullsSoFar();
        await bench.note({ calendarId, channelId: 'none' });
        await eventually(async () => (await pullsSoFar()) > pulls);
      }
      await google.noFaults();
    }
    await eventually(() => bench.settled(), { timeoutMs: 60_000 });
    const operationId = await bench.requestSync();
    await eventually(async () =>
      (await bench.facts('OperationSucceeded')).some(({ data }) => data['operationId'] === operationId),
    );
    await eventually(() => bench.settled());
    expect(await differences(calendarId)).toEqual([]);

    const history = await bench.rows<{ entry_id: string; type: string; entry: object }>(
      `SELECT DISTINCT ON (stream_id) data->>'entryId' AS entry_id, type, data->'entry' AS entry FROM events
       WHERE type LIKE 'Entry%' AND key = $1 ORDER BY stream_id, version DESC`,
      [calendarId],
    );
    const living = history.filter(({ type }) => type !== 'EntryCancelled').map(({ entry_id }) => entry_id);
    const rows = await bench.rows<{ entry_id: string }>(
      'SELECT entry_id FROM calendar_entries WHERE calendar_id = $1 AND cancelled IS NULL',
      [calendarId],
    );
    expect(history.length).toBeGreaterThan(30);
    expect(living.sort()).toEqual(rows.map(({ entry_id }) => entry_id).sort());
    const [gaps] = await bench.rows<{ gaps: number }>(
      `SELECT count(*)::int AS gaps FROM (SELECT sequence - lag(sequence, 1, 0::bigint) OVER (PARTITION BY topic, key ORDER BY sequence) AS step
         FROM events WHERE topic IS NOT NULL) AS steps WHERE step <> 1`,
    );
    expect(gaps?.gaps).toBe(0);
  }, 300_000);
});
