/** All day: `date`, `end` exclusive. Timed: RFC 3339 with offset, and the IANA zone that rules expand in. */
export type EntryTime = { date: string } | { dateTime: string; timeZone?: string };

export interface Person {
  email?: string;
  name?: string;
  self?: boolean;
}

export interface Attendee {
  email: string;
  name?: string;
  response: 'needsAction' | 'declined' | 'tentative' | 'accepted';
  optional: boolean;
  /** A room or a device. */
  resource: boolean;
  self: boolean;
  organizer?: boolean;
}

export interface EntryPoint {
  type: 'video' | 'phone' | 'sip' | 'more';
  uri: string;
  label?: string;
  /** Of a telephone number: the country, CLDR. */
  regionCode?: string;
  pin?: string;
  accessCode?: string;
  meetingCode?: string;
  passcode?: string;
  password?: string;
}

export interface Conference {
  solution?: string;
  name?: string;
  conferenceId?: string;
  status?: 'pending' | 'success' | 'failure';
  entryPoints: EntryPoint[];
  notes?: string;
}

/** An entry as every provider's adapter normalises it. Absent is absent, never null or empty. Defaults that a provider leaves out are filled in. */
export interface EntrySnapshot {
  status: 'confirmed' | 'tentative';
  title?: string;
  description?: string;
  location?: string;
  start: EntryTime;
  end: EntryTime;
  /** RRULE, EXRULE, RDATE and EXDATE lines; on the master of a series only. */
  recurrence?: string[];
  organizer?: Person;
  creator?: Person;
  attendees?: Attendee[];
  /** The provider cut the list: not the truth about who comes. */
  attendeesOmitted?: boolean;
  conference?: Conference;
  hangoutLink?: string;
  iCalUid?: string;
  link?: string;
  attachments?: { title?: string; url: string; mimeType?: string }[];
  source?: { title?: string; url?: string };
  extendedProperties?: { private?: Record<string, string>; shared?: Record<string, string> };
  /** What guests may do, where it is not what the provider allows by default. */
  guests?: { canInviteOthers?: boolean; canModify?: boolean; canSeeOtherGuests?: boolean };
  /** Its main details can't be changed, by whomever. */
  locked?: boolean;
  /** Whose or what day it is: the provider's word, of a birthday only. */
  birthday?: { type?: string; contact?: string };
  visibility: 'default' | 'public' | 'private' | 'confidential';
  busy: boolean;
  /** The provider's type of entry; unknown ones are passed on as they are. */
  kind: string;
  providerUpdatedAt?: string;
}

/** One item of a change page: an entry, the master of a series, an exception of one, or a tombstone. */
export interface SeenEntry {
  providerEntryId: string;
  /** Of an exception: the master it belongs to, and the slot it stands for. */
  providerSeriesId?: string;
  originalStart?: EntryTime;
  etag?: string;
  /** Epoch milliseconds; orders the revisions of one entry. Absent on bare tombstones. */
  updatedAt?: number;
  cancelled: boolean;
  /** Absent when cancelled and the provider sent no details. */
  snapshot?: EntrySnapshot;
  /** As received. */
  resource: object;
}
