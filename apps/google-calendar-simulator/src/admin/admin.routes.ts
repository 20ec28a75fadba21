import { badRequest, notFound } from '../http/api-error';
import { isObject, type JsonObject, jsonBody, text, texts } from '../http/json-input';
import type { Call, Reply, Router } from '../http/router';
import { isRole } from '../calendars/calendar';
import type { Account } from '../oauth/account';
import type { World } from '../world';
import { truth } from './truth';

const ok = (json: unknown): Reply => ({ status: 200, json });

/** Accounts, calendars and the clock, from outside. */
export class AdminRoutes {
  constructor(private readonly world: World) {}

  register(router: Router): void {
    router.add('POST', '/admin/accounts', 'admin.accounts', (call) => this.createAccount(call));
    router.add('GET', '/admin/accounts', 'admin.accounts', () =>
      ok({ items: this.world.accounts.all().map((account) => this.show(account)) }),
    );
    router.add('PATCH', '/admin/accounts/{email}', 'admin.accounts', (call) => this.changeAccount(call));
    router.add('POST', '/admin/access', 'admin.access', (call) => this.share(call));
    router.add('POST', '/admin/events', 'admin.events', (call) => this.rawEvent(call));
    router.add('GET', '/admin/truth/{email}', 'admin.truth', (call) => this.truth(call));
    router.add('GET', '/admin/requests', 'admin.requests', (call) =>
      ok(this.world.requests.since(Number(call.query.get('since') ?? 0))),
    );
    router.add('GET', '/admin/channels', 'admin.channels', () => ok(this.channels()));
    router.add('DELETE', '/admin/channels/{id}', 'admin.channels', (call) => this.forgetChannel(call));
    router.add('GET', '/admin/changes/{email}', 'admin.changes', (call) => this.changes(call));
    router.add('POST', '/admin/clock', 'admin.clock', (call) => this.advance(call));
    router.add('POST', '/admin/reset', 'admin.reset', () => this.reset());
  }

  private createAccount(call: Call): Reply {
    const body = jsonBody(call);
    const [email, displayName, timeZone, sub] = ['email', 'displayName', 'timeZone', 'sub'].map((field) =>
      text(body[field]),
    );
    if (email === undefined || !email.includes('@')) throw badRequest('email is missing');
    if (this.world.accounts.byEmail(email)) return ok(this.show(this.account(email)));
    const scopes = texts(body['scopes']);
    const account = this.world.addAccount({
      email,
      ...(displayName !== undefined && { displayName }),
      ...(timeZone !== undefined && { timeZone }),
      ...(sub !== undefined && { sub }),
      ...(scopes && { scopes }),
    });
    return ok(this.show(account));
  }

  private changeAccount(call: Call): Reply {
    const account = this.account(call.params['email'] ?? '');
    const body = jsonBody(call);
    const scopes = texts(body['scopes']);
    if (scopes) this.world.accounts.grantOnly(account, scopes);
    if (body['revoke'] === true) {
      for (const grant of this.world.accounts.grantsOf(account.email)) this.world.accounts.revoke(grant.refreshToken);
    }
    return ok(this.show(this.account(account.email)));
  }

  private share(call: Call): Reply {
    const { email, calendarId, role, list } = jsonBody(call);
    const account = this.account(text(email) ?? '');
    const calendar = this.world.calendars.get(text(calendarId) ?? '');
    if (!calendar) throw notFound();
    if (role !== null && !isRole(role))
      throw badRequest('role is none of freeBusyReader, reader, writerWithoutPrivateAccess, writer, owner, null');
    this.world.calendars.share(calendar, account.email, role ?? undefined);
    if (role !== null && list !== false && !this.world.calendars.entry(account.email, calendar.id)) {
      this.world.calendars.list(account.email, calendar.id);
    }
    return ok(this.show(account));
  }

  /** An event that the API wouldn't take: an unknown type, an id of Google's own, any conference. */
  private rawEvent(call: Call): Reply {
    const { account: email, calendarId, event } = jsonBody(call);
    const account = this.account(text(email) ?? '');
    const calendar = this.world.calendars.get(this.world.calendars.resolve(account, text(calendarId) ?? 'primary'));
    if (!calendar || !isObject(event)) throw badRequest('account, calendarId or event is missing');
    const saved = this.world.writes.insert(account, calendar, event, {
      anyId: true,
      conferenceDataVersion: 1,
      supportsAttachments: true,
    });
    return ok(saved.resource);
  }

  private truth(call: Call): Reply {
    const { query } = call;
    const [from, to] = [Date.parse(query.get('from') ?? ''), Date.parse(query.get('to') ?? '')];
    if (Number.isNaN(from) || Number.isNaN(to)) throw badRequest('from and to are RFC 3339 times');
    return ok({
      items: truth(
        this.world,
        this.account(call.params['email'] ?? ''),
        { from, to },
        query.get('calendarId') ?? undefined,
      ),
    });
  }

  private channels(): JsonObject {
    const { channels, deliveries, clock } = this.world;
    const sent = Map.groupBy(deliveries.log, ({ channelId }) => channelId);
    const items = channels.all().map((channel) => {
      const state = channel.forgotten
        ? 'forgotten'
        : channel.stopped
          ? 'stopped'
          : channel.expiration <= clock.now()
            ? 'expired'
            : 'live';
      const { token, ...shown } = channel;
      return { ...shown, hasToken: token !== undefined, state, deliveries: sent.get(channel.id) ?? [] };
    });
    return { live: items.filter(({ state }) => state === 'live').length, items };
  }

  private forgetChannel(call: Call): Reply {
    if (!this.world.channels.forget(call.params['id'] ?? '')) throw notFound();
    return { status: 204 };
  }

  private changes(call: Call): Reply {
    const account = this.account(call.params['email'] ?? '');
    const since = Number(call.query.get('since') ?? 0);
    const mine = new Set(this.world.calendars.listOf(account.email).map(({ calendarId }) => calendarId));
    return ok({
      items: this.world.book.changes.filter((change) => change.position > since && mine.has(change.calendarId)),
    });
  }

  private advance(call: Call): Reply {
    const milliseconds = jsonBody(call)['advanceMs'];
    if (typeof milliseconds !== 'number' || milliseconds < 0) throw badRequest('advanceMs is a number of milliseconds');
    this.world.clock.advance(milliseconds);
    return ok({ now: new Date(this.world.clock.now()).toISOString() });
  }

  private reset(): Reply {
    this.world.reset();
    return { status: 204 };
  }

  private account(email: string): Account {
    const account = this.world.accounts.byEmail(email);
    if (!account) throw notFound(`There is no account ${email}`);
    return account;
  }

  private show(account: Account): JsonObject {
    return showAccount(this.world, account);
  }
}

export function showAccount(world: World, account: Account): JsonObject {
  const grant = world.accounts.grantsOf(account.email)[0] ?? world.accounts.grant(account);
  return {
    sub: account.sub,
    email: account.email,
    displayName: account.displayName,
    timeZone: account.timeZone,
    scopes: account.scopes,
    refreshToken: grant.refreshToken,
    calendars: world.calendars
      .listOf(account.email)
      .filter(({ deleted }) => !deleted)
      .map(({ calendarId }) => ({ id: calendarId, summary: world.calendars.get(calendarId)?.summary ?? calendarId })),
  };
}
