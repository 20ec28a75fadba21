import { fullSyncRequired, invalid, notFound, syncTokenWithOthers } from '../http/api-error';
import { flag, jsonBody, maxResults, text } from '../http/json-input';
import type { Call, Reply, Router } from '../http/router';
import { opaque } from '../journal/identifiers';
import type { Store } from '../journal/store';
import type { Account } from '../oauth/account';
import { fingerprint, pageToken, readPageToken, readSyncToken, syncToken } from '../events/tokens';
import type { Authorized } from '../events/events.routes';
import { atLeast, isRole, type ListEntry, type Role } from './calendar';
import type { Calendars } from './calendars';

const LIST = '/calendar/v3/users/me/calendarList';

/** The calendars on an account's list. https://developers.google.com/workspace/calendar/api/v3/reference/calendarList */
export class CalendarListRoutes {
  constructor(
    private readonly authorized: Authorized,
    private readonly calendars: Calendars,
    private readonly store: Store,
  ) {}

  register(router: Router): void {
    router.add('GET', LIST, 'calendar.calendarList.list', (call) => this.list(call));
    router.add('POST', LIST, 'calendar.calendarList.insert', (call) => this.insert(call));
    router.add('GET', `${LIST}/{calendarId}`, 'calendar.calendarList.get', (call) => this.get(call));
    router.add('PATCH', `${LIST}/{calendarId}`, 'calendar.calendarList.patch', (call) => this.patch(call));
    router.add('PUT', `${LIST}/{calendarId}`, 'calendar.calendarList.update', (call) => this.patch(call));
    router.add('DELETE', `${LIST}/{calendarId}`, 'calendar.calendarList.delete', (call) => this.remove(call));
  }

  private list(call: Call): Reply {
    const account = this.authorized(call);
    const { query } = call;
    const token = query.get('syncToken') ?? undefined;
    const showDeleted = flag(query, 'showDeleted');
    const showHidden = flag(query, 'showHidden');
    const minRole = query.get('minAccessRole');
    if (minRole !== null && !isRole(minRole)) throw invalid('Invalid value for minAccessRole.', 'minAccessRole');
    if (
      token !== undefined &&
      (minRole !== null || query.has('showOwnOrganizationOnly') || showDeleted === false || showHidden === false)
    ) {
      throw syncTokenWithOthers();
    }
    const binding = { owner: account.sub, collection: `calendarList/${account.email}`, fingerprint: 'list' };
    const since = token === undefined ? undefined : readSyncToken(token, binding);
    if (token !== undefined && (since === undefined || since > this.store.position)) throw fullSyncRequired();
    const pageBinding = { ...binding, fingerprint: fingerprint([token, showDeleted, showHidden, minRole]) };
    const given = query.get('pageToken');
    const page = given === null ? undefined : readPageToken(given, pageBinding);
    if (given !== null && !page) throw invalid('Invalid page token.', 'pageToken');
    const until = page?.position ?? this.store.position;
    const sortKey = (entry: ListEntry) => (since === undefined ? entry.ordinal : entry.position);
    const entries = this.calendars
      .listOf(account.email)
      .filter((entry) => since === undefined || (entry.position > since && entry.position <= until))
      .filter((entry) => since !== undefined || ((showDeleted || !entry.deleted) && (showHidden || !entry.hidden)))
      .filter((entry) => minRole === null || atLeast(this.roleOf(account, entry), minRole as Role))
      .sort((a, b) => sortKey(a) - sortKey(b));
    const rest = entries.filter((entry) => sortKey(entry) > Number(page?.after ?? 0));
    const shown = rest.slice(0, maxResults(query, 100, 250));
    const last = shown.at(-1);
    return {
      status: 200,
      json: {
        kind: 'calendar#calendarList',
        etag: `"p${opaque(`${account.sub} ${until}`, 15).toLowerCase()}g"`,
        ...(last && rest.length > shown.length
          ? { nextPageToken: pageToken({ ...pageBinding, position: until, after: String(sortKey(last)), page: 1 }) }
          : { nextSyncToken: syncToken({ ...binding, position: until }) }),
        items: shown.map((entry) => this.render(account, entry)),
      },
    };
  }

  private get(call: Call): Reply {
    const account = this.authorized(call);
    return { status: 200, json: this.render(account, this.mine(call, account)) };
  }

  private insert(call: Call): Reply {
    const account = this.authorized(call);
    const { calendar } = this.calendars.access(account, text(jsonBody(call)['id']) ?? '');
    return { status: 200, json: this.render(account, this.calendars.list(account.email, calendar.id)) };
  }

  private patch(call: Call): Reply {
    const account = this.authorized(call);
    const entry = this.mine(call, account);
    const body = jsonBody(call);
    const changed = { ...entry };
    const summary = body['summaryOverride'];
    if (typeof summary === 'string') changed.summaryOverride = summary;
    if (summary === null) delete changed.summaryOverride;
    if (typeof body['hidden'] === 'boolean') changed.hidden = body['hidden'];
    if (typeof body['selected'] === 'boolean') changed.selected = body['selected'];
    if (typeof body['colorId'] === 'string') changed.colorId = body['colorId'];
    return { status: 200, json: this.render(account, this.calendars.putEntry(changed)) };
  }

  private remove(call: Call): Reply {
    const account = this.authorized(call);
    const entry = this.mine(call, account);
    if (entry.calendarId === account.email) throw invalid('The primary calendar cannot be removed.');
    this.calendars.putEntry({ ...entry, deleted: true });
    return { status: 204 };
  }

  private mine(call: Call, account: Account): ListEntry {
    const entry = this.calendars.entry(account.email, this.calendars.resolve(account, call.params['calendarId'] ?? ''));
    if (!entry || entry.deleted) throw notFound();
    return entry;
  }

  private roleOf(account: Account, entry: ListEntry): Role | undefined {
    return this.calendars.get(entry.calendarId)?.access[account.email];
  }

  private render(account: Account, entry: ListEntry): object {
    const calendar = this.calendars.get(entry.calendarId);
    const role = calendar?.access[account.email];
    const base = { kind: 'calendar#calendarListEntry', etag: `"${entry.position}"`, id: entry.calendarId };
    if (!calendar || entry.deleted) return { ...base, deleted: true };
    return {
      ...base,
      summary: calendar.summary,
      ...(calendar.description !== undefined && { description: calendar.description }),
      ...(calendar.location !== undefined && { location: calendar.location }),
      timeZone: calendar.timeZone,
      ...(entry.summaryOverride !== undefined && { summaryOverride: entry.summaryOverride }),
      colorId: entry.colorId,
      backgroundColor: '#9fe1e7',
      foregroundColor: '#000000',
      ...(entry.hidden && { hidden: true }),
      ...(entry.selected && { selected: true }),
      accessRole: role,
      defaultReminders: role === 'owner' ? [{ method: 'popup', minutes: 10 }] : [],
      ...(calendar.id === account.email && { primary: true }),
      conferenceProperties: { allowedConferenceSolutionTypes: ['hangoutsMeet'] },
    };
  }
}
