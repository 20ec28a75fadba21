import type { Calendars } from '../calendars/calendars';
import { invalid, notFound } from '../http/api-error';
import { type JsonObject, jsonBody, maxResults } from '../http/json-input';
import type { Call, Reply, Router } from '../http/router';
import type { Clock } from '../journal/clock';
import type { Account } from '../oauth/account';
import { type EventResource, isCancelled, isMaster } from './event';
import type { EventBook } from './event-book';
import { parseInstant, dateMoment } from './event-time';
import type { EventWrites, WriteOptions } from './event-writes';
import { overlaps } from './list-items';
import type { ListPages } from './list-pages';
import { readListQuery } from './list-query';
import { exceptionsBySlot, occurrenceAt, slotsBetween } from './occurrences';
import { etagOf, render } from './render-event';
import { fingerprint, pageToken, readPageToken } from './tokens';

export type Authorized = (call: Call) => Account;

const YEAR = 366 * 24 * 3_600_000;

function writeOptions({ query, headers }: Call): WriteOptions {
  const version = Number(query.get('conferenceDataVersion') ?? 0);
  if (version !== 0 && version !== 1)
    throw invalid('Invalid value for conferenceDataVersion.', 'conferenceDataVersion');
  return {
    conferenceDataVersion: version,
    supportsAttachments: query.get('supportsAttachments') === 'true',
    ifMatch: headers['if-match'],
  };
}

export class EventRoutes {
  constructor(
    private readonly authorized: Authorized,
    private readonly calendars: Calendars,
    private readonly book: EventBook,
    private readonly writes: EventWrites,
    private readonly pages: ListPages,
    private readonly clock: Clock,
  ) {}

  register(router: Router): void {
    const events = '/calendar/v3/calendars/{calendarId}/events';
    router.add('GET', events, 'calendar.events.list', (call) => this.list(call));
    router.add('POST', events, 'calendar.events.insert', (call) => this.insert(call));
    router.add('POST', `${events}/import`, 'calendar.events.import', (call) => this.import(call));
    router.add('GET', `${events}/{eventId}`, 'calendar.events.get', (call) => this.get(call));
    router.add('PUT', `${events}/{eventId}`, 'calendar.events.update', (call) => this.write(call, 'update'));
    router.add('PATCH', `${events}/{eventId}`, 'calendar.events.patch', (call) => this.write(call, 'patch'));
    router.add('DELETE', `${events}/{eventId}`, 'calendar.events.delete', (call) => this.remove(call));
    router.add('GET', `${events}/{eventId}/instances`, 'calendar.events.instances', (call) => this.instances(call));
    router.add('POST', `${events}/{eventId}/move`, 'calendar.events.move', (call) => this.move(call));
  }

  private list(call: Call): Reply {
    const account = this.authorized(call);
    const access = this.calendars.access(account, call.params['calendarId'] ?? '');
    return { status: 200, json: this.pages.list(account, access, readListQuery(call.query)) };
  }

  private insert(call: Call): Reply {
    const account = this.authorized(call);
    const { calendar } = this.calendars.access(account, call.params['calendarId'] ?? '', 'writer');
    const saved = this.writes.insert(account, calendar, jsonBody(call), writeOptions(call));
    return this.show(call, account, saved.resource);
  }

  private import(call: Call): Reply {
    const account = this.authorized(call);
    const { calendar } = this.calendars.access(account, call.params['calendarId'] ?? '', 'writer');
    const saved = this.writes.import(account, calendar, jsonBody(call), writeOptions(call));
    return this.show(call, account, saved.resource);
  }

  private get(call: Call): Reply {
    const account = this.authorized(call);
    const { calendar } = this.calendars.access(account, call.params['calendarId'] ?? '', 'freeBusyReader');
    const found = this.book.find(calendar.id, call.params['eventId'] ?? '');
    if (!found) throw notFound();
    if (call.headers['if-none-match'] === etagOf(found.resource)) return { status: 304 };
    return this.show(call, account, found.resource);
  }

  private write(call: Call, mode: 'update' | 'patch'): Reply {
    const account = this.authorized(call);
    const { calendar } = this.calendars.access(account, call.params['calendarId'] ?? '', 'writer');
    const body: JsonObject = jsonBody(call);
    const saved = this.writes.write(calendar, call.params['eventId'] ?? '', body, mode, writeOptions(call));
    return this.show(call, account, saved.resource);
  }

  private remove(call: Call): Reply {
    const account = this.authorized(call);
    const { calendar } = this.calendars.access(account, call.params['calendarId'] ?? '', 'writer');
    this.writes.remove(calendar, call.params['eventId'] ?? '', writeOptions(call));
    return { status: 204 };
  }

  private move(call: Call): Reply {
    const account = this.authorized(call);
    const { calendar } = this.calendars.access(account, call.params['calendarId'] ?? '', 'writer');
    const destination = call.query.get('destination');
    if (destination === null) throw invalid('Missing destination.', 'destination');
    const { calendar: target } = this.calendars.access(account, destination, 'writer');
    const moved = this.writes.move(calendar, call.params['eventId'] ?? '', target);
    return {
      status: 200,
      json: render(moved.resource, { calendarId: target.id, timeZone: target.timeZone, role: 'owner' }),
    };
  }

  private show(call: Call, account: Account, event: EventResource): Reply {
    const { calendar, role } = this.calendars.access(account, call.params['calendarId'] ?? '');
    const timeZone = call.query.get('timeZone') ?? calendar.timeZone;
    const json = render(event, { calendarId: calendar.id, timeZone, role, rich: true });
    return { status: 200, json, headers: { etag: etagOf(event) } };
  }

  private instances(call: Call): Reply {
    const account = this.authorized(call);
    const { calendar, role } = this.calendars.access(account, call.params['calendarId'] ?? '');
    const master = this.book.stored(calendar.id, call.params['eventId'] ?? '')?.resource;
    if (!master) throw notFound();
    if (!isMaster(master)) throw invalid('Invalid resource id value.');
    const query = readListQuery(call.query);
    const window = {
      from: query.timeMin ?? 0,
      to:
        query.timeMax ??
        Math.max(this.clock.now(), Date.parse(master.start?.dateTime ?? `${master.start?.date ?? ''}T00:00:00Z`)) +
          2 * YEAR,
    };
    const replaced = exceptionsBySlot(master, this.book.exceptionsOf(calendar.id, master.id));
    const zone = query.timeZone ?? calendar.timeZone;
    const wanted = originalStart(call.query.get('originalStart'));
    const all = isCancelled(master)
      ? []
      : slotsBetween(master, Math.max(0, window.from - YEAR), window.to + YEAR)
          .filter((slot) => wanted === undefined || slot === wanted)
          .map((slot) => replaced.get(slot) ?? occurrenceAt(master, slot))
          .filter((event) => query.showDeleted || !isCancelled(event))
          .filter((event) => overlaps(event, zone, window));
    const binding = {
      owner: account.sub,
      collection: `instances/${calendar.id}/${master.id}`,
      fingerprint: fingerprint([window.from, zone]),
    };
    const offset = query.pageToken === undefined ? 0 : Number(readPageToken(query.pageToken, binding)?.after ?? 0);
    const size = maxResults(call.query, 250, 2500);
    const next = offset + size;
    return {
      status: 200,
      json: {
        kind: 'calendar#events',
        etag: etagOf(master),
        summary: calendar.summary,
        updated: master.updated,
        timeZone: zone,
        accessRole: role,
        defaultReminders: [],
        ...(next < all.length && {
          nextPageToken: pageToken({ ...binding, position: 0, page: 2, after: String(next) }),
        }),
        items: all
          .slice(offset, next)
          .map((event) => render(event, { calendarId: calendar.id, timeZone: zone, role, rich: true })),
      },
    };
  }
}

function originalStart(value: string | null): number | undefined {
  if (value === null) return undefined;
  return /^\d{4}-\d{2}-\d{2}$/.test(value) ? dateMoment(value) : parseInstant(value);
}
