import type { CalendarRecord } from '../calendars/calendar';
import { type EventResource, isCancelled, isException, isMaster, type StoredEvent } from '../events/event';
import { instanceBase, instanceId, isoDate, momentOf, timeAt } from '../events/event-time';
import { hasSlot, slotOf, slotsBetween } from '../events/occurrences';
import type { JsonObject } from '../http/json-input';
import { Random } from '../journal/random';
import type { Account } from '../oauth/account';
import type { World } from '../world';
import { JOIN_STYLES } from './meeting-links';
import { dayOf, Seeder } from './seeder';
import { DAY } from './series';
import { splitSeries } from './split-series';
import { NOTES, OUTSIDERS, PLACES, TITLES } from './vocabulary';

export interface Mutation {
  kind: string;
  account: string;
  calendarId: string;
  id: string;
}

interface Place {
  account: Account;
  calendar: CalendarRecord;
  stored: StoredEvent[];
}

type Attempt = (place: Place) => string | undefined;

/** Random changes as people make them; the same for the same seed, state and day. `today` is a UTC midnight. */
export class Mutations {
  private readonly random: Random;
  private readonly seeder: Seeder;
  private readonly attempts: readonly (readonly [kind: string, attempt: Attempt])[];

  constructor(
    private readonly world: World,
    private readonly accounts: readonly Account[],
    seed: number,
    private readonly today = dayOf(world.clock.now()),
  ) {
    this.random = new Random(seed);
    this.seeder = new Seeder(world, seed + 7, today);
    this.attempts = [
      ['create single', (place) => this.create(place, false)],
      ['create series', (place) => this.create(place, true)],
      [
        'title',
        (place) => this.edit(place, () => ({ summary: `${this.random.pick(TITLES)} ${this.random.between(1, 999)}` })),
      ],
      [
        'time',
        (place) =>
          this.edit(
            place,
            (event) => this.shifted(event),
            (each) => !this.isSplit(place, each),
          ),
      ],
      ['location', (place) => this.edit(place, () => ({ location: this.random.pick(PLACES) }))],
      [
        'description',
        (place) =>
          this.edit(place, () => ({ description: `${this.random.pick(NOTES)} ${this.random.between(1, 999)}` })),
      ],
      ['join link', (place) => this.edit(place, () => this.random.pick(JOIN_STYLES)(this.random))],
      ['attendees', (place) => this.edit(place, (event) => this.otherGuests(place, event))],
      ['rule', (place) => this.series(place, (event) => this.otherRule(event))],
      ['move instance', (place) => this.instance(place, (event, slot) => this.movedInstance(event, slot))],
      [
        'rename instance',
        (place) => this.instance(place, () => ({ summary: `Special ${this.random.between(1, 999)}` })),
      ],
      ['cancel instance', (place) => this.instance(place, () => undefined)],
      ['restore instance', (place) => this.restoreInstance(place)],
      ['delete', (place) => this.remove(place, false)],
      ['delete master', (place) => this.remove(place, true)],
      ['split', (place) => this.split(place)],
      ['answer', (place) => this.answer(place)],
      ['undelete', (place) => this.undelete(place)],
      ['all-day or timed', (place) => this.toggleAllDay(place)],
    ];
  }

  /** Up to `count` changes, each announced on its own; of these kinds only, where they are named. */
  apply(count: number, kinds?: readonly string[]): Mutation[] {
    const attempts = this.attempts.filter(([kind]) => kinds?.includes(kind) ?? true);
    if (attempts.length === 0) return [];
    const done: Mutation[] = [];
    for (let tries = 0; done.length < count && tries < count * 20; tries++) {
      const mutation = this.world.perform(() => this.one(attempts));
      if (mutation) done.push(mutation);
    }
    return done;
  }

  private one(attempts: readonly (readonly [kind: string, attempt: Attempt])[]): Mutation | undefined {
    const account = this.random.pick(this.accounts);
    const calendar = this.world.calendars.get(account.email);
    if (!calendar) return undefined;
    const [kind, attempt] = this.random.pick(attempts);
    const stored = this.world.book.all(calendar.id);
    const id = attempt({ account, calendar, stored });
    return id === undefined ? undefined : { kind, account: account.email, calendarId: calendar.id, id };
  }

  private create({ account, calendar }: Place, series: boolean): string {
    const emails = this.world.accounts.all().map(({ email }) => email);
    const input = series
      ? this.seeder.series(account, emails, this.random.between(0, 99))
      : this.seeder.single(account, emails);
    return this.world.writes.insert(account, calendar, input, { conferenceDataVersion: 1 }).resource.id;
  }

  private mine({ calendar, stored }: Place, wanted: (event: EventResource) => boolean): EventResource | undefined {
    const own = stored
      .map(({ resource }) => resource)
      .filter((event) => event.organizer?.email === calendar.id && wanted(event));
    return own.length === 0 ? undefined : this.random.pick(own);
  }

  private edit(
    place: Place,
    change: (event: EventResource) => JsonObject,
    wanted: (event: EventResource) => boolean = () => true,
  ): string | undefined {
    const event = this.mine(place, (each) => !isCancelled(each) && !this.isStray(place, each) && wanted(each));
    if (!event) return undefined;
    this.world.writes.write(place.calendar, event.id, change(event), 'patch', { conferenceDataVersion: 1 });
    return event.id;
  }

  private series(place: Place, change: (event: EventResource) => JsonObject): string | undefined {
    const event = this.mine(place, (each) => isMaster(each) && !isCancelled(each) && !this.isSplit(place, each));
    if (!event) return undefined;
    this.world.writes.write(place.calendar, event.id, change(event), 'patch');
    return event.id;
  }

  /** An exception whose series no longer has its slot. */
  private isStray({ calendar }: Place, event: EventResource): boolean {
    if (!isException(event)) return false;
    const master = this.world.book.stored(calendar.id, event.recurringEventId ?? '')?.resource;
    return (
      !master || isCancelled(master) || !hasSlot(master, slotOf(event), event.originalStartTime?.date !== undefined)
    );
  }

  /** Parts of a split series name their instances alike, so their slots must not come to overlap. */
  private isSplit({ stored }: Place, event: EventResource): boolean {
    if (!isMaster(event)) return false;
    const split = `${instanceBase(event.id)}_R`;
    return stored.some(({ resource }) => resource.id.startsWith(split));
  }

  private shifted(event: EventResource): JsonObject {
    const allDay = event.start?.date !== undefined;
    const by = allDay
      ? this.random.pick([-1, 1, 7]) * DAY
      : this.random.pick([-120, -30, 15, 60, 1440, 10_080]) * 60_000;
    const longer = allDay ? 0 : this.random.pick([0, 0, 15, 30]) * 60_000;
    return {
      start: timeAt(momentOf(event.start) + by, event.start),
      end: timeAt(momentOf(event.end) + by + longer, event.end),
    };
  }

  private otherGuests({ account }: Place, event: EventResource): JsonObject {
    if (isException(event)) return { summary: `Renamed ${this.random.between(1, 999)}` };
    const pool = [...this.world.accounts.all().map(({ email }) => email), ...OUTSIDERS].filter(
      (email) => email !== account.email,
    );
    const guests = this.random
      .some(pool, this.random.between(0, 4))
      .map((email) => ({ email, responseStatus: 'needsAction' }));
    return { attendees: guests.length === 0 ? [] : [{ email: account.email, responseStatus: 'accepted' }, ...guests] };
  }

  private otherRule(event: EventResource): JsonObject {
    const weekday = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'][new Date(momentOf(event.start)).getUTCDay()] ?? 'MO';
    return {
      recurrence: [
        this.random.pick([
          'RRULE:FREQ=DAILY;INTERVAL=3',
          `RRULE:FREQ=WEEKLY;BYDAY=${weekday}`,
          `RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=${weekday}`,
          `RRULE:FREQ=DAILY;COUNT=${this.random.between(5, 200)}`,
          `RRULE:FREQ=WEEKLY;COUNT=${this.random.between(3, 60)}`,
          'RRULE:FREQ=MONTHLY',
        ]),
      ],
    };
  }

  private instance(
    place: Place,
    change: (master: EventResource, slot: number) => JsonObject | undefined,
  ): string | undefined {
    const master = this.mine(place, (each) => isMaster(each) && !isCancelled(each));
    const slots = master ? slotsBetween(master, this.today - 14 * DAY, this.today + 60 * DAY) : [];
    if (!master || slots.length === 0) return undefined;
    const slot = this.random.pick(slots);
    const id = instanceId(master.id, slot, master.start?.date !== undefined);
    const found = this.world.book.find(place.calendar.id, id);
    if (!found || isCancelled(found.resource) || found.resource.recurringEventId !== master.id) return undefined;
    const changes = change(master, slot);
    if (changes) this.world.writes.write(place.calendar, id, changes, 'patch');
    else this.world.writes.remove(place.calendar, id);
    return id;
  }

  private movedInstance(master: EventResource, slot: number): JsonObject {
    const allDay = master.start?.date !== undefined;
    const start =
      slot +
      (allDay ? this.random.pick([-1, 1, 2]) * DAY : this.random.pick([-180, -45, 30, 120, 1440, 2880]) * 60_000);
    return {
      start: timeAt(start, master.start),
      end: timeAt(start + momentOf(master.end) - momentOf(master.start), master.end),
    };
  }

  private restoreInstance(place: Place): string | undefined {
    const event = this.mine(place, (each) => isCancelled(each) && isException(each) && !this.isStray(place, each));
    if (!event) return undefined;
    this.world.writes.write(place.calendar, event.id, { status: 'confirmed' }, 'patch');
    return event.id;
  }

  private remove(place: Place, master: boolean): string | undefined {
    const event = this.mine(place, (each) => !isCancelled(each) && isMaster(each) === master && !isException(each));
    if (!event) return undefined;
    this.world.writes.remove(place.calendar, event.id);
    return event.id;
  }

  private split(place: Place): string | undefined {
    const master = this.mine(place, (each) => isMaster(each) && !isCancelled(each));
    const slots = master ? slotsBetween(master, this.today - 7 * DAY, this.today + 45 * DAY) : [];
    if (!master || slots.length < 3) return undefined;
    const slot = this.random.pick(slots.slice(1));
    if (slot <= momentOf(master.start)) return undefined;
    return splitSeries(this.world, place.account, place.calendar, master, slot, {
      summary: `${master.summary ?? ''} (continued)`,
    })?.resource.id;
  }

  private answer({ calendar, stored }: Place): string | undefined {
    const invited = stored
      .map(({ resource }) => resource)
      .filter((event) => !isCancelled(event) && event.organizer?.email !== calendar.id && !isException(event))
      .filter((event) => event.attendees?.some(({ email }) => email === calendar.id));
    if (invited.length === 0) return undefined;
    const event = this.random.pick(invited);
    const responseStatus = this.random.pick(['accepted', 'declined', 'tentative']);
    const attendees = event.attendees?.map((each) => (each.email === calendar.id ? { ...each, responseStatus } : each));
    this.world.writes.write(calendar, event.id, { attendees }, 'patch');
    return event.id;
  }

  private undelete(place: Place): string | undefined {
    const event = this.mine(place, (each) => isCancelled(each) && !isException(each));
    if (!event) return undefined;
    this.world.writes.write(place.calendar, event.id, { status: 'confirmed' }, 'patch');
    return event.id;
  }

  private toggleAllDay(place: Place): string | undefined {
    const plain = (each: EventResource) =>
      !isException(each) &&
      !this.isSplit(place, each) &&
      !(each.recurrence ?? []).some((line) => /UNTIL|DATE[;:]/i.test(line));
    const event = this.mine(
      place,
      (each) => !isCancelled(each) && (each.eventType ?? 'default') === 'default' && plain(each),
    );
    if (!event) return undefined;
    const day = isoDate(momentOf(event.start));
    const zone = place.calendar.timeZone;
    const changes =
      event.start?.date === undefined
        ? {
            start: { date: day, dateTime: null, timeZone: null },
            end: { date: isoDate(momentOf(event.start) + DAY), dateTime: null, timeZone: null },
          }
        : {
            start: { date: null, dateTime: `${day}T09:00:00`, timeZone: zone },
            end: { date: null, dateTime: `${day}T10:00:00`, timeZone: zone },
          };
    this.world.writes.write(place.calendar, event.id, changes, 'patch');
    return event.id;
  }
}
