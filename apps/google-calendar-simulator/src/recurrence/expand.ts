import { Frequency, type Options, RRule } from 'rrule';
import { localDay, parseLines, parseStamp, type SeriesStart } from './rule-lines';
import { instantOf } from './zone';

const DAY = 24 * 3_600_000;
/** No rule is followed further than this behind the last moment asked for, and none beyond the year 2200. */
const END_OF_TIME = Date.UTC(2200, 0, 1);

export interface Series extends SeriesStart {
  lines: readonly string[];
}

type RuleOptions = Partial<Options>;

function parseRule(text: string, start: SeriesStart): { options: RuleOptions; until: number | undefined } {
  const parts = text.split(';').filter(Boolean);
  const untilText = parts.find((part) => /^UNTIL=/i.test(part))?.slice(6);
  const rule = parts.filter((part) => !/^UNTIL=/i.test(part)).join(';');
  const options: RuleOptions = RRule.parseString(rule);
  if (options.freq === undefined) throw new Error(`Invalid recurrence rule: ${text}`);
  // BYWEEKNO alone means the weekday of the start (RFC 5545, section 3.3.10); rrule would give the whole week.
  if (
    options.byweekno != null &&
    options.byweekday == null &&
    options.bymonthday == null &&
    options.byyearday == null
  ) {
    options.byweekday = [(new Date(start.wall).getUTCDay() + 6) % 7];
  }
  return { options, until: untilText === undefined ? undefined : untilMoment(untilText, start) };
}

/** UNTIL is inclusive. A plain date on a timed series includes the whole local day. */
function untilMoment(text: string, start: SeriesStart): number {
  const stamp = parseStamp(text);
  if (!stamp) throw new Error(`Invalid UNTIL: ${text}`);
  if (start.allDay) return stamp.wall - (stamp.wall % DAY);
  if (stamp.isDate) return instantOf(start.zone, stamp.wall + DAY) - 1;
  return stamp.utc ? stamp.wall : instantOf(start.zone, stamp.wall);
}

/** Endless daily and weekly rules are entered shortly before the window: rrule would walk there from the start. */
function enterNear(options: RuleOptions, start: number, from: number): number {
  if (options.count != null) return start;
  const interval = Math.max(1, options.interval ?? 1);
  const period =
    options.freq === Frequency.DAILY
      ? interval * DAY
      : options.freq === Frequency.WEEKLY
        ? interval * 7 * DAY
        : options.freq === Frequency.HOURLY
          ? interval * 3_600_000
          : undefined;
  if (period === undefined) return start;
  const periods = Math.floor((from - start) / period) - 2;
  return periods > 0 ? start + periods * period : start;
}

/** BYSETPOS picks from the whole week, also from days before the start: rrule sees only what follows its own start. */
function wholeFirstWeek(options: RuleOptions, wall: number): number {
  if (options.freq !== Frequency.WEEKLY || options.bysetpos == null) return wall;
  const weekday = (new Date(wall).getUTCDay() + 6) % 7;
  options.byweekday ??= [weekday];
  const weekStart = typeof options.wkst === 'number' ? options.wkst : (options.wkst?.weekday ?? 0);
  return wall - ((weekday - weekStart + 7) % 7) * DAY;
}

function ruleMoments(text: string, start: SeriesStart, from: number, to: number): number[] {
  const { options, until } = parseRule(text, start);
  const end = Math.min(to, until === undefined ? Infinity : until + 1, END_OF_TIME);
  if (end <= from) return [];
  const enter = wholeFirstWeek(options, enterNear(options, start.wall, from - 2 * DAY));
  const { count, ...endless } = options;
  const rule = new RRule({ ...endless, dtstart: new Date(enter), until: new Date(end + 2 * DAY), tzid: null }, true);
  const moments: number[] = [];
  let left = count ?? Infinity;
  rule.all((date) => {
    const wall = date.getTime();
    if (wall < start.wall) return true;
    if (left-- <= 0) return false;
    const moment = start.allDay ? wall : instantOf(start.zone, wall);
    if (moment >= from && moment < end) moments.push(moment);
    return moment < end + 2 * DAY;
  });
  return moments;
}

/**
 * The starts of a series' occurrences with `from` ≤ start < `to`, ascending, each once: instants for a timed series, UTC
 * midnights for an all-day one. Its window must be bounded.
 */
export function expand(series: Series, from: number, to: number): number[] {
  const lines = parseLines(series.lines, series);
  const found = new Set<number>();
  for (const rule of lines.rules) for (const moment of ruleMoments(rule, series, from, to)) found.add(moment);
  const first = series.allDay ? series.wall : instantOf(series.zone, series.wall);
  if (lines.rules.length === 0 && first >= from && first < to) found.add(first);
  for (const moment of lines.added.moments) if (moment >= from && moment < to) found.add(moment);
  for (const moment of lines.excluded.moments) found.delete(moment);
  for (const rule of lines.exclusionRules)
    for (const moment of ruleMoments(rule, series, from, to)) found.delete(moment);
  if (lines.excluded.days.length > 0) {
    for (const moment of found) if (lines.excluded.days.includes(localDay(series.zone, moment))) found.delete(moment);
  }
  return [...found].sort((a, b) => a - b);
}

/** Whether every line can be understood: the check before a series is accepted. */
export function isExpandable(series: Series): boolean {
  try {
    const { rules, exclusionRules } = parseLines(series.lines, series);
    for (const rule of [...rules, ...exclusionRules]) {
      const { options } = parseRule(rule, series);
      new RRule({ ...options, dtstart: new Date(series.wall) }, true);
    }
    return true;
  } catch {
    return false;
  }
}
