export type EventTime = { date?: string; dateTime?: string; timeZone?: string };

export type Person = { email?: string; displayName?: string; id?: string; self?: boolean };

export type Attendee = Person & {
  organizer?: boolean;
  resource?: boolean;
  optional?: boolean;
  responseStatus?: string;
  comment?: string;
  additionalGuests?: number;
};

export type EntryPoint = {
  entryPointType?: string;
  uri?: string;
  label?: string;
  pin?: string;
  passcode?: string;
  meetingCode?: string;
  regionCode?: string;
};

export type ConferenceData = {
  conferenceId?: string;
  conferenceSolution?: { key?: { type?: string }; name?: string; iconUri?: string };
  createRequest?: {
    requestId?: string;
    conferenceSolutionKey?: { type?: string };
    status?: { statusCode?: string };
  };
  entryPoints?: EntryPoint[];
  notes?: string;
  signature?: string;
};

/** An event as it is kept: Google's resource without what depends on who looks at it. Times are kept in UTC. */
export interface EventResource {
  id: string;
  status: string;
  created: string;
  updated: string;
  start?: EventTime;
  end?: EventTime;
  recurrence?: string[];
  recurringEventId?: string;
  originalStartTime?: EventTime;
  summary?: string;
  description?: string;
  location?: string;
  creator?: Person;
  organizer?: Person;
  attendees?: Attendee[];
  iCalUID?: string;
  sequence?: number;
  eventType?: string;
  visibility?: string;
  transparency?: string;
  hangoutLink?: string;
  conferenceData?: ConferenceData;
  extendedProperties?: { private?: { [key: string]: string }; shared?: { [key: string]: string } };
  guestsCanModify?: boolean;
  [field: string]: unknown;
}

export interface StoredEvent {
  /** Where full lists show it: grows with creation and never changes. */
  ordinal: number;
  /** When it last changed, in the count that sync tokens are made of. */
  position: number;
  resource: EventResource;
  /** Its master no longer has the slot; it comes back when the slot does. */
  dropped?: boolean;
  /** The guest deleted his own copy: later changes by the organizer don't bring it back. */
  removedByGuest?: boolean;
}

export const isCancelled = (event: EventResource): boolean => event.status === 'cancelled';
export const isMaster = (event: EventResource): boolean =>
  event.recurrence !== undefined && event.recurrence.length > 0;
export const isException = (event: EventResource): boolean => event.recurringEventId !== undefined;
