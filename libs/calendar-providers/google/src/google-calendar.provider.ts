import { calendar as calendarApi, type calendar_v3 } from 'googleapis/build/src/apis/calendar';
import {
  CalendarGone,
  type CalendarListPage,
  type CalendarProvider,
  type ChangePage,
  ConsentTooSmall,
  type Credentials,
  type OpenedWatch,
  type ProviderAccount,
  type ProviderCalendar,
  type ProviderCallObserver,
  ProviderFailure,
  ProviderUnavailable,
  type PullPosition,
  type WatchRequest,
} from '@calendar-sync/calendar-providers-port';
import { cursorOf, syncTokenOf } from './pull/cursor';
import { isGoneAlready, translated } from './failures';
import { GoogleAccess, type GoogleEndpoints } from './oauth/access';
import { missingScopes } from './oauth/scopes';
import { subjectOf } from './oauth/subject';
import { seenEntry } from './pull/map-event';

/** Never ordered, filtered or bounded: such a list yields no sync token that is of use. */
const EVENTS_QUERY = { singleEvents: false, maxResults: 2500 };
const LIST_QUERY = { showHidden: true, maxResults: 250 };

type About = 'calendar' | 'account' | 'channel';

/** Google Calendar v3 behind the port. */
export class GoogleCalendarProvider implements CalendarProvider {
  readonly name = 'google';
  private readonly access: GoogleAccess;

  constructor(
    private readonly endpoints: GoogleEndpoints,
    private readonly observe: ProviderCallObserver = () => undefined,
  ) {
    this.access = new GoogleAccess(endpoints);
  }

  async account(credentials: Credentials): Promise<ProviderAccount> {
    const tokens = await this.observed('token.refresh', 'account', () => this.access.tokens(credentials));
    const scopes = (tokens.scope ?? '').split(' ').filter(Boolean);
    const missing = tokens.scope === undefined ? [] : missingScopes(scopes);
    if (missing.length > 0) throw new ConsentTooSmall(`the grant lacks ${missing.join(' and ')}`);
    const subject = subjectOf(tokens.id_token);
    if (subject?.email !== undefined) return { account: subject.sub, email: subject.email, scopes };
    const primary = await this.call(credentials, 'calendarList.get', 'account', (api) =>
      api.calendarList.get({ calendarId: 'primary' }),
    );
    const email = primary.id ?? undefined;
    const account = subject?.sub ?? email;
    if (account === undefined) throw new ProviderUnavailable('the primary calendar has no id');
    return { account, scopes, ...(email && { email }) };
  }

  async *calendars(credentials: Credentials, cursor?: string): AsyncIterable<CalendarListPage> {
    const syncToken = syncTokenOf(LIST_QUERY, cursor);
    let pageToken: string | undefined;
    do {
      const page = await this.call(credentials, 'calendarList.list', 'account', (api) =>
        api.calendarList.list({
          ...LIST_QUERY,
          ...(syncToken && { syncToken }),
          ...(pageToken && { pageToken }),
        }),
      );
      pageToken = page.nextPageToken ?? undefined;
      const items = page.items ?? [];
      yield {
        calendars: items.filter((item) => item.id && !item.deleted).map(providerCalendar),
        removed: items.flatMap((item) => (item.id && item.deleted ? [item.id] : [])),
        ...(page.nextSyncToken && { nextCursor: cursorOf(LIST_QUERY, page.nextSyncToken) }),
      };
    } while (pageToken);
  }

  async *changesSince(
    credentials: Credentials,
    providerCalendarId: string,
    { cursor, pageToken: from }: PullPosition,
  ): AsyncIterable<ChangePage> {
    const syncToken = syncTokenOf(EVENTS_QUERY, cursor);
    let pageToken = from;
    do {
      const page = await this.call(credentials, 'events.list', 'calendar', (api) =>
        api.events.list({
          calendarId: providerCalendarId,
          ...EVENTS_QUERY,
          ...(syncToken && { syncToken }),
          ...(pageToken && { pageToken }),
        }),
      );
      // Whoever sees only when somebody is busy gets every instance there ever will be, without anything that tells what it is.
      if (page.accessRole === 'freeBusyReader') throw new CalendarGone('only busy times are visible');
      pageToken = page.nextPageToken ?? undefined;
      if (!pageToken && !page.nextSyncToken) throw new ProviderUnavailable('the last page came without a sync token');
      yield {
        items: (page.items ?? []).flatMap((event) => seenEntry(event) ?? []),
        ...(pageToken ? { nextPageToken: pageToken } : { nextCursor: cursorOf(EVENTS_QUERY, page.nextSyncToken!) }),
      };
    } while (pageToken);
  }

  async openWatch(credentials: Credentials, providerCalendarId: string, request: WatchRequest): Promise<OpenedWatch> {
    const channel = await this.call(credentials, 'events.watch', 'calendar', (api) =>
      api.events.watch({
        calendarId: providerCalendarId,
        requestBody: {
          id: request.channelId,
          type: 'web_hook',
          address: request.address,
          token: request.token,
          params: { ttl: String(request.ttlSeconds) },
        },
      }),
    );
    const expiresAt = Number(channel.expiration);
    if (!channel.resourceId) throw new ProviderUnavailable('the answer to watch has no resourceId');
    return {
      resourceId: channel.resourceId,
      // Google's cap is not published, so only the answer counts; an answer without one is taken as the shortest that is documented.
      expiresAt: new Date(Number.isFinite(expiresAt) && expiresAt > 0 ? expiresAt : Date.now() + 3_600_000),
    };
  }

  async stopWatch(
    credentials: Credentials,
    { channelId, resourceId }: { channelId: string; resourceId: string },
  ): Promise<'stopped' | 'was-gone'> {
    return this.observed('channels.stop', 'channel', async () => {
      try {
        await this.access.as(credentials, (auth) =>
          this.api(auth).channels.stop({ requestBody: { id: channelId, resourceId } }),
        );
        return 'stopped' as const;
      } catch (error) {
        if (isGoneAlready(error)) return 'was-gone' as const;
        throw error;
      }
    });
  }

  async revoke(credentials: Credentials): Promise<void> {
    await this.observed('token.revoke', 'account', async () => {
      try {
        await this.access.revoke(credentials);
      } catch (error) {
        if (!isGoneAlready(error)) throw error;
      }
    });
  }

  private api(auth: calendar_v3.Options['auth']) {
    return calendarApi({ version: 'v3', auth, rootUrl: this.endpoints.rootUrl, retry: false });
  }

  private call<Body extends object>(
    credentials: Credentials,
    method: string,
    about: About,
    send: (api: calendar_v3.Calendar) => Promise<{ data: Body }>,
  ) {
    return this.observed(method, about, async () => {
      const { data } = await this.access.as(credentials, (auth) => send(this.api(auth)));
      // A truncated or foreign body comes back as text.
      if (typeof data !== 'object' || data === null) throw new ProviderUnavailable('the answer is not JSON');
      return data;
    });
  }

  private async observed<Answer>(method: string, about: About, call: () => Promise<Answer>): Promise<Answer> {
    const startedAt = performance.now();
    const note = (outcome: string) =>
      this.observe({ provider: this.name, method, outcome, milliseconds: performance.now() - startedAt });
    try {
      const answer = await call();
      note('ok');
      return answer;
    } catch (error) {
      const failure: ProviderFailure = translated(error, about);
      note(failure.code);
      throw failure;
    }
  }
}

function providerCalendar(item: calendar_v3.Schema$CalendarListEntry): ProviderCalendar {
  return {
    providerCalendarId: item.id!,
    title: item.summaryOverride || item.summary || item.id!,
    ...(item.description && { description: item.description }),
    timeZone: item.timeZone || 'UTC',
    accessRole: item.accessRole || 'none',
    primary: item.primary ?? false,
    hidden: item.hidden ?? false,
    ...(item.backgroundColor && { color: item.backgroundColor }),
  };
}
