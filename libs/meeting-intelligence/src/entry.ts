/** What has to be known of a calendar entry to say whether it is a meeting; an entry of any provider's contract fits. */
export interface AssessableEntry {
  status: 'confirmed' | 'tentative' | 'cancelled';
  /** Google's event type; absent means an ordinary entry. */
  kind?: string;
  providerCalendarId?: string;
  location?: string;
  description?: string;
  organizer?: { email?: string; self?: boolean };
  attendees?: readonly Attendee[];
  /** The provider cut the list of attendees. */
  attendeesOmitted?: boolean;
  conference?: Conference;
  /** Google's mirror of the Meet link. */
  hangoutLink?: string;
}

export interface Attendee {
  email: string;
  response: string;
  /** A room or a device. */
  resource: boolean;
  /** The owner of the calendar. */
  self: boolean;
}

export interface Conference {
  /** `pending` while the provider still makes it: there are no entry points yet, and they come with a later change. */
  status?: string;
  entryPoints: readonly EntryPoint[];
}

export interface EntryPoint {
  type: string;
  uri: string;
  meetingCode?: string;
  passcode?: string;
  password?: string;
}
