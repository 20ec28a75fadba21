import type { Calendars } from '../calendars/calendars';
import type { Faults } from '../faults/faults';
import {
  badRequest,
  channelIdNotUnique,
  invalid,
  notFound,
  pushNotSupported,
  required,
  webhookNotHttps,
  webhookUnauthorized,
} from '../http/api-error';
import { isObject, type JsonObject, jsonBody, text } from '../http/json-input';
import type { Call, Reply, Router } from '../http/router';
import type { Clock } from '../journal/clock';
import type { Authorized } from '../events/events.routes';
import type { ListPages } from '../events/list-pages';
import { readListQuery } from '../events/list-query';
import type { Account } from '../oauth/account';
import type { Channel } from './channel';
import type { Channels } from './channels';

const ROOT = 'https://www.googleapis.com/calendar/v3';
const PROJECT = '100000000001';

interface Watched {
  resource: string;
  /** Path below the API's root, as it was asked for. */
  path: string;
  calendarId?: string;
}

export class ChannelRoutes {
  constructor(
    private readonly authorized: Authorized,
    private readonly calendars: Calendars,
    private readonly channels: Channels,
    private readonly pages: ListPages,
    private readonly faults: Faults,
    private readonly clock: Clock,
    /** Runs once what was written is kept. */
    private readonly afterwards: (work: () => void) => void,
  ) {}

  register(router: Router): void {
    const calendar = '/calendar/v3/calendars/{calendarId}';
    const me = '/calendar/v3/users/me';
    router.add('POST', `${calendar}/events/watch`, 'calendar.events.watch', (call) => this.watchEvents(call));
    router.add('POST', `${calendar}/acl/watch`, 'calendar.acl.watch', (call) => this.watchAcl(call));
    router.add('POST', `${me}/calendarList/watch`, 'calendar.calendarList.watch', (call) =>
      this.watchMine(call, 'calendarList'),
    );
    router.add('POST', `${me}/settings/watch`, 'calendar.settings.watch', (call) => this.watchMine(call, 'settings'));
    router.add('POST', '/calendar/v3/channels/stop', 'calendar.channels.stop', (call) => this.stop(call));
  }

  private watchEvents(call: Call): Reply | Promise<Reply> {
    const account = this.authorized(call);
    const { calendar } = this.calendars.access(account, call.params['calendarId'] ?? '');
    this.pages.start(account, calendar.id, readListQuery(call.query));
    const situation = { account: account.email, calendarId: calendar.id, method: call.operation };
    if (calendar.kind === 'generated' || this.faults.hits('pushNotSupported', situation)) throw pushNotSupported();
    const path = `/calendars/${encodeURIComponent(call.params['calendarId'] ?? '')}/events`;
    return this.open(call, account, { resource: `events/${calendar.id}`, path, calendarId: calendar.id });
  }

  private watchAcl(call: Call): Reply | Promise<Reply> {
    const account = this.authorized(call);
    const { calendar } = this.calendars.access(account, call.params['calendarId'] ?? '', 'writer');
    const path = `/calendars/${encodeURIComponent(call.params['calendarId'] ?? '')}/acl`;
    return this.open(call, account, { resource: `acl/${calendar.id}`, path, calendarId: calendar.id });
  }

  private watchMine(call: Call, collection: string): Reply | Promise<Reply> {
    const account = this.authorized(call);
    return this.open(call, account, { resource: `${collection}/${account.email}`, path: `/users/me/${collection}` });
  }

  private open(call: Call, account: Account, watched: Watched): Reply | Promise<Reply> {
    const body = jsonBody(call);
    const { id, address, token } = this.checked(body, account, watched, call.operation);
    const query = new URLSearchParams(call.query);
    query.set('alt', 'json');
    const channel = this.channels.open({
      id,
      address,
      token,
      expiration: this.expiration(body),
      resource: watched.resource,
      resourceUri: `${ROOT}${watched.path}?${query.toString()}`,
      email: account.email,
      calendarId: watched.calendarId,
    });
    const reply: Reply = { status: 200, json: show(channel) };
    const situation = {
      account: account.email,
      ...(watched.calendarId !== undefined && { calendarId: watched.calendarId }),
    };
    if (this.faults.hits('syncBeforeWatchResponse', situation)) {
      return this.channels.greet(channel).then(() => reply);
    }
    this.afterwards(() => void this.channels.greet(channel));
    return reply;
  }

  private checked(body: JsonObject, account: Account, { calendarId }: Watched, method: string) {
    const [id, type, address, token] = ['id', 'type', 'address', 'token'].map((field) => text(body[field]));
    if (id === undefined || id === '') throw required('Required parameter: id');
    if (id.length > 64) throw invalid('Channel id is too long.');
    if (type !== 'web_hook' && type !== 'webhook') throw invalid('Unknown channel type.');
    if (address === undefined || !URL.canParse(address)) throw required('Required parameter: address');
    if (token !== undefined && token.length > 256) throw invalid('Channel token is too long.');
    const { protocol, hostname } = new URL(address);
    if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname))) throw webhookNotHttps(address);
    const situation = { account: account.email, method, ...(calendarId !== undefined && { calendarId }) };
    if (this.faults.hits('webhookUrlUnauthorized', situation)) throw webhookUnauthorized(address);
    if (this.channels.isTaken(id) || this.faults.hits('channelIdNotUnique', situation)) throw channelIdNotUnique(id);
    return { id, address, token };
  }

  /** `expiration` in milliseconds, or `params.ttl`, a string of seconds. */
  private expiration(body: JsonObject): number | undefined {
    const now = this.clock.now();
    const given = body['expiration'];
    const ttl = isObject(body['params']) ? body['params']['ttl'] : undefined;
    const wanted =
      given !== undefined && given !== null ? Number(given) : ttl === undefined ? undefined : now + Number(ttl) * 1000;
    if (wanted === undefined) return undefined;
    if (!Number.isFinite(wanted)) throw badRequest('Invalid ttl value for channel');
    if (wanted <= now) throw badRequest(`Invalid ttl value for channel ${Math.floor((wanted - now) / 1000)}`);
    return wanted;
  }

  private stop(call: Call): Reply {
    const account = this.authorized(call);
    const body = jsonBody(call);
    const id = text(body['id']);
    const resourceId = text(body['resourceId']);
    if (id === undefined || resourceId === undefined) throw required('Required parameter: resourceId');
    if (this.faults.hits('forgetChannels', { account: account.email })) this.channels.forget(id);
    if (!this.channels.stop(account.email, id, resourceId)) {
      throw notFound(`Channel '${id}' not found for project '${PROJECT}'`);
    }
    return { status: 204 };
  }
}

const show = (channel: Channel): object => ({
  kind: 'api#channel',
  id: channel.id,
  resourceId: channel.resourceId,
  resourceUri: channel.resourceUri,
  ...(channel.token !== undefined && { token: channel.token }),
  expiration: String(channel.expiration),
});

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
