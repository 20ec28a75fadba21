import type { Access, Calendars } from '../calendars/calendars';
import type { Faults } from '../faults/faults';
import { fullSyncRequired, invalid, updatedMinTooLongAgo } from '../http/api-error';
import type { Clock } from '../journal/clock';
import { opaque } from '../journal/identifiers';
import type { Account } from '../oauth/account';
import { isCancelled } from './event';
import type { EventBook } from './event-book';
import { type Item, ListItems } from './list-items';
import type { ListQuery } from './list-query';
import { render, type View } from './render-event';
import { pageToken, readPageToken, readSyncToken, syncToken } from './tokens';

const UPDATED_MIN_AGE = 28 * 24 * 3_600_000;

interface Start {
  position: number;
  since: number | undefined;
  after: string;
  page: number;
  emptied: boolean;
}

/** events.list, page by page. https://developers.google.com/workspace/calendar/api/guides/sync */
export class ListPages {
  private readonly items: ListItems;

  constructor(
    private readonly book: EventBook,
    private readonly calendars: Calendars,
    private readonly faults: Faults,
    private readonly clock: Clock,
  ) {
    this.items = new ListItems(book);
  }

  list(account: Account, { calendar, role }: Access, query: ListQuery): object {
    const situation = { account: account.email, calendarId: calendar.id, method: 'calendar.events.list' };
    const now = this.clock.now();
    if (query.updatedMin !== undefined && query.updatedMin < now - UPDATED_MIN_AGE) throw updatedMinTooLongAgo();
    const start = this.start(account, calendar.id, query);
    const zone = query.timeZone ?? calendar.timeZone;
    const expandAll = query.singleEvents || role === 'freeBusyReader';
    const all =
      start.since === undefined
        ? this.items.full(calendar.id, query, expandAll, zone, now)
        : this.items.since(calendar.id, start.since, start.position, query, expandAll, now);
    const rest = all.filter(({ key }) => key > start.after);
    const emptied = rest.length > 0 && !start.emptied && this.faults.hits('emptyPages', situation);
    const page = emptied ? [] : rest.slice(0, this.pageSize(query));
    const view = {
      calendarId: calendar.id,
      timeZone: zone,
      role,
      maxAttendees: query.maxAttendees,
      rich: query.showDeleted,
    };
    const shown = this.spoil(page, all, view, situation);
    const binding = { owner: account.sub, collection: `events/${calendar.id}` };
    const last = page.at(-1)?.key ?? start.after;
    const more = emptied || rest.length > page.length;
    return {
      kind: 'calendar#events',
      etag: `"p${opaque(`${calendar.id} ${this.book.position}`, 15).toLowerCase()}g"`,
      summary: calendar.summary,
      ...(calendar.description !== undefined && { description: calendar.description }),
      updated: new Date(Math.max(calendar.stamped, 0)).toISOString(),
      timeZone: zone,
      accessRole: role,
      defaultReminders: role === 'owner' ? [{ method: 'popup', minutes: 10 }] : [],
      items: shown,
      ...(more
        ? {
            nextPageToken: pageToken({
              ...binding,
              fingerprint: query.pageFingerprint,
              position: start.position,
              after: last,
              page: start.page + 1,
              ...(start.since !== undefined && { since: start.since }),
              ...(emptied && { emptied }),
            }),
          }
        : query.orderBy === undefined && {
            nextSyncToken: syncToken({ ...binding, fingerprint: query.syncFingerprint, position: start.position }),
          }),
    };
  }

  /** Google may give fewer than were asked for. */
  private pageSize({ maxResults }: ListQuery): number {
    return Math.min(maxResults, this.faults.value('pageSize') ?? maxResults);
  }

  /** Also what `watch` checks: an expired token is refused there too. */
  start(account: Account, calendarId: string, query: ListQuery): Start {
    const binding = { owner: account.sub, collection: `events/${calendarId}` };
    const since = query.syncToken === undefined ? undefined : this.positionOf(account, calendarId, query);
    if (query.pageToken === undefined)
      return { position: this.book.position, since, after: '', page: 1, emptied: false };
    const page = readPageToken(query.pageToken, { ...binding, fingerprint: query.pageFingerprint });
    if (!page) throw invalid('Invalid page token.', 'pageToken');
    const situation = { account: account.email, calendarId, method: 'calendar.events.list' };
    if (since !== undefined && this.faults.hits('expireSyncTokenBetweenPages', situation)) throw fullSyncRequired();
    return {
      position: page.position,
      since: page.since,
      after: page.after,
      page: page.page,
      emptied: page.emptied ?? false,
    };
  }

  private positionOf(account: Account, calendarId: string, query: ListQuery): number {
    const position = readSyncToken(query.syncToken ?? '', {
      owner: account.sub,
      collection: `events/${calendarId}`,
      fingerprint: query.syncFingerprint,
    });
    const voided = this.calendars.get(calendarId)?.tokensVoid[account.email] ?? 0;
    if (position === undefined || position < voided || position > this.book.position) throw fullSyncRequired();
    return position;
  }

  /** The faults that spoil the contents of a page without breaking the protocol. */
  private spoil(page: Item[], all: Item[], view: View, situation: { account: string; calendarId: string }): object[] {
    const shown = page.map(({ event }) => {
      const item = render(event, view);
      if (!isCancelled(event) || !this.faults.hits('cancelledWithNulls', situation)) return item;
      return { ...item, summary: null, start: null, end: null, organizer: null, attendees: null };
    });
    const first = all[0];
    if (first && page.length > 0 && this.faults.hits('repeatItems', situation)) shown.push(render(first.event, view));
    if (this.faults.hits('staleReplay', situation)) {
      for (const { event } of page) {
        const stale = this.book.previous(view.calendarId, event.id);
        if (stale) shown.push(render(stale, view));
      }
    }
    return shown;
  }
}
