import type { CalendarRecord } from '../calendars/calendar';
import type { JsonObject } from '../http/json-input';
import { Random } from '../journal/random';
import type { Account } from '../oauth/account';
import type { World } from '../world';
import { slotsBetween } from '../events/occurrences';
import { instanceId, momentOf, timeAt } from '../events/event-time';
import type { EventResource } from '../events/event';
import { JOIN_STYLES } from './meeting-links';
import { beginning, DAY, SERIES_KINDS, times } from './series';
import { splitSeries } from './split-series';
import { FIRST_NAMES, LAST_NAMES, NOTES, OUTSIDERS, PLACES, SERIES_TITLES, TITLES, ZONES } from './vocabulary';

export const dayOf = (moment: number): number => moment - (moment % DAY);

export interface SeedOptions {
  people: number;
  entriesPerPerson: number;
  seed: number;
  domain?: string;
}

/** Realistic calendars, the same for the same seed and day; `today` is a UTC midnight. */
export class Seeder {
  private readonly random: Random;

  constructor(
    private readonly world: World,
    seed: number,
    private readonly today = dayOf(world.clock.now()),
  ) {
    this.random = new Random(seed);
  }

  seed({ people, entriesPerPerson, domain = 'example.com' }: SeedOptions): Account[] {
    const accounts = Array.from({ length: people }, (_, index) => this.person(index, domain));
    const emails = accounts.map(({ email }) => email);
    for (const account of accounts) this.fill(account, emails, entriesPerPerson);
    return accounts;
  }

  private person(index: number, domain: string): Account {
    const first = FIRST_NAMES[index % FIRST_NAMES.length] ?? 'ada';
    const last = LAST_NAMES[Math.floor(index / FIRST_NAMES.length + index) % LAST_NAMES.length] ?? 'adler';
    const round = Math.floor(index / (FIRST_NAMES.length * LAST_NAMES.length));
    const email = `${first}.${last}${round || ''}@${domain}`;
    return (
      this.world.accounts.byEmail(email) ??
      this.world.addAccount({ email, timeZone: ZONES[index % ZONES.length] ?? 'UTC' })
    );
  }

  private fill(account: Account, emails: readonly string[], count: number): void {
    const calendar = this.world.calendars.get(account.email);
    if (!calendar) return;
    const began = this.world.clock.now() - 3 * DAY;
    for (let number = 0; number < count; number++) {
      const input = this.entry(account, emails, number);
      const { resource } = this.world.writes.insert(account, calendar, input, {
        anyId: true,
        conferenceDataVersion: 1,
        at: began + number * 50,
      });
      if (resource.recurrence) this.disturb(account, calendar, resource);
    }
  }

  /** Cycles through all kinds, so that a small calendar already has every one. */
  entry(account: Account, emails: readonly string[], number: number): JsonObject {
    if (number % 5 === 0) return this.series(account, emails, number / 5);
    if (number % 10 === 3) return this.special(account, Math.floor(number / 10));
    return this.single(account, emails);
  }

  single(account: Account, emails: readonly string[]): JsonObject {
    const allDay = this.random.chance(0.08);
    const day = this.today + this.random.between(-45, 60) * DAY;
    const start = { day, minutes: this.random.between(14, 40) * 30, zone: account.timeZone, allDay };
    return {
      summary: this.random.pick(TITLES),
      ...this.place(),
      ...times(start, allDay ? this.random.between(1, 3) * 24 * 60 : this.random.pick([15, 30, 45, 60, 90, 120])),
      ...this.guests(account, emails),
      ...(this.random.chance(0.1) && { visibility: 'private' }),
      ...(this.random.chance(0.1) && { transparency: 'transparent' }),
      ...(this.random.chance(0.05) && { status: 'tentative' }),
    };
  }

  series(account: Account, emails: readonly string[], number: number): JsonObject {
    const kind = SERIES_KINDS[number % SERIES_KINDS.length];
    if (!kind) throw new Error('There are no kinds of series');
    const zone = this.random.chance(0.2) ? this.random.pick(ZONES) : account.timeZone;
    const start = beginning(this.random, this.today, zone, kind.allDay ?? false);
    return {
      summary: this.random.pick(SERIES_TITLES),
      ...this.place(),
      ...times(start, kind.allDay ? 24 * 60 : this.random.pick([15, 30, 60, 90])),
      recurrence: kind.lines(start, this.random),
      ...this.guests(account, emails),
      ...(this.random.chance(0.2) && {
        extendedProperties: { private: { externalId: `x-${this.random.between(1, 99_999)}` } },
      }),
    };
  }

  /** What stands in a calendar and isn't a meeting; and an invitation that its owner declined. */
  private special(account: Account, number: number): JsonObject {
    const day = this.today + this.random.between(-20, 40) * DAY;
    const timed = times({ day, minutes: 9 * 60, zone: account.timeZone, allDay: false }, 8 * 60);
    const whole = times({ day, minutes: 0, zone: account.timeZone, allDay: true }, 24 * 60);
    const declined = { email: account.email, responseStatus: 'declined', self: true };
    const kinds: JsonObject[] = [
      {
        ...timed,
        summary: 'Out of office',
        eventType: 'outOfOffice',
        outOfOfficeProperties: { autoDeclineMode: 'declineAllConflictingInvitations', declineMessage: 'Away' },
      },
      {
        ...timed,
        summary: 'Focus time',
        eventType: 'focusTime',
        focusTimeProperties: { autoDeclineMode: 'declineNone', chatStatus: 'doNotDisturb' },
      },
      {
        ...whole,
        summary: 'Home',
        eventType: 'workingLocation',
        visibility: 'public',
        transparency: 'transparent',
        workingLocationProperties: { type: 'homeOffice', homeOffice: {} },
      },
      {
        ...whole,
        summary: 'Birthday of Kim',
        eventType: 'birthday',
        visibility: 'private',
        transparency: 'transparent',
        recurrence: ['RRULE:FREQ=YEARLY'],
        birthdayProperties: { type: 'birthday' },
      },
      {
        ...timed,
        ...JOIN_STYLES[1]?.(this.random),
        summary: 'Vendor pitch',
        organizer: { email: 'sales@supplier.example' },
        attendees: [{ email: 'sales@supplier.example', responseStatus: 'accepted' }, declined],
      },
    ];
    return kinds[number % kinds.length] ?? {};
  }

  private place(): JsonObject {
    if (this.random.chance(0.45)) return this.random.pick(JOIN_STYLES)(this.random);
    return {
      ...(this.random.chance(0.5) && { location: this.random.pick(PLACES) }),
      ...(this.random.chance(0.5) && { description: this.random.pick(NOTES) }),
    };
  }

  private guests(account: Account, emails: readonly string[]): JsonObject {
    if (this.random.chance(0.4)) return {};
    const others = this.random.some(
      emails.filter((email) => email !== account.email),
      this.random.between(0, 3),
    );
    const outside = this.random.chance(0.4) ? [this.random.pick(OUTSIDERS)] : [];
    if (others.length + outside.length === 0) return {};
    const answers = ['needsAction', 'accepted', 'accepted', 'tentative', 'declined'];
    return {
      attendees: [
        { email: account.email, responseStatus: 'accepted' },
        ...[...others, ...outside].map((email) => ({ email, responseStatus: this.random.pick(answers) })),
      ],
    };
  }

  /** Moves, renames and cancels single occurrences, and splits a series now and then. */
  private disturb(account: Account, calendar: CalendarRecord, master: EventResource): void {
    const slots = slotsBetween(master, this.today - 30 * DAY, this.today + 45 * DAY);
    const allDay = master.start?.date !== undefined;
    const length = momentOf(master.end) - momentOf(master.start);
    for (const slot of this.random.some(slots, this.random.between(0, Math.min(3, slots.length - 1)))) {
      const id = instanceId(master.id, slot, allDay);
      if (this.random.chance(0.4)) this.world.writes.remove(calendar, id);
      else if (this.random.chance(0.5))
        this.world.writes.write(calendar, id, { summary: `${master.summary ?? ''} (special)` }, 'patch');
      else {
        const moved = slot + (allDay ? DAY : this.random.pick([-90, 30, 60, 1440]) * 60_000);
        this.world.writes.write(
          calendar,
          id,
          { start: timeAt(moved, master.start), end: timeAt(moved + length, master.end) },
          'patch',
        );
      }
    }
    const cut = slots[Math.floor(slots.length / 2)];
    if (cut !== undefined && slots.length > 3 && this.random.chance(0.15)) {
      splitSeries(this.world, account, calendar, master, cut, { location: this.random.pick(PLACES) });
    }
  }
}
