import { ConcurrencyConflict, type Database, isTransientDatabaseError } from '@calendar-sync/event-sourcing-postgres';
import type { MeetingService } from '@calendar-sync/meeting-intelligence';
import type { JudgedEntryRow } from '../../projections/judged-entries.projection';
import { recordJudged } from '../record-entries/record-entries.handler';
import { aboutOf, verdictOn } from '../record-entries/meeting-of-entry';

const atOnce = 200;
const attempts = 5;

/**
 * Judges every entry that is not over by the rules of now; what comes out otherwise is told as any other change. The service may run: its
 * consumer waits for the entries in hand, a transaction of 200. May be cut short and repeated: what is judged as before is no news.
 * Gives how many were judged.
 */
export async function judgeAgain(
  database: Database,
  services: readonly MeetingService[],
  onProgress: (judged: number) => void = () => undefined,
): Promise<number> {
  let judged = 0;
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const ids = await patiently(() => judgeSome(database, services, after));
    if (ids.length === 0) return judged;
    judged += ids.length;
    after = ids.at(-1)!;
    onProgress(judged);
  }
}

const judgeSome = (database: Database, services: readonly MeetingService[], after: string): Promise<string[]> =>
  database.transaction(async (tx) => {
    // Locked before the families and the streams, as the consumer writes them: neither of the two decides on what the other has changed.
    const { rows } = await tx.query<JudgedEntryRow>(
      'SELECT * FROM judged_entries WHERE entry_id > $1 ORDER BY entry_id LIMIT $2 FOR UPDATE',
      [after, atOnce],
    );
    const judged = rows.map(({ owner_id, entry }) => ({
      about: aboutOf(owner_id, entry),
      verdict: verdictOn(entry, services),
    }));
    await recordJudged(tx, [{ judged, metadata: {} }]);
    return rows.map(({ entry_id }) => entry_id);
  });

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const passes = error instanceof ConcurrencyConflict || isTransientDatabaseError(error);
      if (!passes || attempt === attempts) throw error;
    }
  }
}
