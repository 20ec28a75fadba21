import { AssessableEntry, Attendee } from './entry';
import { chooseLink, JoinLink, joinLinksOf } from './join-links';

/** Why an entry is a meeting or none: codes that other systems may store. */
export type Reason =
  | 'cancelled'
  | 'declined-by-owner'
  | 'out-of-office'
  | 'focus-time'
  | 'working-location'
  | 'birthday'
  | 'holiday'
  | 'solo-without-link'
  | 'has-join-link'
  | 'has-dial-in'
  | 'conference-pending'
  | 'has-other-attendees';

export interface MeetingAssessment {
  /** An active meeting that other systems should act on. */
  isMeeting: boolean;
  /** At least one; those that speak for the answer. */
  reasons: Reason[];
  /** Absent where there is no link, and while the provider still makes the conference. */
  join?: JoinLink;
  /** All links by which one could join, best first, whatever the answer. */
  candidates: JoinLink[];
}

const neverMeetings = new Map<string, Reason>([
  ['outOfOffice', 'out-of-office'],
  ['focusTime', 'focus-time'],
  ['workingLocation', 'working-location'],
  ['birthday', 'birthday'],
]);

const holidayCalendar = /#holiday@group\.v\.calendar\.google\.com$/;
const sharedCalendar = /@group(\.v)?\.calendar\.google\.com$/;

const ruledOut = ({ status, attendees, kind, organizer, providerCalendarId }: AssessableEntry): Reason | undefined => {
  if (status === 'cancelled') return 'cancelled';
  if (attendees?.some(({ self, response }) => self && response === 'declined')) return 'declined-by-owner';
  if ([organizer?.email, providerCalendarId].some((id) => holidayCalendar.test(id ?? ''))) return 'holiday';
  return neverMeetings.get(kind ?? 'default');
};

/** How many people there are: rooms and shared calendars are none, and the owner is one under whatever address. */
const people = ({ organizer, attendees = [] }: AssessableEntry): number => {
  const nameOf = ({ self, email }: Pick<Attendee, 'email'> & { self?: boolean }) =>
    self ? 'self' : email.toLowerCase();
  const names = attendees.filter(({ resource }) => !resource).map(nameOf);
  // Without guests the organizer may just be the calendar that the entry lies on.
  if (names.length > 0 && organizer?.email && !sharedCalendar.test(organizer.email)) {
    names.push(nameOf({ email: organizer.email, self: organizer.self }));
  }
  return new Set(names).size;
};

/**
 * Whether an entry is a meeting, why, and how to join it. A meeting is what people attend together, with a link or without one, and a
 * block of one's own that has a way to join. A mail-made entry is judged by what it holds.
 */
export const assessMeeting = (entry: AssessableEntry): MeetingAssessment => {
  const candidates = joinLinksOf(entry);
  const against = ruledOut(entry);
  if (against) return { isMeeting: false, reasons: [against], candidates };

  const join = chooseLink(candidates);
  const reasons: Reason[] = [];
  if (join) reasons.push('has-join-link');
  else if (entry.conference?.status === 'pending') reasons.push('conference-pending');
  else if (entry.conference?.entryPoints.some(({ type }) => type === 'phone' || type === 'sip'))
    reasons.push('has-dial-in');
  if (entry.attendeesOmitted || people(entry) > 1) reasons.push('has-other-attendees');

  if (reasons.length === 0) return { isMeeting: false, reasons: ['solo-without-link'], candidates };
  return { isMeeting: true, reasons, ...(join ? { join } : {}), candidates };
};
