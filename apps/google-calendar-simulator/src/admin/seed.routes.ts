import { badRequest, notFound } from '../http/api-error';
import { isObject, type JsonObject, jsonBody, number, text, texts } from '../http/json-input';
import type { Call, Reply, Router } from '../http/router';
import { Mutations } from '../seed/mutations';
import { dateMoment } from '../events/event-time';
import { slotOf } from '../events/occurrences';
import { Seeder } from '../seed/seeder';
import { loadCalendar } from '../ics/load-file';
import { splitSeries } from '../seed/split-series';
import type { World } from '../world';
import { showAccount } from './admin.routes';

/** Filling calendars, and changing them at random. */
export class SeedRoutes {
  constructor(private readonly world: World) {}

  register(router: Router): void {
    router.add('POST', '/admin/seed', 'admin.seed', (call) => this.seed(call));
    router.add('POST', '/admin/ics/{email}', 'admin.ics', (call) => this.ics(call));
    router.add('POST', '/admin/split', 'admin.split', (call) => this.split(call));
    router.add('POST', '/admin/mutations', 'admin.mutations', (call) => this.mutate(call));
  }

  private seed(call: Call): Reply {
    const body = jsonBody(call);
    const seed = whole(body, 'seed', this.world.options.seed);
    const domain = text(body['domain']);
    const accounts = new Seeder(this.world, seed, today(body)).seed({
      people: whole(body, 'people', 1),
      entriesPerPerson: whole(body, 'entriesPerPerson', 50),
      seed,
      ...(domain !== undefined && { domain }),
    });
    return { status: 200, json: { items: accounts.map((account) => showAccount(this.world, account)) } };
  }

  /** "This and following" from an occurrence on, as Google's page does it. */
  private split(call: Call): Reply {
    const { account: email, eventId, changes } = jsonBody(call);
    const account = this.world.accounts.byEmail(text(email) ?? '');
    const calendar = account && this.world.calendars.get(account.email);
    const found = calendar && this.world.book.find(calendar.id, text(eventId) ?? '');
    if (!account || !calendar || !found?.master) throw badRequest('account, or eventId of an occurrence, is missing');
    const split = splitSeries(
      this.world,
      account,
      calendar,
      found.master,
      slotOf(found.resource),
      isObject(changes) ? changes : {},
    );
    if (!split) throw badRequest('The series is already split there');
    return { status: 200, json: split.resource };
  }

  /** The body is a calendar file. */
  private ics(call: Call): Reply {
    const { account, events, warnings } = loadCalendar(
      this.world,
      call.body.toString('utf8'),
      call.params['email'] ?? '',
    );
    return { status: 200, json: { ...showAccount(this.world, account), events, warnings } };
  }

  private mutate(call: Call): Reply {
    const body = jsonBody(call);
    const emails = texts(body['accounts']);
    const accounts = emails?.map((email) => {
      const account = this.world.accounts.byEmail(email);
      if (!account) throw notFound(`There is no account ${email}`);
      return account;
    });
    const all = accounts ?? this.world.accounts.all();
    if (all.length === 0) throw badRequest('There are no accounts');
    const mutations = new Mutations(this.world, all, whole(body, 'seed', this.world.store.position), today(body));
    return { status: 200, json: { items: mutations.apply(whole(body, 'count', 1), texts(body['kinds'])) } };
  }
}

/** The day around which things happen, `2026-11-23`; the clock's where absent. */
function today(body: JsonObject): number | undefined {
  const given = text(body['today']);
  if (given === undefined) return undefined;
  const moment = dateMoment(given);
  if (Number.isNaN(moment)) throw badRequest('today is a date');
  return moment;
}

function whole(body: JsonObject, field: string, byDefault: number): number {
  const value = body[field] === undefined ? byDefault : number(body[field]);
  if (value === undefined || !Number.isInteger(value) || value < 0) throw badRequest(`${field} is a whole number`);
  return value;
}
