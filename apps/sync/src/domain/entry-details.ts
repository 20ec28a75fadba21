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
  resource: boolean;
  self: boolean;
  organizer?: boolean;
}

export interface EntryPoint {
  type: 'video' | 'phone' | 'sip' | 'more';
  uri: string;
  label?: string;
  regionCode?: string;
  pin?: string;
  accessCode?: string;
  meetingCode?: string;
  passcode?: string;
  password?: string;
}

/** What an entry says, normalised over providers. Absent is absent, never null or empty. */
export interface EntryDetails {
  status: 'confirmed' | 'tentative';
  title?: string;
  description?: string;
  location?: string;
  start: EntryTime;
  end: EntryTime;
  recurrence?: string[];
  organizer?: Person;
  creator?: Person;
  attendees?: Attendee[];
  attendeesOmitted?: boolean;
  conference?: {
    solution?: string;
    name?: string;
    conferenceId?: string;
    status?: 'pending' | 'success' | 'failure';
    entryPoints: EntryPoint[];
    notes?: string;
  };
  hangoutLink?: string;
  iCalUid?: string;
  link?: string;
  attachments?: { title?: string; url: string; mimeType?: string }[];
  source?: { title?: string; url?: string };
  extendedProperties?: { private?: Record<string, string>; shared?: Record<string, string> };
  guests?: { canInviteOthers?: boolean; canModify?: boolean; canSeeOtherGuests?: boolean };
  locked?: boolean;
  birthday?: { type?: string; contact?: string };
  visibility: 'default' | 'public' | 'private' | 'confidential';
  busy: boolean;
  kind: string;
  providerUpdatedAt?: string;
}

/** Which entry of which calendar; never changes. */
export interface EntryIdentity {
  entryId: string;
  calendarId: string;
  providerEntryId: string;
  providerCalendarId: string;
  /** Of an exception: the master it belongs to, and the slot it stands for. */
  seriesId?: string;
  providerSeriesId?: string;
  originalStart?: EntryTime;
}

export interface ChangedField {
  field: string;
  old?: unknown;
  new?: unknown;
  cut?: boolean;
}
