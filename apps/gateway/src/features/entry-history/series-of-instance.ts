import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Queryable } from '@calendar-sync/event-sourcing-postgres';
import { isSeries, placeSeries } from '../list-window/placing';
import { TimedRows } from '../list-window/timed-rows';

const day = 86_400_000;

/** The id of an instance can't be read backwards, so the owner's series are asked for theirs: first those around now. */
const reaches = [45 * day, 200 * day];

/** The series that has an instance with this id within 200 days of now, or undefined. */
export async function findSeriesOf(
  db: Queryable,
  ownerId: string,
  entryId: string,
  now: number,
): Promise<string | undefined> {
  const farthest = Math.max(...reaches);
  const rows = await new TimedRows(db, 'calendar_entries', ownerId, undefined).lasting({
    from: now - farthest,
    to: now + farthest,
  });
  for (const reach of reaches) {
    for (const row of rows.filter(isSeries)) {
      const occurrences = placeSeries(row, undefined, { from: now - reach, to: now + reach });
      if (occurrences !== 'unusable' && occurrences.some(({ id }) => id === entryId)) return row.seriesId;
      // Other requests go on between two series.
      await nextTurn();
    }
  }
  return undefined;
}
