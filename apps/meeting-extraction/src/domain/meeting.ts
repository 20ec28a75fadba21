export type MeetingTime = { date: string } | { dateTime: string; timeZone?: string };

export interface JoinLink {
  url: string;
  provider: string;
  source: 'conferenceData' | 'hangoutLink' | 'location' | 'description';
  meetingId?: string;
  passcode?: string;
}

/** A stable code, and what it means in a sentence. */
export interface Reason {
  code: string;
  sentence: string;
}

/** One way to join among others. */
export interface RankedLink {
  url: string;
  provider: string;
  source: string;
  meetingId?: string;
  passcode?: string;
  why: Reason[];
  wrappedBy?: string[];
  opaque?: true;
}

export interface DialIn {
  kind: string;
  uri: string;
  number?: string;
  pin?: string;
  accessCode?: string;
  label?: string;
  regionCode?: string;
}

export interface Nature {
  size: string;
  reach: string;
  recurring: boolean;
  organizer?: Person;
  needsResponse: boolean;
}

export interface Person {
  email?: string;
  name?: string;
  self?: boolean;
}

export interface Participant {
  email: string;
  name?: string;
  response: string;
  optional: boolean;
  resource: boolean;
  self: boolean;
  organizer?: boolean;
}

/** Whose entry a meeting is, and which. */
export interface MeetingAbout {
  ownerId: string;
  calendarId: string;
  meetingId: string;
  entryId: string;
  /** Absent in facts of before it was kept. */
  providerEntryId?: string;
  /** The entry of the series that this is an instance of. */
  seriesId?: string;
  originalStart?: MeetingTime;
  /** What all parts of a series have in common, however often it was split; absent in facts of before it was kept. */
  family?: string;
  /** It is an occurrence as the series gives it, without an entry of its own. */
  fromSeries?: true;
}

export const streamOf = (meetingId: string): string => `meeting-${meetingId}`;

export interface MeetingDetails {
  start: MeetingTime;
  end: MeetingTime;
  recurrence?: string[];
  title?: string;
  location?: string;
  organizer?: Person;
  attendees?: Participant[];
  join?: JoinLink;
  /** Why it is taken for a meeting: stable codes. */
  reasons: string[];
  /** The same in sentences. What follows is absent in facts of before it was kept. */
  why?: Reason[];
  /** How sure that is, 0 to 1. */
  confidence?: number;
  links?: RankedLink[];
  dialIns?: DialIn[];
  meetingKey?: string;
  roomKey?: string;
  nature?: Nature;
}

export interface ChangedField {
  field: string;
  old?: unknown;
  new?: unknown;
}

const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, plain(each)]);
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(plain(a)) === JSON.stringify(plain(b));

/** The same instant in the same zone, whatever offset it is written with. */
const sameTime = (a: MeetingTime, b: MeetingTime): boolean => {
  if ('date' in a || 'date' in b) return same(a, b);
  return a.timeZone === b.timeZone && Date.parse(a.dateTime) === Date.parse(b.dateTime);
};

export const isMoved = (before: MeetingDetails, after: MeetingDetails): boolean =>
  !sameTime(before.start, after.start) ||
  !sameTime(before.end, after.end) ||
  !same(before.recurrence, after.recurrence);

const compared = [
  'title',
  'location',
  'organizer',
  'attendees',
  'join',
  'links',
  'dialIns',
  'reasons',
  'confidence',
  'meetingKey',
  'roomKey',
  'nature',
] as const;

/** Another wording is no news. */
const essence = (field: (typeof compared)[number], { [field]: value, links }: MeetingDetails): unknown =>
  field === 'links' ? links?.map(({ why, ...link }) => ({ ...link, why: why.map(({ code }) => code) })) : value;

/** What changed beside the time. */
export const changedFields = (before: MeetingDetails, after: MeetingDetails): ChangedField[] =>
  compared
    .filter((field) => !same(essence(field, before), essence(field, after)))
    .map((field) => ({
      field,
      ...(before[field] === undefined ? {} : { old: before[field] }),
      ...(after[field] === undefined ? {} : { new: after[field] }),
    }));
