import type { Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { AfterRestore } from '@calendar-sync/service-host';
import { record } from '../../publishing/record';
import { saveEntries } from '../pull-changes/entry.store';
import { markDirty } from '../pull-changes/sync-state.store';
import { lastToldOf, type LostEntry, takenBack, TOPICS_OF_INTEREST } from './lost-messages';

const AT_ONCE = 500;

/**
 * What the lost part of the log said is found again: every calendar is listed in full, and entries that only lost messages
 * told of are taken back first, so that the listing can give up those that are gone.
 */
export const afterRestore: AfterRestore = {
  topics: TOPICS_OF_INTEREST,

  async prepare(tx) {
    await tx.query('SELECT FROM calendar_sync_states ORDER BY calendar_id FOR UPDATE');
  },

  async follow(tx, lost) {
    const { entries, connected, disconnected } = lastToldOf(lost);
    const taken = await takeBack(tx, [...entries.values()].map(takenBack));
    const { rows } = await tx.query<{ calendar_id: string }>(
      'SELECT calendar_id FROM calendar_sync_states WHERE active',
    );
    const calendars = rows.map(({ calendar_id: calendarId }) => ({ calendarId }));
    await markDirty(tx, calendars, { trigger: 'resumed', full: true, release: true });
    await tx.query(`UPDATE webhook_retry_queue SET state = 'waiting', next_attempt_at = now()`);
    const again = await connectionsThat(tx, connected, false);
    const still = await connectionsThat(tx, disconnected, true);
    return [
      `${calendars.length} calendars are listed in full.`,
      ...(taken > 0
        ? [`${taken} entries were taken back from what was published; the listings say what became of them.`]
        : []),
      ...again.map((id) => `Connection ${id} was made after this copy: its owner has to connect again.`),
      ...still.map((id) => `Connection ${id} was removed after this copy and is here again: remove it.`),
    ];
  },
};

/** Only entries of calendars that are followed: of others no listing would tell. */
async function takeBack(tx: Transaction, lost: readonly LostEntry[]): Promise<number> {
  const { rows } = await tx.query<{ entry_id: string }>(
    `SELECT entry_id FROM unnest($1::uuid[], $2::uuid[]) AS l (entry_id, calendar_id)
     JOIN calendar_sync_states s USING (calendar_id)
     WHERE s.active AND NOT EXISTS (SELECT FROM calendar_entries e WHERE e.entry_id = l.entry_id)`,
    [lost.map(({ decided }) => decided.entryId), lost.map(({ calendarId }) => calendarId)],
  );
  const unknown = new Set(rows.map(({ entry_id: entryId }) => entryId));
  const wanted = lost.filter(({ decided }) => unknown.has(decided.entryId));
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const some = wanted.slice(at, at + AT_ONCE);
    for (const ofCalendar of Map.groupBy(some, ({ calendarId }) => calendarId).values()) {
      await saveEntries(
        tx,
        ofCalendar[0]!,
        ofCalendar.map(({ decided }) => ({ decided })),
        undefined,
      );
    }
    await record(
      tx,
      some.map(({ ownerId, decided: { entryId, events } }) => ({
        streamId: `calendar-entry-${entryId}`,
        ownerId,
        expectedVersion: 0,
        events,
      })),
    );
  }
  return wanted.length;
}

async function connectionsThat(tx: Transaction, ids: ReadonlySet<string>, exist: boolean): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT id FROM unnest($1::uuid[]) AS l (id)
     WHERE $2 = EXISTS (SELECT FROM connections c WHERE c.connection_id = l.id AND c.status IN ('active', 'suspended'))`,
    [[...ids], exist],
  );
  return rows.map(({ id }) => id);
}
