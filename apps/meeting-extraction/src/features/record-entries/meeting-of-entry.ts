import { meetingIdOf } from '@calendar-sync/contracts-meeting-extraction';
import type { CancelledEntryV1, EntryV1 } from '@calendar-sync/contracts-sync';
import { assessMeeting, type JoinLink as AssessedLink, type MeetingService } from '@calendar-sync/meeting-intelligence';
import { seriesRoot } from '@calendar-sync/recurrence';
import type { JoinLink, MeetingAbout, MeetingDetails } from '../../domain/meeting';
import type { Verdict } from '../../domain/meeting.decider';

export const aboutOf = (ownerId: string, entry: EntryV1 | CancelledEntryV1): MeetingAbout & { family: string } => ({
  ownerId,
  calendarId: entry.calendarId,
  meetingId: meetingIdOf(entry.entryId),
  entryId: entry.entryId,
  providerEntryId: entry.providerEntryId,
  family: familyOf(entry),
  ...(entry.seriesId === undefined ? {} : { seriesId: entry.seriesId }),
  ...(entry.originalStart === undefined ? {} : { originalStart: entry.originalStart }),
});

/** A series, what splits made of it, and their exceptions have one family; of any other entry it is nobody else's. */
export const familyOf = ({
  calendarId,
  providerEntryId,
  providerSeriesId = providerEntryId,
}: EntryV1 | CancelledEntryV1): string => `${calendarId}/${seriesRoot(providerSeriesId)}`;

const entryCancelled = { code: 'entry_cancelled', sentence: 'Its entry was cancelled.' };

/** What the entry is taken for, with the reasons. */
export const verdictOn = (entry: EntryV1 | CancelledEntryV1, services: readonly MeetingService[]): Verdict => {
  if (entry.status === 'cancelled') return { noMeeting: entryCancelled.code, why: [entryCancelled] };
  const { isMeeting, reasons, confidence, links, dialIns, meetingKey, roomKey, nature } = assessMeeting(
    entry,
    services,
  );
  const codes = reasons.map(({ code }) => code);
  if (!isMeeting) return { noMeeting: codes[0] ?? 'no_longer_a_meeting', why: reasons };
  const join = joinOf(links);
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
    reasons: codes,
    why: reasons,
    confidence,
    ...(links.length === 0 ? {} : { links }),
    ...(dialIns.length === 0 ? {} : { dialIns }),
    ...(meetingKey === undefined ? {} : { meetingKey }),
    ...(roomKey === undefined ? {} : { roomKey }),
    nature,
  };
  return { meeting: details };
};

/** `join` knows four places: what was found beside them was read in text as well. `links` says exactly where. */
const toldSources = ['conferenceData', 'hangoutLink', 'location', 'description'] as const;

const joinOf = ([first]: readonly AssessedLink[]): JoinLink | undefined =>
  first && {
    url: first.url,
    provider: first.provider,
    source: toldSources.find((source) => source === first.source) ?? 'description',
    ...(first.meetingId === undefined ? {} : { meetingId: first.meetingId }),
    ...(first.passcode === undefined ? {} : { passcode: first.passcode }),
  };
