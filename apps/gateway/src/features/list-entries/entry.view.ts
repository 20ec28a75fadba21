import type { EntryTimeV1 } from '@calendar-sync/contracts-sync';
import type { Listed } from '../list-window/placing';
import { itemJson } from '../list-window/window-list';

export interface EntryContent {
  provider_entry_id: string;
  series_id: string | null;
  original_start: EntryTimeV1 | null;
  shown: string;
}

/** An entry as the API shows it, in JSON; an occurrence of a series with its own times and ids. */
export function entryView({ id, row, occurrence }: Listed, content: EntryContent): string {
  const { calendarId, calendarZone, starts, ends } = row;
  if (occurrence) {
    const { providerEntryId = content.provider_entry_id, originalStart, start, end } = occurrence;
    return itemJson(
      { entryId: id, calendarId, providerEntryId, seriesId: row.id, originalStart, start, end },
      content.shown,
    );
  }
  return itemJson(
    {
      entryId: id,
      calendarId,
      providerEntryId: content.provider_entry_id,
      seriesId: content.series_id ?? undefined,
      originalStart: inZone(content.original_start ?? undefined, calendarZone),
      start: inZone(starts, calendarZone),
      end: inZone(ends, calendarZone),
    },
    content.shown,
  );
}

/** A timed one says its zone: its own, or the calendar's that it was meant in. */
export const inZone = <Time extends EntryTimeV1 | undefined>(time: Time, calendarZone: string | undefined): Time =>
  time === undefined || 'date' in time || time.timeZone !== undefined || calendarZone === undefined
    ? time
    : { ...time, timeZone: calendarZone };
