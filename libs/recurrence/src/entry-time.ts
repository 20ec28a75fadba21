import { UnusableRecurrence } from './unusable-recurrence';
import { instantOfWall, wallOfInstant, WallTime, zoneNamed } from './zones';

/** A day without a zone, `yyyy-mm-dd`. As an end it is exclusive. */
export type LocalDate = { date: string };
/** RFC 3339 with an offset, or without one and then in `timeZone`. */
export type ZonedTime = { dateTime: string; timeZone?: string };
export type EntryTime = LocalDate | ZonedTime;

export const isAllDay = (time: EntryTime): time is LocalDate => 'date' in time;

const dateForm = /^\d{4}-\d{2}-\d{2}$/;
const dateTimeForm = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?([Zz]|[+-]\d{2}:?\d{2})?$/;

export const wallOfDate = ({ date }: LocalDate): WallTime => {
  const wall = dateForm.test(date) ? Date.parse(`${date}T00:00:00Z`) : NaN;
  if (Number.isNaN(wall)) throw new UnusableRecurrence(`"${date}" is no date`);
  return wall;
};

/** As nearly all times are written: the engine reads them by itself, in a fraction of the time. */
const exactForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.000)?(?:Z|[+-]\d{2}:\d{2})$/;

const parts = ({ dateTime }: ZonedTime): { wall: WallTime; offset?: string } => {
  const match = dateTimeForm.exec(dateTime);
  const wall = match ? Date.parse(`${match[1]}T${match[2]}Z`) : NaN;
  if (!match || Number.isNaN(wall)) throw new UnusableRecurrence(`"${dateTime}" is no time`);
  return { wall, offset: match[3] };
};

const minutesOf = (offset: string): number => {
  if (offset.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [offset.slice(1, 3), offset.slice(-2)].map(Number);
  return (offset.startsWith('-') ? -1 : 1) * ((hours ?? 0) * 60 + (minutes ?? 0));
};

/**
 * The zone in which a time is meant: its own, else the default; a zone that nobody knows gives way to the offset of the time itself.
 * @throws UnusableRecurrence where nothing usable is left
 */
export const zoneOf = (time: ZonedTime, defaultTimeZone: string): string => {
  const named = zoneNamed(time.timeZone ?? defaultTimeZone);
  if (named) return named;
  const { offset } = parts(time);
  const fallback = offset ? zoneNamed(offset.toUpperCase() === 'Z' ? 'UTC' : offset) : zoneNamed(defaultTimeZone);
  if (!fallback) throw new UnusableRecurrence(`"${time.timeZone ?? defaultTimeZone}" is no time zone`);
  return fallback;
};

/** The wall time in `zone`; a time written without an offset keeps its wall even where the zone skips it. */
export const wallOfTime = (time: ZonedTime, zone: string): WallTime => {
  const { wall, offset } = parts(time);
  return offset ? wallOfInstant(wall - minutesOf(offset) * 60_000, zone) : wall;
};

/**
 * Epoch milliseconds of a start or an end. A date is the first moment of its day in `allDayTimeZone`, which is also the zone of a time
 * that has neither an offset nor a zone.
 * @throws UnusableRecurrence
 */
export const instantOf = (time: EntryTime, allDayTimeZone: string): number => {
  if (isAllDay(time)) {
    const zone = zoneNamed(allDayTimeZone);
    if (!zone) throw new UnusableRecurrence(`"${allDayTimeZone}" is no time zone`);
    return instantOfWall(wallOfDate(time), zone);
  }
  const exact = exactForm.test(time.dateTime) ? Date.parse(time.dateTime) : NaN;
  if (!Number.isNaN(exact)) return exact;
  const { wall, offset } = parts(time);
  if (offset) return wall - minutesOf(offset) * 60_000;
  return instantOfWall(wall, zoneOf(time, allDayTimeZone));
};
