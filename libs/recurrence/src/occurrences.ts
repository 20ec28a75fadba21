import { EntryTime, isAllDay, zoneOf } from './entry-time';
import { horizonOf, ReadSeries, Series, seriesRead, Slot } from './series';
import { formatDate, formatInstant, instantOfWall, millisecondsPerDay } from './zones';

export interface Window {
  /** Epoch milliseconds, inclusive; -Infinity for from the beginning. */
  from: number;
  /** Epoch milliseconds, exclusive; Infinity for as long as rules are followed, which is two centuries. */
  to: number;
  /** IANA zone in which days lie. */
  allDayTimeZone: string;
}

export interface Occurrence {
  /** What identifies it, whatever becomes of it later. */
  originalStart: EntryTime;
  start: EntryTime;
  end: EntryTime;
  /** Epoch milliseconds; of an all-day one in the window's `allDayTimeZone`. */
  startsAt: number;
  endsAt: number;
}

/** Whether something lies in a window: it does when they overlap, and without a length when it starts inside. */
export const overlaps = (
  span: { startsAt: number; endsAt: number },
  { from, to }: { from: number; to: number },
): boolean => span.startsAt < to && (span.endsAt > from || span.startsAt >= from);

const endOf = (read: ReadSeries, { wall, instant }: Slot): number =>
  read.allDay ? instantOfWall(wall + read.duration, read.zone) : instant + read.duration;

const occurrenceAt = (series: Series, read: ReadSeries, slot: Slot): Occurrence => {
  const endsAt = endOf(read, slot);
  if (isAllDay(series.start) || isAllDay(series.end)) {
    const start = { date: formatDate(slot.wall) };
    return {
      originalStart: start,
      start,
      end: { date: formatDate(slot.wall + read.duration) },
      startsAt: slot.instant,
      endsAt,
    };
  }
  const endZone = zoneOf(series.end, series.defaultTimeZone);
  const start = { dateTime: formatInstant(slot.instant, read.zone), timeZone: series.start.timeZone ?? read.zone };
  const end = { dateTime: formatInstant(endsAt, endZone), timeZone: series.end.timeZone ?? endZone };
  return { originalStart: start, start, end, startsAt: slot.instant, endsAt };
};

/**
 * The occurrences that overlap [from, to), in order of their start, computed as they are asked for. Exceptions are not looked at:
 * see `instancesBetween`. A window costs what it is long, however old the series; COUNT is counted once and remembered.
 * @throws UnusableRecurrence for a rule that is broken, finer than once a minute, or counts beyond 50,000
 */
export function* occurrencesBetween(series: Series, window: Window): Generator<Occurrence> {
  const read = seriesRead(series, window.allDayTimeZone);
  // A day of slack, because an all-day length is wall time and a zone may stretch it.
  const reach = read.duration + (read.allDay ? millisecondsPerDay : 0);
  const first = Math.max(window.from - reach, read.earliest);
  const last = Math.min(window.to, horizonOf(read) + 1);
  for (let from = first; from < last; from += read.stride) {
    for (const slot of read.slots(from, Math.min(from + read.stride, last))) {
      const occurrence = occurrenceAt(series, read, slot);
      if (overlaps(occurrence, window)) yield occurrence;
    }
  }
}

/** The zone in which a day ends last. */
const lastZoneOnEarth = 'Etc/GMT+12';

/**
 * The end of the last occurrence in epoch milliseconds, or undefined for an endless series; the end of the first one when nothing is
 * left of it. To be computed once, when an entry is written. Without `allDayTimeZone` an all-day series ends where its last day has
 * ended everywhere, so that no reader's zone loses it. Exceptions have times of their own and don't count here.
 * @throws UnusableRecurrence
 */
export const lastInstant = (series: Series, allDayTimeZone = lastZoneOnEarth): number | undefined => {
  const read = seriesRead(series, allDayTimeZone);
  if (read.latest === Infinity) return undefined;
  let to = horizonOf(read) + 1;
  for (
    let length = Math.min(read.stride, 40 * millisecondsPerDay);
    to > read.earliest;
    length = Math.min(2 * length, read.stride)
  ) {
    const from = Math.max(to - length, read.earliest);
    const last = read.slots(from, to).at(-1);
    if (last) return endOf(read, last);
    to = from;
  }
  return endOf(read, read.start);
};
