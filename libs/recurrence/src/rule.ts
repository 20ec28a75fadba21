import { UnusableRecurrence } from './unusable-recurrence';

const frequencies = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY'] as const;
export type Frequency = (typeof frequencies)[number];
export const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;

/** A rule finer than one occurrence a minute is refused: a window of it is no calendar any more. */
export const mostOccurrencesPerDay = 1_440;

/** A rule of RFC 5545 §3.3.10 without its two ends, which the layer above applies to instants. */
export interface Rule {
  frequency: Frequency;
  interval: number;
  by: ReadonlyMap<string, string>;
  weekStart?: string;
  count?: number;
  until?: string;
  /** How many occurrences a day can have at most. */
  mostPerDay: number;
}

const ranges: Record<string, [least: number, most: number, signed: boolean]> = {
  BYSECOND: [0, 60, false],
  BYMINUTE: [0, 59, false],
  BYHOUR: [0, 23, false],
  BYMONTHDAY: [1, 31, true],
  BYYEARDAY: [1, 366, true],
  BYWEEKNO: [1, 53, true],
  BYMONTH: [1, 12, false],
  BYSETPOS: [1, 366, true],
};

const broken = (part: string): never => {
  throw new UnusableRecurrence(`"${part.slice(0, 200)}" is not understood`);
};

const positive = (value: string, part: string): number => {
  const number = /^\+?\d{1,9}$/.test(value) ? Number(value) : 0;
  return number >= 1 ? number : broken(part);
};

const numbers = (name: string, value: string): string => {
  const [least, most, signed] = ranges[name] ?? broken(name);
  const list = value.split(',').map((item) => {
    const number = /^[+-]?\d{1,3}$/.test(item.trim()) ? Number(item) : NaN;
    const size = signed ? Math.abs(number) : number;
    return size >= least && size <= most ? number : broken(`${name}=${value}`);
  });
  return [...new Set(list)].sort((a, b) => a - b).join(',');
};

const days = (value: string): string =>
  value
    .split(',')
    .map((item) => {
      const match = /^([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)$/.exec(item.trim());
      const ordinal = match?.[1] === undefined ? undefined : Number(match[1]);
      if (!match || ordinal === 0 || Math.abs(ordinal ?? 1) > 53) return broken(`BYDAY=${value}`);
      return `${ordinal ?? ''}${match[2]}`;
    })
    .join(',');

const size = (by: ReadonlyMap<string, string>, name: string): number => by.get(name)?.split(',').length ?? 1;

const mostPerDay = (frequency: Frequency, interval: number, by: ReadonlyMap<string, string>): number => {
  const seconds = size(by, 'BYSECOND');
  const minutes = size(by, 'BYMINUTE');
  if (frequency === 'SECONDLY') return Math.ceil(86_400 / interval);
  if (frequency === 'MINUTELY') return Math.ceil(1_440 / interval) * seconds;
  if (frequency === 'HOURLY') return Math.ceil(24 / interval) * minutes * seconds;
  return size(by, 'BYHOUR') * minutes * seconds;
};

/** @throws UnusableRecurrence for what is no rule, and for one finer than {@link mostOccurrencesPerDay} */
export const parseRule = (text: string): Rule => {
  let frequency: Frequency | undefined;
  let interval = 1;
  let count: number | undefined;
  let until: string | undefined;
  let weekStart: string | undefined;
  const by = new Map<string, string>();

  for (const part of text.toUpperCase().split(';')) {
    if (part.trim() === '') continue;
    const [name = '', value = '', ...rest] = part.split('=').map((side) => side.trim());
    if (value === '' || rest.length > 0) broken(part);
    if (name === 'FREQ') frequency = frequencies.find((known) => known === value) ?? broken(part);
    else if (name === 'INTERVAL') interval = positive(value, part);
    else if (name === 'COUNT') count = positive(value, part);
    else if (name === 'UNTIL') until = value;
    else if (name === 'WKST') weekStart = weekdays.find((known) => known === value) ?? broken(part);
    else if (name === 'BYDAY') by.set(name, days(value));
    else if (name in ranges) by.set(name, numbers(name, value));
    else if (!name.startsWith('X-') && part.trim() !== 'RSCALE=GREGORIAN') broken(part);
  }
  if (!frequency) return broken(text);
  const rule = { frequency, interval, by, weekStart, count, until, mostPerDay: mostPerDay(frequency, interval, by) };
  if (rule.mostPerDay > mostOccurrencesPerDay) {
    throw new UnusableRecurrence(`"${text.slice(0, 200)}" recurs more often than once a minute`);
  }
  return rule;
};
