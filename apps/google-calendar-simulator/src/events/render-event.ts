import { atLeast, type Role } from '../calendars/calendar';
import type { Attendee, EventResource, Person } from './event';
import { isCancelled, isException } from './event';
import { showTime } from './event-time';

export interface View {
  calendarId: string;
  /** The zone whose offset times are shown in. */
  timeZone: string;
  role: Role;
  maxAttendees?: number | undefined;
  /** Deleted ones with their details, as their organizer may ask for. */
  rich?: boolean;
}

/** Twice `updated` in microseconds, quoted: what Google's etags of events are observed to be. */
export const etagOf = (event: EventResource): string => `"${Date.parse(event.updated) * 2000}"`;

function htmlLink(event: EventResource, calendarId: string): string {
  const name = `${event.id} ${calendarId.replace(/@gmail\.com$/, '@m')}`;
  return `https://www.google.com/calendar/event?eid=${Buffer.from(name).toString('base64').replace(/=+$/, '')}`;
}

const person = (who: Person | undefined, calendarId: string): Person | undefined =>
  who && { ...who, ...(who.email?.toLowerCase() === calendarId && { self: true }) };

function bare(event: EventResource, view: View): object {
  return {
    kind: 'calendar#event',
    etag: etagOf(event),
    id: event.id,
    status: 'cancelled',
    ...(isException(event) && {
      recurringEventId: event.recurringEventId,
      originalStartTime: event.originalStartTime && showTime(event.originalStartTime, view.timeZone),
    }),
  };
}

/** Without details: what free/busy rights, or a private event, let through. */
function masked(event: EventResource, view: View): object {
  return {
    kind: 'calendar#event',
    etag: etagOf(event),
    id: event.id,
    status: event.status,
    ...(view.role === 'freeBusyReader' ? {} : { visibility: event.visibility }),
    start: event.start && showTime(event.start, view.timeZone),
    end: event.end && showTime(event.end, view.timeZone),
    ...(event.recurrence && { recurrence: event.recurrence }),
    ...(isException(event) && {
      recurringEventId: event.recurringEventId,
      originalStartTime: event.originalStartTime && showTime(event.originalStartTime, view.timeZone),
    }),
    ...(event.transparency !== undefined && { transparency: event.transparency }),
    eventType: event.eventType,
  };
}

function shownAttendees(event: EventResource, view: View): { attendees?: Attendee[]; attendeesOmitted?: boolean } {
  if (!event.attendees || event.attendees.length === 0) return {};
  const all = event.attendees.map((each) => ({
    ...each,
    ...(each.email?.toLowerCase() === view.calendarId && { self: true }),
  }));
  const hidden = event['guestsCanSeeOtherGuests'] === false && event.organizer?.email !== view.calendarId;
  const seen = hidden ? all.filter((each) => 'self' in each || each.organizer) : all;
  if (view.maxAttendees === undefined || seen.length <= view.maxAttendees) return { attendees: seen };
  return { attendees: seen.filter((each) => 'self' in each), attendeesOmitted: true };
}

/** An event as one account sees it through one calendar. */
export function render(event: EventResource, view: View): object {
  if (isCancelled(event) && !view.rich) return bare(event, view);
  const confidential = event.visibility === 'private' || event.visibility === 'confidential';
  const sees = atLeast(view.role, 'writer') || (view.role !== 'freeBusyReader' && !confidential);
  if (!sees) return masked(event, view);
  const { attendees: _attendees, start, end, originalStartTime, creator, organizer, ...rest } = event;
  return {
    kind: 'calendar#event',
    etag: etagOf(event),
    ...rest,
    htmlLink: htmlLink(event, view.calendarId),
    creator: person(creator, view.calendarId),
    organizer: person(organizer, view.calendarId),
    ...(start && { start: showTime(start, view.timeZone) }),
    ...(end && { end: showTime(end, view.timeZone) }),
    ...(originalStartTime && { originalStartTime: showTime(originalStartTime, view.timeZone) }),
    ...shownAttendees(event, view),
    ...(event['reminders'] === undefined && { reminders: { useDefault: true } }),
  };
}
