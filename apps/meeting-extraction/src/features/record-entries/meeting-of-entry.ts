import type { CancelledEntryV1, EntryV1 } from '@calendar-sync/contracts-sync';
import { assessMeeting } from '@calendar-sync/meeting-intelligence';
import { v5 as uuidV5 } from 'uuid';
import type { MeetingAbout, MeetingDetails } from '../../domain/meeting';
import type { Verdict } from '../../domain/meeting.decider';

const MEETINGS = '0b8f0d7e-7d0c-5b5d-9a58-3a3f1a5a6c42';

/** One meeting per entry, and the same id whenever the entry is seen again. */
export const meetingIdOf = (entryId: string): string => uuidV5(entryId, MEETINGS);

export const aboutOf = (ownerId: string, entry: EntryV1 | CancelledEntryV1): MeetingAbout => ({
  ownerId,
  calendarId: entry.calendarId,
  meetingId: meetingIdOf(entry.entryId),
  entryId: entry.entryId,
  ...(entry.seriesId === undefined ? {} : { seriesId: entry.seriesId }),
  ...(entry.originalStart === undefined ? {} : { originalStart: entry.originalStart }),
});

/** What the entry is taken for, with the reasons. */
export const verdictOn = (entry: EntryV1 | CancelledEntryV1): Verdict => {
  if (entry.status === 'cancelled') return { noMeeting: 'entry-cancelled' };
  const { isMeeting, reasons, join } = assessMeeting(entry);
  if (!isMeeting) return { noMeeting: reasons[0] ?? 'no-longer-a-meeting' };
  const { start, end, recurrence, title, location, organizer, attendees } = entry;
  const details: MeetingDetails = {
    start,
    end,
    ...(recurrence === undefined ? {} : { recurrence }),
    ...(title === undefined ? {} : { title }),
    ...(location === undefined ? {} : { location }),
    ...(organizer === undefined ? {} : { organizer }),
    ...(attendees === undefined ? {} : { attendees }),
    ...(join === undefined ? {} : { join }),
    reasons,
  };
  return { meeting: details };
};
