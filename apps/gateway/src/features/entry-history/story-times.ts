import type { EntryTimeV1 } from '@calendar-sync/contracts-sync';

/**
 * Times as the owner has them on his wall: all of one story in the zone of its calendar. An offset says nothing about the zone beside it: Google
 * gives a time kept in New York with the offset of the calendar that shows it.
 */
export class StoryTimes {
  constructor(private readonly calendarZone: string | undefined) {}

  /** `Mon 2026-11-23 09:00 (Europe/Zurich)`, `Mon 2026-11-23 (all day)`. */
  moment(time: unknown): string {
    if (!isTime(time)) return 'an unknown time';
    if ('date' in time) return `${this.day(time.date)} (all day)`;
    const { day, clock, zone } = this.on(time);
    return `${day} ${clock} (${zone})`;
  }

  /** `Mon 2026-11-23`. */
  day(date: string): string {
    return `${weekday(date)} ${date}`;
  }

  /** From a start to an end, the day and the zone said once where they are the same. */
  span(start: EntryTimeV1, end: EntryTimeV1): string {
    if ('date' in start || 'date' in end) return this.moment(start);
    const [from, to] = [this.on(start), this.on(end)];
    return from.day === to.day && from.zone === to.zone
      ? `${from.day} ${from.clock}–${to.clock} (${from.zone})`
      : `${this.moment(start)} to ${this.moment(end)}`;
  }

  /** From where to where something moved. */
  move(old: unknown, now: unknown): string {
    if (!isTime(old) || !isTime(now) || 'date' in old || 'date' in now)
      return `moved from ${this.moment(old)} to ${this.moment(now)}`;
    const [from, to] = [this.on(old), this.on(now)];
    if (Date.parse(old.dateTime) === Date.parse(now.dateTime))
      return `is kept in the time zone ${now.timeZone ?? 'of its calendar'} now`;
    if (from.zone !== to.zone) return `moved from ${this.moment(old)} to ${this.moment(now)}`;
    const target = from.day === to.day ? to.clock : `${to.day} ${to.clock}`;
    return `moved from ${from.day} ${from.clock} to ${target} (${to.zone})`;
  }

  private on({ dateTime, timeZone }: { dateTime: string; timeZone?: string }) {
    const zone = this.calendarZone ?? timeZone ?? 'UTC';
    const known = formatterOf(zone);
    const parts = (known ?? formatterOf('UTC'))?.formatToParts(new Date(dateTime)) ?? [];
    const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
    return {
      day: `${part('weekday')} ${part('year')}-${part('month')}-${part('day')}`,
      clock: `${part('hour')}:${part('minute')}`,
      zone: known ? zone : 'UTC',
    };
  }
}

/** Minutes between two times of one kind; undefined where that can't be said. */
export function minutesBetween(start: unknown, end: unknown): number | undefined {
  if (!isTime(start) || !isTime(end) || 'date' in start || 'date' in end) return undefined;
  return (Date.parse(end.dateTime) - Date.parse(start.dateTime)) / 60_000;
}

const isTime = (value: unknown): value is EntryTimeV1 =>
  typeof value === 'object' &&
  value !== null &&
  (('date' in value && typeof value.date === 'string') ||
    ('dateTime' in value && typeof value.dateTime === 'string' && !Number.isNaN(Date.parse(value.dateTime))));

const weekday = (date: string) =>
  formatterOf('UTC')
    ?.formatToParts(new Date(`${date}T00:00:00Z`))
    .find(({ type }) => type === 'weekday')?.value ?? '';

const formatters = new Map<string, Intl.DateTimeFormat | undefined>();

function formatterOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!formatters.has(zone)) {
    if (formatters.size > 1_000) formatters.clear();
    formatters.set(zone, makeFormatter(zone));
  }
  return formatters.get(zone);
}

function makeFormatter(timeZone: string): Intl.DateTimeFormat | undefined {
  const two = '2-digit';
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      year: 'numeric',
      month: two,
      day: two,
      hour: two,
      minute: two,
      hourCycle: 'h23',
    });
  } catch {
    return undefined;
  }
}
