import { badRequest, invalid, required } from '../http/api-error';
import { type JsonObject, jsonBody, text } from '../http/json-input';
import type { Call, Reply, Router } from '../http/router';
import { opaque } from '../journal/identifiers';
import type { EventBook } from '../events/event-book';
import type { Authorized } from '../events/events.routes';
import { isCancelled } from '../events/event';
import { isZone } from '../recurrence/zone';
import type { CalendarRecord } from './calendar';
import type { Calendars } from './calendars';

/** https://developers.google.com/workspace/calendar/api/v3/reference/calendars */
export class CalendarRoutes {
  constructor(
    private readonly authorized: Authorized,
    private readonly calendars: Calendars,
    private readonly book: EventBook,
  ) {}

  register(router: Router): void {
    const calendars = '/calendar/v3/calendars';
    router.add('POST', calendars, 'calendar.calendars.insert', (call) => this.insert(call));
    router.add('GET', `${calendars}/{calendarId}`, 'calendar.calendars.get', (call) => this.get(call));
    router.add('PATCH', `${calendars}/{calendarId}`, 'calendar.calendars.patch', (call) => this.change(call));
    router.add('PUT', `${calendars}/{calendarId}`, 'calendar.calendars.update', (call) => this.change(call));
    router.add('DELETE', `${calendars}/{calendarId}`, 'calendar.calendars.delete', (call) => this.remove(call));
    router.add('POST', `${calendars}/{calendarId}/clear`, 'calendar.calendars.clear', (call) => this.clear(call));
    router.add('GET', `${calendars}/{calendarId}/acl`, 'calendar.acl.list', (call) => this.acl(call));
  }

  private get(call: Call): Reply {
    const { calendar } = this.calendars.access(this.authorized(call), call.params['calendarId'] ?? '');
    return { status: 200, json: render(calendar) };
  }

  private insert(call: Call): Reply {
    const account = this.authorized(call);
    const fields = calendarFields(jsonBody(call));
    if (fields.summary === undefined) throw required('Missing title.');
    return { status: 200, json: render(this.calendars.create(account, { ...fields, summary: fields.summary })) };
  }

  private change(call: Call): Reply {
    const { calendar } = this.calendars.access(this.authorized(call), call.params['calendarId'] ?? '', 'owner');
    return { status: 200, json: render(this.calendars.change(calendar, calendarFields(jsonBody(call)))) };
  }

  private remove(call: Call): Reply {
    const { calendar } = this.calendars.access(this.authorized(call), call.params['calendarId'] ?? '', 'owner');
    if (calendar.kind === 'primary') throw badRequest('Cannot delete the primary calendar.');
    this.calendars.remove(calendar);
    return { status: 204 };
  }

  /** Deletes all events of a primary calendar. */
  private clear(call: Call): Reply {
    const { calendar } = this.calendars.access(this.authorized(call), call.params['calendarId'] ?? '', 'owner');
    if (calendar.kind !== 'primary') throw badRequest('Only the primary calendar can be cleared.');
    for (const { resource } of this.book.all(calendar.id)) {
      if (resource.recurringEventId === undefined && !isCancelled(resource))
        this.book.save(calendar.id, { ...resource, status: 'cancelled' });
    }
    return { status: 204 };
  }

  private acl(call: Call): Reply {
    const { calendar } = this.calendars.access(this.authorized(call), call.params['calendarId'] ?? '', 'writer');
    const items = Object.entries(calendar.access).map(([email, role]) => ({
      kind: 'calendar#aclRule',
      etag: `"${opaque(`${email} ${role}`, 12)}"`,
      id: `user:${email}`,
      scope: { type: 'user', value: email },
      role,
    }));
    return { status: 200, json: { kind: 'calendar#acl', etag: `"${opaque(JSON.stringify(items), 12)}"`, items } };
  }
}

export function calendarFields(
  body: JsonObject,
): Partial<Pick<CalendarRecord, 'summary' | 'description' | 'location' | 'timeZone'>> {
  const [summary, description, location, timeZone] = ['summary', 'description', 'location', 'timeZone'].map((field) =>
    text(body[field]),
  );
  if (timeZone !== undefined && !isZone(timeZone)) throw invalid('Invalid time zone.');
  return {
    ...(summary !== undefined && { summary }),
    ...(description !== undefined && { description }),
    ...(location !== undefined && { location }),
    ...(timeZone !== undefined && { timeZone }),
  };
}

const render = (calendar: CalendarRecord): object => ({
  kind: 'calendar#calendar',
  etag: `"${opaque(JSON.stringify([calendar.summary, calendar.description, calendar.timeZone]), 20)}"`,
  id: calendar.id,
  summary: calendar.summary,
  ...(calendar.description !== undefined && { description: calendar.description }),
  ...(calendar.location !== undefined && { location: calendar.location }),
  timeZone: calendar.timeZone,
  conferenceProperties: { allowedConferenceSolutionTypes: ['hangoutsMeet'] },
});
