import { RRuleTemporal } from 'rrule-temporal';
import { Rule, weekdays } from './rule';
import { UnusableRecurrence } from './unusable-recurrence';
import { millisecondsPerDay, WallTime } from './zones';

/** How far a rule is followed at most, in days after its start: two centuries. Also what ends a rule that never matches. */
export const horizonInDays = 73_050;

/** How many occurrences of a COUNT are counted before the series is refused. */
export const mostCounted = 50_000;

const isoBasic = (wall: WallTime): string => new Date(wall).toISOString().replace(/[-:]|\.\d+/g, '');

/** RFC 5545 takes a missing weekday from the start; the library takes the Monday of each BYWEEKNO instead. */
const missingParts = (rule: Rule, start: WallTime): string[] =>
  rule.by.has('BYWEEKNO') && !['BYDAY', 'BYMONTHDAY', 'BYYEARDAY'].some((name) => rule.by.has(name))
    ? [`BYDAY=${weekdays[new Date(start).getUTCDay()]}`]
    : [];

const textOf = (rule: Rule, start: WallTime): string =>
  [
    `FREQ=${rule.frequency}`,
    `INTERVAL=${rule.interval}`,
    ...[...rule.by].map(([name, value]) => `${name}=${value}`),
    ...missingParts(rule, start),
    ...(rule.weekStart ? [`WKST=${rule.weekStart}`] : []),
  ].join(';');

/**
 * The 53rd weekday of a year is missing in most years; the library then goes on into the next one. Says which wall times are real,
 * or undefined where all are.
 */
const weekdayGuard = ({ frequency, by }: Rule): ((wall: WallTime) => boolean) | undefined => {
  const tokens = by.get('BYDAY')?.split(',') ?? [];
  if (frequency !== 'YEARLY' || by.has('BYMONTH') || !tokens.some((token) => /^-?53/.test(token))) return undefined;
  if (by.has('BYSETPOS')) throw new UnusableRecurrence('BYSETPOS of a 53rd weekday is not supported');
  return (wall) => {
    const year = new Date(wall).getUTCFullYear();
    const fromStart = Math.floor((wall - Date.UTC(year, 0, 1)) / (7 * millisecondsPerDay)) + 1;
    const fromEnd = -Math.ceil((Date.UTC(year + 1, 0, 1) - wall) / (7 * millisecondsPerDay));
    const weekday = weekdays[new Date(wall).getUTCDay()];
    return tokens.some((token) => [`${fromStart}${weekday}`, `${fromEnd}${weekday}`, weekday].includes(token));
  };
};

/** One rule on wall times, endless: neither zones nor COUNT nor UNTIL exist here. */
export interface WallTimes {
  /** The rule's text and start, which are the same for rules that give the same wall times. */
  key: string;
  /** All in [from, to], in order. The cost depends on the length of the window, not on the age of the rule. */
  between(from: WallTime, to: WallTime): WallTime[];
  /** How many days may be asked for at once without holding thousands of wall times. */
  daysAtOnce: number;
}

const daysAtOnce = ({ frequency, mostPerDay }: Rule): number => {
  const coarse = { YEARLY: 3_660, MONTHLY: 3_660, WEEKLY: 1_830, DAILY: 732 };
  return Math.max(1, Math.floor((frequency in coarse ? coarse[frequency as keyof typeof coarse] : 732) / mostPerDay));
};

const attempt = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw new UnusableRecurrence(error instanceof Error ? error.message : 'the rule is not understood');
  }
};

/** @param maxIterations how many periods of the rule one window may visit */
export const wallTimesOf = (rule: Rule, start: WallTime, maxIterations = 20_000): WallTimes => {
  const key = `DTSTART:${isoBasic(start)}\nRRULE:${textOf(rule, start)}`;
  const expander = attempt(
    () =>
      new RRuleTemporal({
        rruleString: key,
        maxIterations,
        maxCandidateEvaluations: 50 * maxIterations,
        cache: false,
      }),
  );
  const end = start + horizonInDays * millisecondsPerDay;
  const isReal = weekdayGuard(rule) ?? (() => true);
  return {
    key,
    daysAtOnce: daysAtOnce(rule),
    between: (from, to) => {
      const [first, last] = [Math.max(from, start), Math.min(to, end)];
      if (first > last) return [];
      return attempt(() =>
        expander.between(new Date(first), new Date(last), true).map((at) => at.epochMilliseconds),
      ).filter(isReal);
    },
  };
};

const counted = new Map<string, WallTime | undefined>();
const mostRemembered = 5_000;

/** Most counts end within months: the years that may be asked for at once would all be expanded for them. */
const firstCountedDays = 40;

const walk = (times: WallTimes, start: WallTime, count: number): WallTime | undefined => {
  const end = start + horizonInDays * millisecondsPerDay;
  let left = count;
  let days = Math.min(firstCountedDays, times.daysAtOnce);
  for (let from = start; from <= end;) {
    const next = from + days * millisecondsPerDay;
    const found = times.between(from, next - 1);
    if (found.length >= left) return found[left - 1];
    left -= found.length;
    from = next;
    days = Math.min(2 * days, times.daysAtOnce);
  }
  return undefined;
};

/**
 * The wall time of the `count`th occurrence, or undefined when the horizon comes first. Counting starts at the beginning of the series;
 * the answer is remembered, so that the windows of one series count once.
 * @throws UnusableRecurrence beyond {@link mostCounted}
 */
export const nthWallTime = (times: WallTimes, start: WallTime, count: number): WallTime | undefined => {
  if (count > mostCounted) throw new UnusableRecurrence(`COUNT=${count} is more than ${mostCounted}`);
  const key = `${count} ${times.key}`;
  if (!counted.has(key)) {
    if (counted.size >= mostRemembered) counted.clear();
    counted.set(key, walk(times, start, count));
  }
  return counted.get(key);
};
