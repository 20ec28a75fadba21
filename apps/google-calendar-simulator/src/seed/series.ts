import type { Random } from '../journal/random';
import type { JsonObject } from '../http/json-input';
import { isoDate } from '../events/event-time';
import { compactStamp } from '../recurrence/rule-lines';
import { instantOf } from '../recurrence/zone';

export const DAY = 24 * 3_600_000;
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

export interface Beginning {
  /** UTC midnight of its first day. */
  day: number;
  minutes: number;
  zone: string;
  allDay: boolean;
}

interface SeriesKind {
  name: string;
  allDay?: boolean;
  lines(start: Beginning, random: Random): string[];
}

const weekday = ({ day }: Beginning): string => WEEKDAYS[new Date(day).getUTCDay()] ?? 'MO';
const date = ({ day }: Beginning): Date => new Date(day);
const wall = (start: Beginning, days: number): number => start.day + days * DAY + start.minutes * 60_000;

function until(start: Beginning, days: number): string {
  if (start.allDay) return compactStamp(start.day + days * DAY, true);
  return compactStamp(instantOf(start.zone, wall(start, days)), false);
}

function moments(name: 'EXDATE' | 'RDATE', start: Beginning, days: readonly number[], shift = 0): string {
  if (start.allDay)
    return `${name};VALUE=DATE:${days.map((each) => compactStamp(start.day + each * DAY, true)).join(',')}`;
  const stamps = days.map((each) => compactStamp(wall(start, each) + shift, false).slice(0, 15));
  return `${name};TZID=${start.zone}:${stamps.join(',')}`;
}

/** Every kind of series that calendars really hold; each begins on a day that fits its rule. */
export const SERIES_KINDS: readonly SeriesKind[] = [
  { name: 'daily, endless', lines: () => ['RRULE:FREQ=DAILY'] },
  { name: 'every other day until', lines: (start) => [`RRULE:FREQ=DAILY;INTERVAL=2;UNTIL=${until(start, 180)}`] },
  {
    name: 'weekdays',
    lines: (start) => [
      `RRULE:FREQ=WEEKLY;BYDAY=${[...new Set(['MO', 'TU', 'WE', 'TH', 'FR', weekday(start)])].join(',')}`,
    ],
  },
  { name: 'weekly', lines: (start) => [`RRULE:FREQ=WEEKLY;BYDAY=${weekday(start)}`] },
  {
    name: 'weekly on several days',
    lines: (start) => [`RRULE:FREQ=WEEKLY;BYDAY=${[...new Set([weekday(start), 'MO', 'TH'])].join(',')}`],
  },
  {
    name: 'fortnightly with a count',
    lines: (start, random) => [`RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=${random.between(4, 40)};BYDAY=${weekday(start)}`],
  },
  { name: 'weekly, ended', lines: (start) => [`RRULE:FREQ=WEEKLY;UNTIL=${until(start, 63)};BYDAY=${weekday(start)}`] },
  { name: 'monthly by day', lines: (start) => [`RRULE:FREQ=MONTHLY;BYMONTHDAY=${date(start).getUTCDate()}`] },
  {
    name: 'monthly by weekday',
    lines: (start) => [
      `RRULE:FREQ=MONTHLY;BYDAY=${Math.min(4, Math.ceil(date(start).getUTCDate() / 7))}${weekday(start)}`,
    ],
  },
  { name: 'monthly with a count', lines: (_start, random) => [`RRULE:FREQ=MONTHLY;COUNT=${random.between(6, 30)}`] },
  { name: 'yearly', lines: () => ['RRULE:FREQ=YEARLY'] },
  {
    name: 'with excluded dates',
    lines: (start) => [`RRULE:FREQ=WEEKLY;BYDAY=${weekday(start)}`, moments('EXDATE', start, [14, 35, 140])],
  },
  {
    name: 'with added dates',
    lines: (start) => [
      `RRULE:FREQ=WEEKLY;COUNT=30;BYDAY=${weekday(start)}`,
      moments('RDATE', start, [3, 122, 157], 3_600_000),
    ],
  },
  { name: 'all-day weekly', allDay: true, lines: (start) => [`RRULE:FREQ=WEEKLY;BYDAY=${weekday(start)}`] },
  { name: 'all-day monthly until', allDay: true, lines: (start) => [`RRULE:FREQ=MONTHLY;UNTIL=${until(start, 400)}`] },
  { name: 'all-day yearly', allDay: true, lines: () => ['RRULE:FREQ=YEARLY'] },
];

/** `start` and `end` as the API takes them. */
export function times(start: Beginning, length: number): JsonObject {
  if (start.allDay) {
    const days = Math.max(1, Math.round(length / (24 * 60)));
    return { start: { date: isoDate(start.day) }, end: { date: isoDate(start.day + days * DAY) } };
  }
  const local = (minutes: number) => ({
    dateTime: new Date(start.day + minutes * 60_000).toISOString().slice(0, 19),
    timeZone: start.zone,
  });
  return { start: local(start.minutes), end: local(start.minutes + length) };
}

/** A day that fits all rules alike: weekly ones may begin any day, monthly and yearly ones between the 1st and the 28th. */
export function beginning(random: Random, today: number, zone: string, allDay: boolean): Beginning {
  let day = today - random.between(-10, 300) * DAY;
  while (new Date(day).getUTCDate() > 28) day -= DAY;
  return { day, minutes: allDay ? 0 : random.between(14, 36) * 30, zone, allDay };
}
