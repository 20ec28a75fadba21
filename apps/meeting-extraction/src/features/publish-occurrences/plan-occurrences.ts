import { instanceKey, meetingIdOf } from '@calendar-sync/contracts-meeting-extraction';
import { entryIdOf } from '@calendar-sync/contracts-sync';
import {
  instanceId,
  instantOf,
  isAllDay,
  lastInstant,
  type Occurrence,
  occurrencesBetween,
  type Series,
  UnusableRecurrence,
} from '@calendar-sync/recurrence';
import type { MeetingAbout, MeetingDetails, MeetingTime } from '../../domain/meeting';
import { decide, type FollowSeries, type NoMeeting } from '../../domain/meeting.decider';

/** A series as it is now: what a split made of one is another. */
export interface KnownSeries {
  about: MeetingAbout;
  /** Absent where it is no meeting any more. */
  meeting?: MeetingDetails;
  /** Then, why. */
  noMeeting?: NoMeeting;
}

export interface Family {
  series: readonly KnownSeries[];
  /** Those instances that went their own way, and where their series have them. */
  own: readonly { meetingId: string; originalStart?: MeetingTime }[];
  /** What was told of their occurrences, of those that are not over. */
  published: readonly { about: MeetingAbout; meeting: MeetingDetails }[];
}

export interface Span {
  /** Epoch milliseconds. What began before it was published before, unless everything is looked at anew. */
  from: number;
  /** Exclusive. */
  to: number;
  /** Everything that is not over at `from` is looked at anew, what was published too. */
  anew: boolean;
  /** Of a calendar that is heard of; IANA. */
  timeZone: string;
  /** A denser series has no occurrences published: the series itself is the message. */
  most: number;
}

export interface OccurrencePlan {
  /** By start. Each leads to something: none says what is known. */
  follow: (FollowSeries['data'] & { startsAt: number })[];
  /** Start of the first occurrence after the span; absent where no more will come. */
  next?: number;
  /** Where no more will come: when the last one is over. Until then the series may still change. */
  overAt?: number;
  /** Series whose rules can't be expanded, or are too dense. */
  unusable: number;
}

/** The zone in which days end last: an occurrence is over when it is over for everybody. */
const allDayTimeZone = 'Etc/GMT+12';
const day = 86_400_000;
/** How far ahead the next occurrence is looked for at once; a rule that never matches must not be followed for centuries. */
const lookout = 400 * day;

const slotOf = (time: MeetingTime, timeZone: string): string =>
  isAllDay(time) ? time.date : String(instantOf(time, timeZone));

/** What has to be said of the occurrences of a family within a span. */
export function planOccurrences(family: Family, span: Span): OccurrencePlan {
  const own = new Set(family.own.map(({ meetingId }) => meetingId));
  const taken = new Set(
    family.own.flatMap(({ originalStart }) => (originalStart ? [slotOf(originalStart, span.timeZone)] : [])),
  );
  const wanted = new Map<string, FollowSeries['data'] & { startsAt: number }>();
  const living = family.series.flatMap(({ about, meeting }) => (meeting?.recurrence ? [{ about, meeting }] : []));
  // While a split is only half heard of, both parts have the same occurrences: the later part has them.
  living.sort((a, b) => startOf(a.meeting) - startOf(b.meeting));

  let unusable = 0;
  let next: number | undefined;
  let overAt: number | undefined;
  for (const { about, meeting } of living) {
    const { occurrences, following, last } = expand(meeting, span);
    if (occurrences === undefined) unusable += 1;
    if (following !== undefined) next = Math.min(next ?? Infinity, following);
    if (last !== undefined) overAt = Math.max(overAt ?? -Infinity, last);
    for (const occurrence of occurrences ?? []) {
      if (taken.has(slotOf(occurrence.originalStart, span.timeZone))) continue;
      const followed = occurrenceOf(about, meeting, occurrence, span.timeZone);
      if (!own.has(followed.about.meetingId))
        wanted.set(followed.about.meetingId, { ...followed, startsAt: occurrence.startsAt });
    }
  }

  const published = new Map(family.published.map((each) => [each.about.meetingId, each]));
  const news = [...wanted.values()].filter(({ about, verdict }) => {
    const before = published.get(about.meetingId);
    return (
      before === undefined || decide({ type: 'FollowSeries', data: { about, verdict } }, scheduled(before)).length > 0
    );
  });
  const gone = family.published
    .filter(({ about }) => !wanted.has(about.meetingId))
    .map(({ about, meeting }) => ({
      about,
      verdict: reasonFor(about, family.series),
      startsAt: startOf(meeting),
    }));
  return {
    follow: [...news, ...gone].sort((a, b) => a.startsAt - b.startsAt),
    ...(next !== undefined ? { next } : overAt !== undefined && { overAt }),
    unusable,
  };
}

const scheduled = (of: { about: MeetingAbout; meeting: MeetingDetails }) => ({ status: 'scheduled', ...of }) as const;

const startOf = ({ start }: MeetingDetails): number =>
  'date' in start ? Date.parse(start.date) : Date.parse(start.dateTime);

const noLongerInSeries: NoMeeting = {
  noMeeting: 'no_longer_in_series',
  why: [{ code: 'no_longer_in_series', sentence: 'Its series does not take place then any more.' }],
};

const reasonFor = ({ seriesId }: MeetingAbout, series: readonly KnownSeries[]): NoMeeting => {
  const of = series.find(({ about }) => about.entryId === seriesId);
  return (of?.meeting === undefined ? of?.noMeeting : undefined) ?? noLongerInSeries;
};

/** `occurrences` is absent where the rules can't be expanded or give too many. */
function expand(
  { start, end, recurrence = [] }: MeetingDetails,
  { from, to, anew, timeZone, most }: Span,
): { occurrences?: Occurrence[]; following?: number; last?: number } {
  const series: Series = { start, end, recurrence, defaultTimeZone: timeZone };
  try {
    const occurrences: Occurrence[] = [];
    for (const occurrence of occurrencesBetween(series, { from, to, allDayTimeZone })) {
      if (!anew && occurrence.startsAt < from) continue;
      occurrences.push(occurrence);
      if (occurrences.length > most) return {};
    }
    return { occurrences, ...whatFollows(series, to) };
  } catch (error) {
    if (error instanceof UnusableRecurrence) return {};
    throw error;
  }
}

function whatFollows(series: Series, from: number): { following: number } | { last: number } {
  for (const { startsAt } of occurrencesBetween(series, { from, to: from + lookout, allDayTimeZone }))
    if (startsAt >= from) return { following: startsAt };
  const last = lastInstant(series, allDayTimeZone);
  return last !== undefined && last <= from + lookout ? { last } : { following: from + lookout };
}

function occurrenceOf(
  { ownerId, calendarId, entryId: seriesId, providerEntryId: master, family }: MeetingAbout,
  { recurrence: _itsSeries, meetingKey, ...meeting }: MeetingDetails,
  { originalStart, start, end }: Occurrence,
  timeZone: string,
): FollowSeries['data'] {
  const providerEntryId = instanceId(master!, originalStart, timeZone);
  const entryId = entryIdOf(calendarId, providerEntryId);
  const about: MeetingAbout = {
    ownerId,
    calendarId,
    meetingId: meetingIdOf(entryId),
    entryId,
    providerEntryId,
    seriesId,
    originalStart,
    ...(family !== undefined && { family }),
    fromSeries: true,
  };
  const key = meetingKey === undefined ? {} : { meetingKey: instanceKey(meetingKey, originalStart) };
  return { about, verdict: { meeting: { ...meeting, start, end, ...key } } };
}
