import type { CancelReason, EntryAbout, EntryAdded, RecordRevision, Revision } from './calendar-entry.decider';
import type { EntryDetails } from './entry-details';

export const calendar = {
  ownerId: 'ada',
  connectionId: '11111111-1111-4111-8111-111111111111',
  calendarId: '22222222-2222-4222-8222-222222222222',
};
export const providerCalendarId = 'ada@example.com';
export const about = (entryId = 'standup'): EntryAbout => ({ ...calendar, entryId });

export const standup = (changes: Partial<EntryDetails> = {}): EntryDetails => ({
  status: 'confirmed',
  title: 'Stand-up',
  start: { dateTime: '2026-11-23T09:00:00+01:00', timeZone: 'Europe/Zurich' },
  end: { dateTime: '2026-11-23T09:15:00+01:00', timeZone: 'Europe/Zurich' },
  visibility: 'default',
  busy: true,
  kind: 'default',
  ...changes,
});

export const revision = (updatedAt: number, details: EntryDetails, more: Partial<Revision> = {}): Revision => ({
  providerEntryId: 'standup',
  etag: `"${updatedAt * 2}"`,
  updatedAt,
  cancelled: false,
  details,
  ...more,
});

export const tombstone = (more: Partial<Revision> = {}): Revision => ({
  providerEntryId: 'standup',
  etag: '"gone"',
  cancelled: true,
  ...more,
});

export const record = (
  of: Revision,
  { listedInFull, entryId }: { listedInFull?: boolean; entryId?: string } = {},
): RecordRevision => ({
  type: 'RecordRevision',
  data: { about: about(entryId), providerCalendarId, revision: of, ...(listedInFull ? { listedInFull } : {}) },
});

export const added = (of: Revision): EntryAdded => ({
  type: 'EntryAdded',
  data: {
    ...about(),
    entry: {
      entryId: 'standup',
      calendarId: calendar.calendarId,
      providerEntryId: 'standup',
      providerCalendarId,
      ...(of.seriesId === undefined ? {} : { seriesId: of.seriesId }),
      ...(of.providerSeriesId === undefined ? {} : { providerSeriesId: of.providerSeriesId }),
      ...(of.originalStart === undefined ? {} : { originalStart: of.originalStart }),
      ...of.details!,
    },
    revision: { etag: of.etag, updatedAt: of.updatedAt },
  },
});

export const giveUp = (reason: Exclude<CancelReason, 'cancelled-at-provider'>) => ({
  type: 'GiveUpEntry' as const,
  data: { about: about(), reason },
});
