import type { Account } from './oauth/account';
import { Accounts } from './oauth/accounts';
import { Calendars } from './calendars/calendars';
import { Channels } from './channels/channels';
import { Deliveries } from './channels/delivery';
import { Touched } from './channels/touched';
import { Answers } from './events/answers';
import { Conferences } from './events/conferences';
import { EventBook } from './events/event-book';
import { EventWrites } from './events/event-writes';
import { Invitations } from './events/invitations';
import { Faults } from './faults/faults';
import { Gate } from './http/gate';
import { RequestLog } from './http/request-log';
import { Clock } from './journal/clock';
import { Identifiers } from './journal/identifiers';
import { Random } from './journal/random';
import { Store } from './journal/store';
import { holidaysAround } from './seed/holidays';

export interface WorldOptions {
  dataDirectory?: string | undefined;
  seed: number;
  startAt?: number | undefined;
}

/** Everything there is, wired once. */
export class World {
  readonly store: Store;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly faults: Faults;
  readonly accounts: Accounts;
  readonly calendars: Calendars;
  readonly book: EventBook;
  readonly conferences: Conferences;
  readonly invitations: Invitations;
  readonly writes: EventWrites;
  readonly deliveries: Deliveries;
  readonly channels: Channels;
  readonly gate: Gate;
  readonly requests = new RequestLog();
  private readonly touched = new Touched();
  private afterwards: (() => void)[] = [];

  constructor(readonly options: WorldOptions) {
    this.store = new Store(options.dataDirectory);
    this.clock = new Clock(options.startAt);
    this.identifiers = new Identifiers(this.store, options.seed);
    this.faults = new Faults(new Random(options.seed + 1));
    this.accounts = new Accounts(this.store, this.clock, this.identifiers);
    this.calendars = new Calendars(this.store, this.clock, this.identifiers, this.touched);
    this.book = new EventBook(this.store, this.calendars, this.touched);
    this.conferences = new Conferences(this.store, this.clock, this.identifiers, this.faults);
    this.invitations = new Invitations(this.book, this.accounts);
    const answers = new Answers(this.book, this.invitations);
    this.writes = new EventWrites(this.book, this.invitations, answers, this.conferences, this.clock, this.identifiers);
    this.deliveries = new Deliveries(this.faults, this.clock);
    this.channels = new Channels(this.store, this.clock, this.faults, this.deliveries);
    this.gate = new Gate(this.accounts, this.faults, this.clock);
  }

  /** Runs synchronously written work: kept as a whole, then announced to the channels. */
  perform<T>(work: () => T): T {
    try {
      const result = this.store.transaction(() => {
        const done = work();
        for (const resource of this.touched.take()) this.afterwards.push(...this.channels.notify(resource));
        return done;
      });
      for (const send of this.afterwards.splice(0)) send();
      return result;
    } finally {
      this.touched.take();
      this.afterwards = [];
    }
  }

  after(work: () => void): void {
    this.afterwards.push(work);
  }

  addAccount(wanted: Partial<Account> & { email: string }): Account {
    const account = this.accounts.create(wanted);
    const holidays = this.calendars.createFor(account);
    for (const holiday of holidaysAround(this.clock.now())) {
      this.writes.insert(account, holidays, { ...holiday }, { at: this.clock.now() - 86_400_000 });
    }
    this.accounts.grant(account);
    return account;
  }

  reset(): void {
    this.store.clear();
    this.faults.replace({});
    this.gate.forgetCalls();
    this.requests.clear();
    this.book.clear();
    this.deliveries.log.length = 0;
  }

  close(): void {
    this.deliveries.close();
    this.store.close();
  }
}
