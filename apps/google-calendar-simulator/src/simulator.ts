import { readFileSync } from 'node:fs';
import { AdminRoutes } from './admin/admin.routes';
import { FaultRoutes } from './admin/faults.routes';
import { SeedRoutes } from './admin/seed.routes';
import { AccountRoutes } from './calendars/account.routes';
import { CalendarListRoutes } from './calendars/calendar-list.routes';
import { CalendarRoutes } from './calendars/calendars.routes';
import { ChannelRoutes } from './channels/channels.routes';
import { EventRoutes } from './events/events.routes';
import { ListPages } from './events/list-pages';
import { PendingConferences } from './events/pending-conferences';
import { FaultInjection } from './http/fault-injection';
import { Router, type Call } from './http/router';
import { HttpServer } from './http/server';
import { loadCalendar } from './ics/load-file';
import { type OAuthClient, OAuthRoutes } from './oauth/oauth.routes';
import { Seeder } from './seed/seeder';
import { World } from './world';

export interface SimulatorOptions {
  /** 0, the default, takes any free one. */
  port?: number;
  host?: string;
  /** Where the journal is kept; in memory only where absent. */
  dataDirectory?: string;
  /** Ids and generated data follow from it. */
  seed?: number;
  /** Milliseconds since 1970 at which its clock starts; the real time where absent. */
  startAt?: number;
  /** This many seeded people are there from the start. */
  people?: number;
  entriesPerPerson?: number;
  /** Calendar files to load, into `ics@example.com` or the account that is named. */
  ics?: { file: string; email?: string }[];
  /** Gets a line for each entry of a file that was left out. */
  warn?: (line: string) => void;
  /** OAuth clients that are known; any is where absent. */
  clients?: OAuthClient[];
}

export interface Simulator {
  /** Without a slash at the end: `rootUrl` of the googleapis client is this with one. */
  url: string;
  close(): Promise<void>;
}

/** Starts Google Calendar and its OAuth endpoints on this machine. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const world = new World({ dataDirectory: options.dataDirectory, seed: options.seed ?? 1, startAt: options.startAt });
  const { accounts, calendars, book, writes, channels, faults, clock, gate, store, requests } = world;
  const api = new Router();
  const admin = new Router();
  const authorized = (call: Call) => gate.authorize(call);
  const pages = new ListPages(book, calendars, faults, clock);
  new OAuthRoutes(accounts, faults, clock, options.clients ?? []).register(api);
  new ChannelRoutes(authorized, calendars, channels, pages, faults, clock, (work) => world.after(work)).register(api);
  new EventRoutes(authorized, calendars, book, writes, pages, clock).register(api);
  new CalendarListRoutes(authorized, calendars, store).register(api);
  new CalendarRoutes(authorized, calendars, book).register(api);
  new AccountRoutes(authorized, calendars, book).register(api);
  new AdminRoutes(world).register(admin);
  new FaultRoutes(world).register(admin);
  const batch = (call: Call) => server.batch(call);
  api.add('POST', '/batch/calendar/v3', 'batch', batch);
  api.add('POST', '/batch', 'batch', batch);
  new SeedRoutes(world).register(admin);
  const server = new HttpServer({
    api,
    admin,
    gate,
    faults: new FaultInjection(faults),
    log: requests,
    perform: (work) => world.perform(work),
  });
  prepare(world, options);
  const conferences = new PendingConferences(world);
  const url = await server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  return {
    url,
    close: async () => {
      conferences.close();
      await server.close();
      world.close();
    },
  };
}

function prepare(world: World, options: SimulatorOptions): void {
  const people = options.people ?? 0;
  // After a restart the journal has them already.
  if (people > 0 && world.accounts.all().length === 0) {
    const seed = options.seed ?? 1;
    world.perform(() =>
      new Seeder(world, seed).seed({ people, entriesPerPerson: options.entriesPerPerson ?? 50, seed }),
    );
  }
  for (const { file, email = 'ics@example.com' } of options.ics ?? []) {
    if (world.accounts.byEmail(email)) continue;
    const { warnings } = world.perform(() => loadCalendar(world, readFileSync(file, 'utf8'), email));
    for (const warning of warnings) options.warn?.(`${file}: skipped ${warning}`);
  }
}
