import type { EntryTimeV1, EntryV1 } from '@calendar-sync/contracts-sync';
import type { Listed } from '../list-window/placing';
import type { EntryDto } from './entry.dto';

export interface EntryContent {
  entry: EntryV1;
  learned_at: Date;
  sequence: string;
}

/**
 * An entry as the API shows it; an occurrence of a series with its own times and ids. What is undefined isn't written to JSON: objects that
 * all have one shape are made and written in half the time of such as are put together from what is there.
 */
export function entryView({ id, row, occurrence }: Listed, { entry, learned_at, sequence }: EntryContent): EntryDto {
  const zoned = (time: EntryTimeV1) => inZone(time, row.calendarZone);
  return {
    entryId: occurrence ? id : entry.entryId,
    calendarId: entry.calendarId,
    providerEntryId: occurrence?.providerEntryId ?? entry.providerEntryId,
    providerCalendarId: entry.providerCalendarId,
    seriesId: occurrence ? entry.entryId : entry.seriesId,
    originalStart: occurrence ? occurrence.originalStart : entry.originalStart && zoned(entry.originalStart),
    status: entry.status,
    title: entry.title,
    description: entry.description,
    location: entry.location,
    start: occurrence ? occurrence.start : zoned(entry.start),
    end: occurrence ? occurrence.end : zoned(entry.end),
    organizer: entry.organizer,
    attendees: entry.attendees,
    conference: entry.conference,
    visibility: entry.visibility,
    busy: entry.busy,
    kind: entry.kind,
    providerUpdatedAt: entry.providerUpdatedAt,
    learnedAt: learned_at.toISOString(),
    sequence: Number(sequence),
  };
}

/** A timed one says its zone: its own, or the calendar's that it was meant in. */
export const inZone = (time: EntryTimeV1, calendarZone: string | undefined): EntryTimeV1 =>
  'date' in time || time.timeZone !== undefined || calendarZone === undefined
    ? time
    : { dateTime: time.dateTime, timeZone: calendarZone };
