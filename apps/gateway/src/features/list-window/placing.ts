import { entryIdOf } from '@calendar-sync/contracts-sync';
import {
  type EntryTime,
  idOfOccurrence,
  instantOf,
  isAllDay,
  type Occurrence,
  occurrencesBetween,
  UnusableRecurrence,
} from '@calendar-sync/recurrence';
import type { SeriesRow, TimedRow } from './timed-rows';
import type { Placed, Span } from './window-pages';

/** Something to show: a row as it is, or one occurrence of a series. */
export interface Listed extends Placed {
  row: TimedRow | SeriesRow;
  /** Zone in which its days lie. */
  allDayZone: string;
  occurrence?: Occurrence & { slot: string; providerEntryId?: string; entryId?: string };
}

export const isSeries = (row: TimedRow | SeriesRow): row is SeriesRow => 'recurrence' in row;

const usable = new Map<string, boolean>();

/** A zone that can be computed with; UTC where the calendar's is unknown or unheard of. */
function usableZone(zone: string | undefined): string {
  if (zone === undefined) return 'UTC';
  let known = usable.get(zone);
  if (known === undefined) {
    known = placed({ date: '2000-01-01' }, zone) !== undefined;
    if (usable.size > 1_000) usable.clear();
    usable.set(zone, known);
  }
  return known ? zone : 'UTC';
}

function placed(time: EntryTime, zone: string): number | undefined {
  try {
    return instantOf(time, zone);
  } catch (error) {
    if (error instanceof UnusableRecurrence) return undefined;
    throw error;
  }
}

/** A row by its own start; nothing for one whose start is no time. */
export function placeRow(row: TimedRow | SeriesRow, askedZone: string | undefined): Listed[] {
  const allDayZone = usableZone(askedZone ?? row.calendarZone);
  const startsAt = placed(row.starts, allDayZone);
  if (startsAt === undefined) return [];
  return [
    { id: row.id, startsAt, endsAt: Math.max(startsAt, placed(row.ends, allDayZone) ?? startsAt), row, allDayZone },
  ];
}

/**
 * The occurrences of a series that overlap the span, without a look at its exceptions. `unusable` when its rule can't be expanded:
 * one broken series must not break the answer.
 */
export function placeSeries(row: SeriesRow, askedZone: string | undefined, span: Span): Listed[] | 'unusable' {
  const allDayZone = usableZone(askedZone ?? row.calendarZone);
  const defaultTimeZone = usableZone(row.calendarZone);
  const series = { start: row.starts, end: row.ends, recurrence: row.recurrence, defaultTimeZone };
  try {
    return [...occurrencesBetween(series, { ...span, allDayTimeZone: allDayZone })].map((occurrence) => {
      const { originalStart, startsAt, endsAt } = occurrence;
      // As slotOf has it, which would have to read the time that was just written.
      const slot = isAllDay(originalStart) ? originalStart.date : new Date(startsAt).toISOString();
      if (row.providerEntryId === undefined)
        return { id: `${row.id}/${slot}`, startsAt, endsAt, row, allDayZone, occurrence: { ...occurrence, slot } };
      const providerEntryId = idOfOccurrence(row.providerEntryId, occurrence);
      const entryId = entryIdOf(row.calendarId, providerEntryId);
      return {
        id: row.instanceIdOf(entryId),
        startsAt,
        endsAt,
        row,
        allDayZone,
        occurrence: { ...occurrence, slot, providerEntryId, entryId },
      };
    });
  } catch (error) {
    if (error instanceof UnusableRecurrence) return 'unusable';
    throw error;
  }
}
