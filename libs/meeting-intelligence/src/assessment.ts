/** A stable code that other systems may store, and what it means in a sentence. */
export interface Reason {
  code: string;
  sentence: string;
}

export type LinkSource =
  | 'conferenceData'
  | 'hangoutLink'
  | 'location'
  | 'description'
  | 'summary'
  | 'source'
  | 'attachment'
  | 'extendedProperties';

export interface JoinLink {
  /** Unwrapped; scheme and host in lower case, fragment and passcode kept, tracking removed. */
  url: string;
  /** In kebab-case: `google-meet`, `zoom`, `teams`, …; `other` for a video entry point of a service that is not known here. */
  provider: string;
  source: LinkSource;
  /** As people type it: digits of Zoom, letters of Meet, thread or number of Teams. */
  meetingId?: string;
  /** As people type it where the conference data or the text tells it, else that of the link, which may be a hash. */
  passcode?: string;
  /** Why it stands where it stands among the others; at least one. */
  why: Reason[];
  /** The wrappers that were taken off, outermost first. */
  wrappedBy?: string[];
  /** The link can't be read without asking a server: a mail gateway keeps the real one to itself. */
  opaque?: true;
}

export interface DialIn {
  kind: 'phone' | 'sip' | 'h323';
  uri: string;
  /** As dialled: `+` and digits. */
  number?: string;
  pin?: string;
  accessCode?: string;
  label?: string;
  regionCode?: string;
}

export interface Nature {
  size: 'solo' | 'one-to-one' | 'group' | 'large';
  /** By the domains of the people's addresses; unknown where the owner's organisation or everybody else's is. */
  reach: 'internal' | 'external' | 'unknown';
  recurring: boolean;
  organizer?: { email?: string; name?: string; self?: boolean };
  /** The owner was asked and has not answered yet. */
  needsResponse: boolean;
}

export interface MeetingAssessment {
  /** An active meeting that other systems should act on. */
  isMeeting: boolean;
  /** How sure the answer is, 0 to 1, whichever it is. */
  confidence: number;
  /** What speaks for the answer, the weightiest first; at least one. */
  reasons: Reason[];
  /** These four are of the first link, told whether or not it is a meeting. */
  joinUrl?: string;
  provider?: string;
  meetingId?: string;
  passcode?: string;
  /** Every link by which one could join, best first. */
  links: JoinLink[];
  dialIns: DialIn[];
  /** The same for the same meeting in every attendee's calendar; each instance of a series has its own. */
  meetingKey?: string;
  /** The same for every meeting that is held in the same room. */
  roomKey?: string;
  nature: Nature;
}
