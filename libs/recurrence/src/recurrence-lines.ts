import { parseRule, Rule } from './rule';
import { UnusableRecurrence } from './unusable-recurrence';
import { instantOfWall, WallTime, wallOfInstant, zoneNamed } from './zones';

/** A moment written in a line: a day, or a time that is a wall and an instant at once. */
export type Moment = { day: WallTime } | { wall: WallTime; instant: number };

export interface RecurrenceLines {
  rules: Rule[];
  excludedRules: Rule[];
  dates: Moment[];
  excludedDates: Moment[];
}

const momentForm = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?$/;

/** A value of UNTIL, RDATE or EXDATE. A time without `Z` is a wall time of `writtenIn`; walls are told in `zone`. */
export const momentOf = (value: string, writtenIn: string, zone: string): Moment => {
  const match = momentForm.exec(value.trim().toUpperCase());
  const [, year, month, day, hour, minute, second, utc] = match ?? [];
  const wall = Date.parse(`${year}-${month}-${day}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}Z`);
  if (!match || Number.isNaN(wall)) throw new UnusableRecurrence(`"${value.slice(0, 100)}" is no date`);
  if (hour === undefined) return { day: wall };
  const instant = utc ? wall : instantOfWall(wall, writtenIn);
  return { wall: utc || writtenIn !== zone ? wallOfInstant(instant, zone) : wall, instant };
};

const listOf = (parameters: string[], value: string, zone: string): Moment[] => {
  const parameter = (name: string) =>
    parameters.find((item) => item.toUpperCase().startsWith(`${name}=`))?.slice(name.length + 1);
  if (parameter('VALUE')?.toUpperCase() === 'PERIOD') return [];
  const writtenIn = zoneNamed(parameter('TZID')?.replaceAll('"', '') ?? zone) ?? zone;
  return value
    .split(',')
    .filter((item) => item.trim() !== '')
    .map((item) => momentOf(item, writtenIn, zone));
};

/**
 * Google's `recurrence[]`: `RRULE`, `EXRULE`, `RDATE` and `EXDATE` lines of RFC 5545. Periods and `X-` lines are passed over.
 * @throws UnusableRecurrence
 */
export const parseLines = (lines: readonly string[], zone: string): RecurrenceLines => {
  const parsed: RecurrenceLines = { rules: [], excludedRules: [], dates: [], excludedDates: [] };
  for (const line of lines.flatMap((text) => text.split(/\r?\n/)).map((text) => text.trim())) {
    if (line === '' || /^X-/i.test(line)) continue;
    const colon = line.indexOf(':');
    const [name = '', ...parameters] = line.slice(0, Math.max(colon, 0)).split(';');
    const value = line.slice(colon + 1);
    if (/^RRULE$/i.test(name)) parsed.rules.push(parseRule(value));
    else if (/^EXRULE$/i.test(name)) parsed.excludedRules.push(parseRule(value));
    else if (/^RDATE$/i.test(name)) parsed.dates.push(...listOf(parameters, value, zone));
    else if (/^EXDATE$/i.test(name)) parsed.excludedDates.push(...listOf(parameters, value, zone));
    else throw new UnusableRecurrence(`"${line.slice(0, 100)}" is no recurrence line`);
  }
  return parsed;
};
