/** What has to be known of a calendar entry to say whether it is a meeting; an entry of any provider's contract fits. */
export interface AssessableEntry {
  status: 'confirmed' | 'tentative' | 'cancelled';
  /** Google's event type; absent means an ordinary entry. */
  kind?: string;
  providerCalendarId?: string;
  title?: string;
  location?: string;
  /** Plain text or HTML. */
  description?: string;
  start?: EntryTime;
  end?: EntryTime;
  /** False where the entry does not block its owner's time; absent means that it does. */
  busy?: boolean;
  organizer?: Person;
  attendees?: readonly Attendee[];
  /** The provider cut the list of attendees. */
  attendeesOmitted?: boolean;
  conference?: Conference;
  /** Google's mirror of the Meet link. */
  hangoutLink?: string;
  iCalUid?: string;
  /** On the master of a series only. */
  recurrence?: readonly string[];
  /** The provider's id of the series that this is an instance of. */
  providerSeriesId?: string;
  originalStart?: EntryTime;
  attachments?: readonly { title?: string; url: string }[];
  source?: { title?: string; url?: string };
  extendedProperties?: { private?: Readonly<Record<string, string>>; shared?: Readonly<Record<string, string>> };
}

/** All day: a date. Timed: an instant with its offset; without one, `timeZone` says what is meant. */
export type EntryTime = { date: string } | { dateTime: string; timeZone?: string };

export interface Person {
  email?: string;
  name?: string;
  /** The owner of the calendar. */
  self?: boolean;
}

export interface Attendee {
  email: string;
  name?: string;
  response: string;
  optional?: boolean;
  /** A room or a device. */
  resource: boolean;
  /** The owner of the calendar. */
  self: boolean;
  organizer?: boolean;
}

export interface Conference {
  /** Google's key type: hangoutsMeet, addOn, … */
  solution?: string;
  name?: string;
  conferenceId?: string;
  /** `pending` while the provider still makes it: there are no entry points yet, and they come with a later change. */
  status?: string;
  entryPoints: readonly EntryPoint[];
  notes?: string;
}

export interface EntryPoint {
  type: string;
  uri: string;
  label?: string;
  regionCode?: string;
  pin?: string;
  accessCode?: string;
  meetingCode?: string;
  passcode?: string;
  password?: string;
}
