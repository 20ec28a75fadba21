import { EntryTime, instantOf, isAllDay } from './entry-time';
import { Occurrence, occurrencesBetween, overlaps, Window } from './occurrences';
import { Series } from './series';

/** One occurrence that its owner changed or cancelled; `entry` is whatever the caller keeps of it. */
export interface SeriesException<E> {
  originalStart: EntryTime;
  cancelled: boolean;
  start: EntryTime;
  end: EntryTime;
  entry: E;
}

export interface Instance<E> extends Occurrence {
  /** The exception's; absent for an occurrence as the series gives it. */
  entry?: E;
}

const splitSuffix = /_R\d{8}(T\d{6}Z?)?$/;

/** What all parts of a series have in common, however often it was split: Google adds `_R…` to the id of each part but the first. */
export const seriesRoot = (masterId: string): string => masterId.replace(splitSuffix, '');

/**
 * Google's id of an instance: `<master>_20261122T170000Z` in UTC, `<master>_20261122` all day, from the original start whatever became
 * of it. The `_R…` of a master that a split made is no part of it. `zone` is meant where `originalStart` has no zone of its own.
 * Source: https://developers.google.com/workspace/calendar/api/guides/recurringevents
 */
export const instanceId = (masterId: string, originalStart: EntryTime, zone: string): string =>
  idAt(masterId, isAllDay(originalStart) ? originalStart.date : instantOf(originalStart, zone));

/** The same of an occurrence, which knows its instant. */
export const idOfOccurrence = (masterId: string, { originalStart, startsAt }: Occurrence): string =>
  idAt(masterId, isAllDay(originalStart) ? originalStart.date : startsAt);

const idAt = (masterId: string, slot: string | number): string =>
  `${seriesRoot(masterId)}_${(typeof slot === 'string' ? slot : new Date(slot).toISOString()).replace(/[-:]|\.\d+/g, '')}`;

/**
 * The instances that overlap [from, to), in order of their start: each occurrence replaced by its exception, cancelled ones gone,
 * those moved into the window there and those moved out of it not. An exception that fits no occurrence stands for itself.
 * @throws UnusableRecurrence
 */
export function* instancesBetween<E>(
  series: Series,
  exceptions: Iterable<SeriesException<E>>,
  window: Window,
): Generator<Instance<E>> {
  const slotOf = (start: EntryTime): string | number =>
    isAllDay(start) ? start.date : instantOf(start, series.defaultTimeZone);
  const replaced = new Map([...exceptions].map((exception) => [slotOf(exception.originalStart), exception]));
  const changed = [...replaced.values()]
    .filter(({ cancelled }) => !cancelled)
    .map(({ originalStart, start, end, entry }): Instance<E> => ({
      originalStart,
      start,
      end,
      entry,
      startsAt: instantOf(start, window.allDayTimeZone),
      endsAt: instantOf(end, window.allDayTimeZone),
    }))
    .filter((instance) => overlaps(instance, window))
    .sort((a, b) => a.startsAt - b.startsAt);

  let next = 0;
  for (const occurrence of occurrencesBetween(series, window)) {
    if (replaced.has(slotOf(occurrence.originalStart))) continue;
    for (let moved = changed[next]; moved && moved.startsAt <= occurrence.startsAt; moved = changed[++next])
      yield moved;
    yield occurrence;
  }
  yield* changed.slice(next);
}
