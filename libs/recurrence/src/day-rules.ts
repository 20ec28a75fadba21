import { Rule, weekdays } from './rule';
import { millisecondsPerDay, WallTime } from './zones';

/** 1970-01-01 was a Thursday. */
const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;

/** How many days apart an occurrence and the weekday that weeks begin on are. */
const daysInto = (weekday: number, weekStart: number): number => (weekday - weekStart + 7) % 7;

/** The first of `first`, `first + step`, … that is at least `least`. */
const alignedTo = (first: number, step: number, least: number): number =>
  first + Math.max(0, Math.ceil((least - first) / step)) * step;

/**
 * A rule that only counts days or weeks, as most do, is plain arithmetic and costs a fiftieth of what the library takes to read it.
 * Gives all wall times in [from, to], in order, from the start on; undefined for a rule that says more.
 */
export const wallTimesOfDays = (
  { frequency, interval, by, weekStart }: Rule,
  start: WallTime,
): ((from: WallTime, to: WallTime) => WallTime[]) | undefined => {
  if (frequency !== 'DAILY' && frequency !== 'WEEKLY') return undefined;
  if ([...by.keys()].some((name) => name !== 'BYDAY')) return undefined;
  const named = by
    .get('BYDAY')
    ?.split(',')
    .map((name) => weekdays.findIndex((weekday) => weekday === name));
  if (named?.includes(-1)) return undefined; // with an ordinal

  const startDay = Math.floor(start / millisecondsPerDay);
  const timeOfDay = start - startDay * millisecondsPerDay;
  const within = (from: WallTime, to: WallTime, daysOf: (first: number, last: number) => number[]) =>
    daysOf(
      Math.max(startDay, Math.ceil((from - timeOfDay) / millisecondsPerDay)),
      Math.floor((to - timeOfDay) / millisecondsPerDay),
    ).map((day) => day * millisecondsPerDay + timeOfDay);

  if (frequency === 'DAILY') {
    const isNamed = (day: number) => named === undefined || named.includes(weekdayOf(day));
    return (from, to) =>
      within(from, to, (first, last) => {
        const days: number[] = [];
        for (let day = alignedTo(startDay, interval, first); day <= last; day += interval)
          if (isNamed(day)) days.push(day);
        return days;
      });
  }
  const weekBegins = weekdays.findIndex((weekday) => weekday === (weekStart ?? 'MO'));
  const firstWeek = startDay - daysInto(weekdayOf(startDay), weekBegins);
  const offsets = [...new Set(named ?? [weekdayOf(startDay)])]
    .map((weekday) => daysInto(weekday, weekBegins))
    .sort((a, b) => a - b);
  return (from, to) =>
    within(from, to, (first, last) => {
      const days: number[] = [];
      for (let week = alignedTo(firstWeek, 7 * interval, first - 6); week <= last; week += 7 * interval)
        days.push(...offsets.map((offset) => week + offset).filter((day) => day >= first && day <= last));
      return days;
    });
};
