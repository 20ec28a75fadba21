import type { Accounts } from '../oauth/accounts';
import type { Attendee, EventResource } from './event';
import { isCancelled, isException, isMaster } from './event';
import type { EventBook } from './event-book';

/** What each copy has of its own; the rest follows the organizer's. */
const OWN_FIELDS: readonly string[] = ['reminders', 'colorId', 'transparency', 'visibility'];

/** Copies of an event in the primary calendars of the guests who have an account here. */
export class Invitations {
  constructor(
    private readonly book: EventBook,
    private readonly accounts: Accounts,
  ) {}

  /** After a save in the organizer's calendar: invites, updates, and cancels for those who are no longer invited. */
  spread(calendarId: string, before: EventResource | undefined, after: EventResource, at?: number): void {
    if (after.organizer?.email !== calendarId || after['privateCopy'] === true) return;
    const guests = this.guests(after);
    const gone = isCancelled(after);
    const lost = this.guests(before).filter((email) => gone || !guests.includes(email));
    if (gone) for (const email of guests) if (!lost.includes(email)) lost.push(email);
    for (const email of lost) this.cancelCopy(email, after, at);
    if (gone) return;
    for (const email of guests) this.putCopy(calendarId, email, after, at);
  }

  /** The guest's answer, carried to the organizer's event; false where the organizer isn't here. */
  organizerCopy(calendarId: string, event: EventResource): string | undefined {
    const organizer = event.organizer?.email;
    if (organizer === undefined || organizer === calendarId) return undefined;
    return this.book.find(organizer, event.id) === undefined ? undefined : organizer;
  }

  private guests(event: EventResource | undefined): string[] {
    const emails = (event?.attendees ?? []).map(({ email }: Attendee) => (email ?? '').toLowerCase());
    return emails.filter((email) => email !== event?.organizer?.email && this.accounts.byEmail(email) !== undefined);
  }

  private putCopy(organizerCalendar: string, email: string, event: EventResource, at: number | undefined): void {
    const existing = this.book.stored(email, event.id);
    const series = event.recurringEventId === undefined ? undefined : this.book.stored(email, event.recurringEventId);
    if (existing?.removedByGuest || series?.removedByGuest) return;
    const invited = existing !== undefined && !isCancelled(existing.resource);
    this.book.save(email, copyOf(event, existing?.resource), { at });
    if (invited || !isMaster(event)) return;
    for (const { resource, dropped } of this.book.exceptionsOf(organizerCalendar, event.id)) {
      const invitedThere = isCancelled(resource) || this.guests(resource).includes(email);
      const copy = copyOf(resource, this.book.stored(email, resource.id)?.resource);
      this.book.save(email, invitedThere ? copy : { ...copy, status: 'cancelled' }, {
        at,
        ...(dropped && { dropped }),
      });
    }
  }

  private cancelCopy(email: string, event: EventResource, at: number | undefined): void {
    const existing = this.book.stored(email, event.id);
    const parent = event.recurringEventId;
    // Without the series in his calendar there is nothing to take a single occurrence out of.
    const derived =
      existing === undefined &&
      isException(event) &&
      parent !== undefined &&
      this.book.stored(email, parent) !== undefined;
    if (!existing && !derived) return;
    if (existing && isCancelled(existing.resource) && existing.resource.recurringEventId === parent) return;
    this.book.save(email, { ...copyOf(event, existing?.resource), status: 'cancelled' }, { at });
  }
}

function copyOf(event: EventResource, mine: EventResource | undefined): EventResource {
  const copy: EventResource = { ...event };
  for (const field of OWN_FIELDS) delete copy[field];
  for (const field of OWN_FIELDS) if (mine?.[field] !== undefined) copy[field] = mine[field];
  const shared = event.extendedProperties?.shared;
  const own = mine?.extendedProperties?.private;
  delete copy.extendedProperties;
  if (shared || own) copy.extendedProperties = { ...(own && { private: own }), ...(shared && { shared }) };
  return copy;
}
