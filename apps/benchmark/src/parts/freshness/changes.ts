import { setTimeout as delay } from 'node:timers/promises';
import { calendarEntries, calendarIdOf } from '@calendar-sync/contracts-sync';
import type { Bench } from '../../part';
import type { OwnCalendar } from '../../product/connected-people';
import type { Product } from '../../product/product';
import { followTopic, type TopicRecord } from '../../product/topic-records';

/** One change of an entry, and when it had come how far; epoch milliseconds. */
export interface Change {
  number: number;
  calendar: OwnCalendar;
  calendarId: string;
  /** Its answer is looked for at the gateway. */
  observed: boolean;
  acceptedAt?: number;
  pushedAt?: number;
  recordedAt?: number;
  answeredAt?: number;
}

const HOUR = 3_600_000;
const LOOK_EVERY_MS = 10;
/** So many a second are asked for: asking for all, every few milliseconds, would be much of what is measured. */
const OBSERVED_PER_SECOND = 10;
/** Nobody waits longer; what isn't answered until then counts as taking at least that long. */
export const PATIENCE_MS = 60_000;

const title = (number: number) => `change ${number}`;
const numberIn = (text: unknown): number => Number(/^change (\d+)$/.exec(String(text))?.[1] ?? -1);

/**
 * Changes entries at the provider at scheduled times, whatever became of the ones before, and follows each: the push (whose
 * time its record carries), the record on the topic (the broker's time), the first answer of the gateway that shows it. The
 * gateway is asked only once the record is seen, every few milliseconds, so that asking is no load to speak of.
 */
export class Changes {
  private number = 0;
  private turn = 0;
  private readonly underWay = new Map<string, Change[]>();
  private failure: unknown;

  private constructor(
    private readonly product: Product,
    private readonly calendars: readonly OwnCalendar[],
  ) {}

  static async follow(bench: Bench, product: Product, calendars: readonly OwnCalendar[]): Promise<Changes> {
    const changes = new Changes(product, calendars);
    await followTopic(bench, product.stack, calendarEntries, { fromBeginning: false }, (record) =>
      changes.recorded(record),
    );
    return changes;
  }

  /** Accepted by the provider and not yet on the topic. */
  get waiting(): number {
    return [...this.underWay.values()].flat().filter(({ acceptedAt }) => acceptedAt !== undefined).length;
  }

  /** So many a second for so long; gives them back at the end, the last ones still on their way. */
  async make(perSecond: number, seconds: number, onSecond: (second: number) => void): Promise<Change[]> {
    const observeEvery = Math.ceil(perSecond / OBSERVED_PER_SECOND);
    const began = performance.now();
    const made: Change[] = [];
    let toldSecond = 0;
    for (let index = 0; index < perSecond * seconds; index += 1) {
      const due = began + (index * 1_000) / perSecond;
      const early = due - performance.now();
      if (early > 1) await delay(early);
      const second = Math.floor(index / perSecond);
      if (second > toldSecond) onSecond((toldSecond = second));
      made.push(this.change(index % observeEvery === 0));
    }
    await delay(Math.max(0, began + seconds * 1_000 - performance.now()));
    this.mustGoOn();
    return made;
  }

  /** Waits until what was observed is answered and everything is on the topic; false when that takes too long. */
  async arrived(changes: readonly Change[]): Promise<boolean> {
    const end = performance.now() + PATIENCE_MS;
    const isOnItsWay = ({ observed, acceptedAt, recordedAt, answeredAt }: Change) =>
      acceptedAt === undefined || (observed ? answeredAt : recordedAt) === undefined;
    while (changes.some(isOnItsWay)) {
      this.mustGoOn();
      if (performance.now() > end) return false;
      await delay(20);
    }
    return true;
  }

  private change(observed: boolean): Change {
    const calendar = this.calendars[this.turn++ % this.calendars.length]!;
    const { person, providerCalendarId, providerEntryId } = calendar;
    const calendarId = calendarIdOf(person.email, 'google', person.sub, providerCalendarId);
    const change: Change = { number: ++this.number, calendar, calendarId, observed };
    this.underWay.set(calendarId, [...(this.underWay.get(calendarId) ?? []), change]);
    const sentAt = Date.now();
    this.product.google.patch(person, providerCalendarId, providerEntryId, { summary: title(change.number) }).then(
      ({ updated }) => {
        const answeredAt = Date.now();
        const at = Date.parse(updated);
        // The provider says itself when; a clock that was set says nothing.
        change.acceptedAt = at >= sentAt && at <= answeredAt ? at : answeredAt;
      },
      (error: unknown) => (this.failure ??= error),
    );
    return change;
  }

  private recorded({ message, appendedAt }: TopicRecord): void {
    const { calendarId, entry } = message.data as { calendarId: string; entry: { title?: string } };
    const upTo = numberIn(entry.title);
    const waiting = this.underWay.get(calendarId) ?? [];
    // A pull brings the present state: with it come those that it overtook.
    const arrived = waiting.filter(({ number }) => number <= upTo);
    if (arrived.length === 0) return;
    this.underWay.set(
      calendarId,
      waiting.filter(({ number }) => number > upTo),
    );
    for (const change of arrived) {
      change.recordedAt = appendedAt;
      change.pushedAt = message.causedAt === undefined ? appendedAt : Date.parse(message.causedAt);
      if (change.observed) void this.observe(change).catch((error: unknown) => (this.failure ??= error));
    }
  }

  private async observe(change: Change): Promise<void> {
    const { person, start } = change.calendar;
    const gateway = this.product.gateway(person);
    const query = {
      calendarId: change.calendarId,
      from: new Date(Date.parse(start) - HOUR).toISOString(),
      to: new Date(Date.parse(start) + HOUR).toISOString(),
    };
    const end = performance.now() + PATIENCE_MS;
    while (performance.now() < end) {
      const entries = await gateway.entries(query);
      if (entries.some((entry) => numberIn(entry.title) >= change.number)) {
        change.answeredAt = Date.now();
        return;
      }
      await delay(LOOK_EVERY_MS);
    }
  }

  private mustGoOn(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}
