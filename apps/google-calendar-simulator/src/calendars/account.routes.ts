import { invalid, notFound, timeRangeEmpty } from '../http/api-error';
import { isObject, jsonBody, text } from '../http/json-input';
import type { Call, Reply, Router } from '../http/router';
import { isCancelled, isMaster } from '../events/event';
import type { EventBook } from '../events/event-book';
import { instantOfTime, parseInstant } from '../events/event-time';
import type { Authorized } from '../events/events.routes';
import { occurrencesIn, overlaps } from '../events/list-items';
import { opaque } from '../journal/identifiers';
import type { Account } from '../oauth/account';
import { toOffsetString } from '../recurrence/zone';
import type { CalendarRecord } from './calendar';
import type { Calendars } from './calendars';

/** At most this many calendars in one question. https://developers.google.com/workspace/calendar/api/v3/reference/freebusy/query */
const EXPANSION_MAX = 50;

/** What belongs to the account rather than to a calendar: settings, free/busy, colours. */
export class AccountRoutes {
  constructor(
    private readonly authorized: Authorized,
    private readonly calendars: Calendars,
    private readonly book: EventBook,
  ) {}

  register(router: Router): void {
    router.add('GET', '/calendar/v3/users/me/settings', 'calendar.settings.list', (call) => this.settings(call));
    router.add('GET', '/calendar/v3/users/me/settings/{setting}', 'calendar.settings.get', (call) =>
      this.setting(call),
    );
    router.add('GET', '/calendar/v3/colors', 'calendar.colors.get', (call) => this.colors(call));
    router.add('POST', '/calendar/v3/freeBusy', 'calendar.freebusy.query', (call) => this.freeBusy(call));
  }

  private settings(call: Call): Reply {
    const items = settingsOf(this.authorized(call));
    return {
      status: 200,
      json: {
        kind: 'calendar#settings',
        etag: `"${opaque(JSON.stringify(items), 12)}"`,
        nextSyncToken: opaque(JSON.stringify(items), 24),
        items,
      },
    };
  }

  private setting(call: Call): Reply {
    const found = settingsOf(this.authorized(call)).find(({ id }) => id === call.params['setting']);
    if (!found) throw notFound();
    return { status: 200, json: found };
  }

  private colors(call: Call): Reply {
    this.authorized(call);
    const color = { background: '#9fe1e7', foreground: '#1d1d1d' };
    return {
      status: 200,
      json: {
        kind: 'calendar#colors',
        updated: '2012-02-14T00:00:00.000Z',
        calendar: { 14: color },
        event: { 1: color },
      },
    };
  }

  private freeBusy(call: Call): Reply {
    const account = this.authorized(call);
    const body = jsonBody(call);
    const from = parseInstant(text(body['timeMin']) ?? '');
    const to = parseInstant(text(body['timeMax']) ?? '');
    if (from === undefined || to === undefined) throw invalid('Missing time range.');
    if (from >= to) throw timeRangeEmpty();
    const zone = text(body['timeZone']) ?? 'UTC';
    const items = Array.isArray(body['items']) ? body['items'] : [];
    const ids = items.map((item) => (isObject(item) ? (text(item['id']) ?? '') : ''));
    const calendars = Object.fromEntries(
      ids.map((id, index) => {
        const calendar = this.calendars.get(this.calendars.resolve(account, id));
        if (index >= EXPANSION_MAX) return [id, failed('tooManyCalendarsRequested')];
        if (!calendar || calendar.access[account.email] === undefined) return [id, failed('notFound')];
        const busy = this.busy(calendar, from, to);
        return [
          id,
          {
            busy: busy.map(([start, end]) => ({ start: toOffsetString(zone, start), end: toOffsetString(zone, end) })),
          },
        ];
      }),
    );
    return {
      status: 200,
      json: {
        kind: 'calendar#freeBusy',
        timeMin: new Date(from).toISOString(),
        timeMax: new Date(to).toISOString(),
        calendars,
      },
    };
  }

  private busy(calendar: CalendarRecord, from: number, to: number): [start: number, end: number][] {
    const window = { from, to };
    const stored = this.book.all(calendar.id);
    const events = stored
      .filter((each) => !isCancelled(each.resource) && !this.book.isHidden(calendar.id, each))
      .map(({ resource }) => resource)
      .flatMap((event) =>
        isMaster(event)
          ? occurrencesIn(event, this.book.exceptionsOf(calendar.id, event.id), window, calendar.timeZone)
          : overlaps(event, calendar.timeZone, window)
            ? [event]
            : [],
      )
      .filter((event) => event.transparency !== 'transparent')
      .filter((event) => event.attendees?.find(({ email }) => email === calendar.id)?.responseStatus !== 'declined');
    const spans = events
      .map((event): [number, number] => [
        Math.max(from, instantOfTime(event.start, calendar.timeZone)),
        Math.min(to, instantOfTime(event.end, calendar.timeZone)),
      ])
      .sort((a, b) => a[0] - b[0]);
    const merged: [number, number][] = [];
    for (const span of spans) {
      const last = merged.at(-1);
      if (last && span[0] <= last[1]) last[1] = Math.max(last[1], span[1]);
      else merged.push([...span]);
    }
    return merged;
  }
}

const failed = (reason: string) => ({ errors: [{ domain: 'global', reason }], busy: [] });

const settingsOf = (account: Account) =>
  [
    ['timezone', account.timeZone],
    ['weekStart', '1'],
    ['locale', 'en'],
    ['format24HourTime', 'true'],
    ['defaultEventLength', '60'],
    ['autoAddHangouts', 'true'],
  ].map(([id, value]) => ({ kind: 'calendar#setting', etag: `"${opaque(`${id} ${value}`, 12)}"`, id, value }));
