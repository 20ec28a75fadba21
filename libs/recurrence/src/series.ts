import { EntryTime, instantOf, isAllDay, wallOfDate, wallOfTime, zoneOf } from './entry-time';
import { Moment, momentOf, parseLines } from './recurrence-lines';
import { Rule } from './rule';
import { UnusableRecurrence } from './unusable-recurrence';
import { horizonInDays, nthWallTime, WallTimes, wallTimesOf } from './wall-times';
import { instantOfWall, millisecondsPerDay, WallTime } from './zones';

export interface Series {
  start: EntryTime;
  /** Exclusive for an all-day series. */
  end: EntryTime;
  /** `RRULE`, `EXRULE`, `RDATE` and `EXDATE` lines, as Google gives them. */
  recurrence: readonly string[];
  /** IANA zone in which the rules expand when `start` names none: the calendar's. */
  defaultTimeZone: string;
}

/** The start of an occurrence: its wall time in the series' zone, and its instant. */
export interface Slot {
  wall: WallTime;
  instant: number;
}

/** A series that was read once: everything that does not depend on a window. */
export interface ReadSeries {
  allDay: boolean;
  /** Zone of the walls; for an all-day series the one in which its days are placed. */
  zone: string;
  /** Elapsed for a timed series, wall time for an all-day one. */
  duration: number;
  start: Slot;
  /** How much of the series may be asked for at once, in milliseconds. */
  stride: number;
  /** No occurrence starts before or after these instants; the second is Infinity for an endless series. */
  earliest: number;
  latest: number;
  /** Starts in [from, to), in order, each once. */
  slots(from: number, to: number): Slot[];
}

interface Ended {
  between(from: WallTime, to: WallTime): WallTime[];
  allows(wall: WallTime, instant: number): boolean;
  latest: WallTime;
  daysAtOnce: number;
}

// An offset is at most 14 hours and a gap at most a day: Pacific/Apia skipped 2011-12-30.
const margin = 2 * millisecondsPerDay;

type End = Pick<Ended, 'allows' | 'latest'>;

const endingAt = (latest: WallTime): End => ({ allows: (wall) => wall <= latest, latest });

/** UNTIL is inclusive; a date means its whole day: RFC 5545 §3.3.10, https://www.rfc-editor.org/rfc/rfc5545 */
const untilEnd = (until: string, zone: string, allDay: boolean): End => {
  // An all-day series has no instants, so the date is taken as written.
  const moment = momentOf(allDay ? until.slice(0, 8) : until, zone, zone);
  if ('day' in moment) return endingAt(moment.day + millisecondsPerDay - 1);
  return { allows: (_wall, instant) => instant <= moment.instant, latest: moment.wall + margin };
};

const withEnd = (rule: Rule, times: WallTimes, start: WallTime, zone: string, allDay: boolean): Ended => {
  const ends: End[] = [];
  if (rule.until !== undefined) ends.push(untilEnd(rule.until, zone, allDay));
  if (rule.count !== undefined) {
    const last = rule.count > 0 ? nthWallTime(times, start, rule.count) : -Infinity;
    if (last !== undefined) ends.push(endingAt(last));
  }
  return {
    between: times.between,
    daysAtOnce: times.daysAtOnce,
    allows: (wall, instant) => ends.every((end) => end.allows(wall, instant)),
    latest: Math.min(...ends.map((end) => end.latest)),
  };
};

const durationOf = ({ start, end }: Series, zone: string): number => {
  if (isAllDay(start) !== isAllDay(end)) throw new UnusableRecurrence('start and end are of different kinds');
  const length =
    isAllDay(start) && isAllDay(end)
      ? wallOfDate(end) - wallOfDate(start)
      : instantOf(end, zone) - instantOf(start, zone);
  if (length < 0) throw new UnusableRecurrence('it ends before it starts');
  return length;
};

/** A day in EXDATE takes out all that a timed series has on that day; a time takes out the day of an all-day series. */
const excluder = (moments: readonly Moment[], allDay: boolean): ((slot: Slot) => boolean) => {
  const dayOf = (wall: WallTime) => Math.floor(wall / millisecondsPerDay);
  const days = new Set(
    moments.flatMap((moment) => ('day' in moment ? [dayOf(moment.day)] : allDay ? [dayOf(moment.wall)] : [])),
  );
  const instants = new Set(moments.flatMap((moment) => ('day' in moment || allDay ? [] : [moment.instant])));
  return ({ wall, instant }) => days.has(dayOf(wall)) || instants.has(instant);
};

/** @throws UnusableRecurrence */
const readSeries = (series: Series, allDayTimeZone: string): ReadSeries => {
  const allDay = isAllDay(series.start);
  const zone = isAllDay(series.start)
    ? zoneOf({ dateTime: '2000-01-01T00:00:00', timeZone: allDayTimeZone }, 'UTC')
    : zoneOf(series.start, series.defaultTimeZone);
  const slotAt = (wall: WallTime): Slot => ({ wall, instant: instantOfWall(wall, zone) });
  const start: Slot = isAllDay(series.start)
    ? slotAt(wallOfDate(series.start))
    : { wall: wallOfTime(series.start, zone), instant: instantOf(series.start, zone) };
  const lines = parseLines(series.recurrence, zone);

  const times = lines.rules.map((rule) => ({ rule, times: wallTimesOf(rule, start.wall) }));
  const rules = times.map((each) => withEnd(each.rule, each.times, start.wall, zone, allDay));
  const excludedRules = lines.excludedRules.map((rule) =>
    withEnd(rule, wallTimesOf(rule, start.wall), start.wall, zone, allDay),
  );
  const dates = lines.dates.map((moment): Slot => {
    if (allDay)
      return slotAt('day' in moment ? moment.day : Math.floor(moment.wall / millisecondsPerDay) * millisecondsPerDay);
    if ('day' in moment)
      return slotAt(moment.day + (((start.wall % millisecondsPerDay) + millisecondsPerDay) % millisecondsPerDay));
    return moment;
  });
  // RFC 5545 leaves a start off its rule undefined, and Google documents nothing: rules alone say what occurs.
  const fixed = lines.rules.length === 0 ? [start, ...dates] : dates;
  const isExcludedDate = excluder(lines.excludedDates, allDay);
  const same = (slot: Slot) => (allDay ? slot.wall : slot.instant);

  const given = (rule: Ended, from: number, to: number): Slot[] =>
    rule
      .between(from - margin, Math.min(to + margin, rule.latest))
      .map((wall) => (wall === start.wall ? start : slotAt(wall)))
      .filter(({ wall, instant }) => rule.allows(wall, instant));

  const latestOfRules = Math.max(-Infinity, ...rules.map((rule) => rule.latest)) + margin;
  return {
    allDay,
    zone,
    start,
    duration: durationOf(series, zone),
    stride: Math.min(3_660, ...[...rules, ...excludedRules].map((rule) => rule.daysAtOnce)) * millisecondsPerDay,
    earliest: Math.min(start.instant, ...dates.map(({ instant }) => instant)),
    latest: Math.max(latestOfRules, start.instant, ...dates.map(({ instant }) => instant)),
    slots: (from, to) => {
      const inside = ({ instant }: Slot) => instant >= from && instant < to;
      const found = [...rules.flatMap((rule) => given(rule, from, to)), ...fixed].filter(inside);
      const excluded = new Set(
        found.length > 0 ? excludedRules.flatMap((rule) => given(rule, from, to)).map(same) : [],
      );
      const once = new Map(
        found.filter((slot) => !isExcludedDate(slot) && !excluded.has(same(slot))).map((slot) => [same(slot), slot]),
      );
      return [...once.values()].sort((a, b) => a.instant - b.instant || a.wall - b.wall);
    },
  };
};

const known = new Map<string, ReadSeries>();
const mostKnown = 10_000;

/**
 * A series as it was read before, if it was lately: reading rules costs more than expanding a week of them, and the same series are asked for
 * again and again. Known by its own text, so that no change is missed.
 * @throws UnusableRecurrence
 */
export const seriesRead = (series: Series, allDayTimeZone: string): ReadSeries => {
  const { start, end, recurrence, defaultTimeZone } = series;
  const name = JSON.stringify([start, end, recurrence, defaultTimeZone, isAllDay(start) && allDayTimeZone]);
  const read = known.get(name) ?? readSeries(series, allDayTimeZone);
  known.delete(name); // a Map keeps the order of insertion: the one that was not asked for longest is the first
  known.set(name, read);
  if (known.size > mostKnown) known.delete(known.keys().next().value!);
  return read;
};

/** The instant after which even an endless series is not followed. */
export const horizonOf = ({ start, latest }: ReadSeries): number =>
  Math.min(latest, start.instant + horizonInDays * millisecondsPerDay);
