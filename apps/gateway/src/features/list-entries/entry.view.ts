import type { EntryTimeV1, EntryV1 } from '@calendar-sync/contracts-sync';
import type { Listed } from '../list-window/placing';
import type { EntryDto } from './entry.dto';

export interface EntryContent {
  entry: EntryV1;
  learned_at: Date;
  sequence: string;
}

/** An entry as the API shows it; an occurrence of a series with its own times and ids. */
export function entryView({ id, row, occurrence }: Listed, { entry, learned_at, sequence }: EntryContent): EntryDto {
  const own = occurrence
    ? {
        entryId: id,
        providerEntryId: occurrence.providerEntryId ?? entry.providerEntryId,
        seriesId: entry.entryId,
        originalStart: occurrence.originalStart,
        start: occurrence.start,
        end: occurrence.end,
      }
    : {
        entryId: entry.entryId,
        providerEntryId: entry.providerEntryId,
        ...(entry.seriesId !== undefined && { seriesId: entry.seriesId }),
        ...(entry.originalStart && { originalStart: inZone(entry.originalStart, row.calendarZone) }),
        start: inZone(entry.start, row.calendarZone),
        end: inZone(entry.end, row.calendarZone),
      };
  return {
    entryId: own.entryId,
    calendarId: entry.calendarId,
    providerEntryId: own.providerEntryId,
    providerCalendarId: entry.providerCalendarId,
    ...('seriesId' in own && { seriesId: own.seriesId }),
    ...('originalStart' in own && { originalStart: own.originalStart }),
    status: entry.status,
    ...(entry.title !== undefined && { title: entry.title }),
    ...(entry.description !== undefined && { description: entry.description }),
    ...(entry.location !== undefined && { location: entry.location }),
    start: own.start,
    end: own.end,
    ...(entry.organizer && { organizer: entry.organizer }),
    ...(entry.attendees && { attendees: entry.attendees }),
    ...(entry.conference && { conference: entry.conference }),
    visibility: entry.visibility,
    busy: entry.busy,
    kind: entry.kind,
    ...(entry.providerUpdatedAt !== undefined && { providerUpdatedAt: entry.providerUpdatedAt }),
    learnedAt: learned_at.toISOString(),
    sequence: Number(sequence),
  };
}

/** A timed one says its zone: its own, or the calendar's that it was meant in. */
export const inZone = (time: EntryTimeV1, calendarZone: string | undefined): EntryTimeV1 =>
  'date' in time || time.timeZone !== undefined || calendarZone === undefined
    ? time
    : { dateTime: time.dateTime, timeZone: calendarZone };
