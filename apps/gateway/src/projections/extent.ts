import { isAllDay, lastInstant, occurrencesBetween, type EntryTime, type Series } from '@calendar-sync/recurrence';

const hour = 3_600_000;
const day = 24 * hour;
/** A day begins first at UTC+14 and ends last at UTC-12; a rule without a zone may be meant in any. */
const firstMidnight = -14 * hour;
const lastMidnight = 12 * hour;

/** How much later than `occupies_from` an all-day entry may begin for a reader. */
export const zoneSpread = 26 * hour;

/** What is at most this long, a day in any zone included, is found by its start alone. */
export const longestShort = 3 * day;

/** The end of a series that never ends. */
export const endless = '9999-12-31T00:00:00.000Z';

/** When something can be in a window at all, whatever the zone of the reader: wide enough, never too narrow. */
export interface Extent {
  occupies_from: string;
  occupies_until: string;
  extent: 'short' | 'lasting';
}

export interface Timed {
  start: EntryTime;
  end: EntryTime;
  recurrence?: readonly string[] | undefined;
}

const earliest = (time: EntryTime) =>
  isAllDay(time) ? Date.parse(time.date) + firstMidnight : Date.parse(time.dateTime);
const latest = (time: EntryTime) => (isAllDay(time) ? Date.parse(time.date) + lastMidnight : Date.parse(time.dateTime));

const iso = (instant: number) => new Date(instant).toISOString();

/** Of a series from its first start to its last end. A rule that can't be expanded counts as what its master shows. */
export function extentOf({ start, end, recurrence }: Timed): Extent {
  const from = earliest(start);
  const until = Math.max(latest(end), from);
  if (recurrence === undefined) {
    const extent = until - from <= longestShort ? 'short' : 'lasting';
    return { occupies_from: iso(from), occupies_until: iso(until), extent };
  }
  const whole = seriesBounds({ start, end, recurrence, defaultTimeZone: 'UTC' });
  return {
    occupies_from: iso(Math.min(from, whole.from ?? from)),
    occupies_until: iso(Math.min(whole.until ?? until, Date.parse(endless))),
    extent: 'lasting',
  };
}

function seriesBounds(series: Series): { from?: number; until?: number } {
  const slack = !isAllDay(series.start) && series.start.timeZone === undefined ? zoneSpread : 0;
  try {
    const last = lastInstant(series);
    const until = last === undefined ? Date.parse(endless) : last + slack;
    // Only an RDATE can lie before the start; asking for the first occurrence costs a whole stretch of the series.
    if (!series.recurrence.some((line) => line.startsWith('RDATE'))) return { until };
    const [first] = occurrencesBetween(series, { from: -Infinity, to: Infinity, allDayTimeZone: 'Pacific/Kiritimati' });
    return { until, ...(first && { from: first.startsAt - slack }) };
  } catch {
    // A broken rule must not stop the log: it is shown without its repetitions, and counted where it is shown.
    return {};
  }
}

/** What names an occurrence in its series, whatever zone it is written in: its day, or its instant. */
export const slotOf = (originalStart: EntryTime): string =>
  isAllDay(originalStart) ? originalStart.date : new Date(originalStart.dateTime).toISOString();

export const slotInstant = (originalStart: EntryTime): string =>
  new Date(isAllDay(originalStart) ? originalStart.date : originalStart.dateTime).toISOString();
