import { Rule, weekdays } from './rule';
import { millisecondsPerDay, WallTime } from './zones';

/** 1970-01-01 was a Thursday. */
const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;

interface Days {
  /** The first day of a period, which every other one lies whole periods after. */
  first: number;
  period: number;
  /** Which days of a period recur, in order. */
  inPeriod: readonly number[];
  recurs(day: number): boolean;
}

const everyDays = (start: number, interval: number, wanted: readonly number[] | undefined): Days => ({
  first: start,
  period: interval,
  inPeriod: [0],
  recurs: (day) => wanted === undefined || wanted.includes(weekdayOf(day)),
});

const everyWeeks = (
  start: number,
  interval: number,
  wanted: readonly number[] | undefined,
  weekStart: number,
): Days => {
  const sinceWeekStart = (weekday: number) => (weekday - weekStart + 7) % 7;
  const inPeriod = new Set((wanted ?? [weekdayOf(start)]).map(sinceWeekStart));
  return {
    first: start - sinceWeekStart(weekdayOf(start)),
    period: 7 * interval,
    inPeriod: [...inPeriod].sort((a, b) => a - b),
    recurs: () => true,
  };
};

/**
 * The wall times from `start` on of a rule that says no more than every so many days or weeks, and on which weekdays: as most series do. They
 * are counted, at a tenth of what the library takes for a week. Undefined for any other rule.
 */
export const plainRuleTimes = (
  { frequency, interval, by, weekStart = 'MO' }: Rule,
  start: WallTime,
): ((from: WallTime, to: WallTime) => WallTime[]) | undefined => {
  if ((frequency !== 'DAILY' && frequency !== 'WEEKLY') || [...by.keys()].some((name) => name !== 'BYDAY'))
    return undefined;
  const named: readonly string[] = weekdays;
  const wanted = by
    .get('BYDAY')
    ?.split(',')
    .map((token) => named.indexOf(token));
  // One with an ordinal is none of the names.
  if (wanted?.includes(-1)) return undefined;

  const startDay = Math.floor(start / millisecondsPerDay);
  const timeOfDay = start - startDay * millisecondsPerDay;
  const { first, period, inPeriod, recurs } =
    frequency === 'DAILY'
      ? everyDays(startDay, interval, wanted)
      : everyWeeks(startDay, interval, wanted, named.indexOf(weekStart));
  return (from, to) => {
    const found: WallTime[] = [];
    const earliest = Math.max(from, start);
    const passed = Math.max(0, Math.floor((Math.floor(earliest / millisecondsPerDay) - first) / period));
    for (let day = first + passed * period; day * millisecondsPerDay <= to; day += period) {
      for (const each of inPeriod) {
        const wall = (day + each) * millisecondsPerDay + timeOfDay;
        if (wall >= earliest && wall <= to && recurs(day + each)) found.push(wall);
      }
    }
    return found;
  };
};
