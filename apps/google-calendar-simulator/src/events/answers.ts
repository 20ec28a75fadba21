import type { JsonObject } from '../http/json-input';
import { type Attendee, type EventResource, isCancelled } from './event';
import type { EventBook } from './event-book';
import type { Invitations } from './invitations';

/** What a guest may change on his own copy without changing the meeting. */
const OWN_ONLY = new Set([
  'attendees',
  'reminders',
  'colorId',
  'transparency',
  'visibility',
  'extendedProperties',
  'sequence',
  'status',
]);

/** Guests' answers, given on their own copies. */
export class Answers {
  constructor(
    private readonly book: EventBook,
    private readonly invitations: Invitations,
  ) {}

  /** Whether this is only the guest's own business, or he may change the rest as well. */
  mayChange(guest: string, before: EventResource, fields: JsonObject): boolean {
    if (before.guestsCanModify) return true;
    const same = Object.keys({ ...fields, ...before }).every(
      (field) =>
        OWN_ONLY.has(field) || !(field in fields) || JSON.stringify(fields[field]) === JSON.stringify(before[field]),
    );
    const others = (attendees: unknown) =>
      JSON.stringify(
        Array.isArray(attendees) ? attendees.filter((each: Attendee) => each.email?.toLowerCase() !== guest) : [],
      );
    return same && others(fields['attendees']) === others(before.attendees);
  }

  /** The answer that a guest's copy now holds, to the organizer's event and from there to everybody's. */
  carry(guest: string, organizerCalendar: string, mine: EventResource, at: number | undefined): void {
    const answer = mine.attendees?.find(({ email }) => email?.toLowerCase() === guest);
    if (answer) this.answer(guest, organizerCalendar, mine.id, answer, at);
  }

  answer(guest: string, organizerCalendar: string, id: string, answer: Attendee, at: number | undefined): void {
    const theirs = this.book.find(organizerCalendar, id)?.resource;
    const asked = theirs?.attendees?.find(({ email }) => email?.toLowerCase() === guest);
    if (!theirs || !asked || isCancelled(theirs)) return;
    const { responseStatus, comment, additionalGuests } = answer;
    const answered: Attendee = {
      ...asked,
      ...(responseStatus !== undefined && { responseStatus }),
      ...(comment !== undefined && { comment }),
      ...(additionalGuests !== undefined && { additionalGuests }),
    };
    if (JSON.stringify(answered) === JSON.stringify(asked)) return;
    const attendees = theirs.attendees?.map((each) => (each === asked ? answered : each)) ?? [];
    const saved = this.book.save(organizerCalendar, { ...theirs, attendees }, { at });
    this.invitations.spread(organizerCalendar, theirs, saved.resource, at);
  }
}
