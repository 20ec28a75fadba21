import { instantOf, isZone, wallOf } from './zone';

const DAY = 24 * 3_600_000;

/** A date or a time as recurrence lines write it. `wall` is floating; `utc` says that it is an instant already. */
interface Stamp {
  wall: number;
  isDate: boolean;
  utc: boolean;
}

export interface DateLine {
  /** Instants for a timed series, UTC midnights for an all-day one. */
  moments: number[];
  /** Whole local days (UTC midnights), where a timed series is given plain dates. */
  days: number[];
}

export interface RecurrenceLines {
  rules: string[];
  exclusionRules: string[];
  added: DateLine;
  excluded: DateLine;
}

export interface SeriesStart {
  /** Wall time of the first occurrence; a UTC midnight for an all-day series. */
  wall: number;
  allDay: boolean;
  zone: string;
}

const STAMP = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z)?)?$/;

export function parseStamp(text: string): Stamp | undefined {
  const match = STAMP.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, utc] = match;
  const wall = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
  );
  return { wall, isDate: hour === undefined, utc: utc !== undefined };
}

/** `20261122T170000Z` or `20261122`, the forms that rule lines and instance ids use. */
export function compactStamp(moment: number, allDay: boolean): string {
  const text = new Date(moment).toISOString().replace(/[-:]/g, '');
  return allDay ? text.slice(0, 8) : `${text.slice(0, 15)}Z`;
}

function readDates(parameters: string, values: string, start: SeriesStart, into: DateLine): void {
  const named = /;TZID="?([^;:"]+)"?/i.exec(parameters)?.[1];
  const zone = named !== undefined && isZone(named) ? named : start.zone;
  for (const value of values.split(',')) {
    const stamp = parseStamp(value.split('/')[0] ?? '');
    if (!stamp) continue;
    if (start.allDay) into.moments.push(stamp.wall - (stamp.wall % DAY));
    else if (stamp.isDate) into.days.push(stamp.wall);
    else into.moments.push(stamp.utc ? stamp.wall : instantOf(zone, stamp.wall));
  }
}

/** @throws Error naming the line that is none of RRULE, EXRULE, RDATE, EXDATE. */
export function parseLines(lines: readonly string[], start: SeriesStart): RecurrenceLines {
  const parsed: RecurrenceLines = {
    rules: [],
    exclusionRules: [],
    added: { moments: [], days: [] },
    excluded: { moments: [], days: [] },
  };
  for (const line of lines) {
    const [, name, parameters, value] = /^([A-Za-z]+)((?:;[^:]*)?):(.*)$/s.exec(line.trim()) ?? [];
    if (name === undefined || parameters === undefined || value === undefined) {
      throw new Error(`Invalid recurrence line: ${line}`);
    }
    switch (name.toUpperCase()) {
      case 'RRULE':
        parsed.rules.push(value);
        break;
      case 'EXRULE':
        parsed.exclusionRules.push(value);
        break;
      case 'RDATE':
        readDates(parameters, value, start, parsed.added);
        break;
      case 'EXDATE':
        readDates(parameters, value, start, parsed.excluded);
        break;
      default:
        throw new Error(`Invalid recurrence line: ${line}`);
    }
  }
  // A plain date added to a timed series takes the time of day of its start.
  for (const day of parsed.added.days) parsed.added.moments.push(instantOf(start.zone, day + (start.wall % DAY)));
  return parsed;
}

export const localDay = (zone: string, instant: number): number => {
  const wall = wallOf(zone, instant);
  return wall - (((wall % DAY) + DAY) % DAY);
};
