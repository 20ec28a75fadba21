import { expand } from '../recurrence/expand';
import { type EventResource, isMaster, type StoredEvent } from './event';
import { instanceId, momentOf, seriesOf, timeAt } from './event-time';

/** The occurrence of a series at a slot, before any exception: what Google derives and doesn't keep. */
export function occurrenceAt(master: EventResource, slot: number): EventResource {
  const { recurrence: _recurrence, ...rest } = master;
  const length = momentOf(master.end) - momentOf(master.start);
  const allDay = master.start?.date !== undefined;
  return {
    ...rest,
    id: instanceId(master.id, slot, allDay),
    recurringEventId: master.id,
    originalStartTime: timeAt(slot, master.start),
    start: timeAt(slot, master.start),
    end: timeAt(slot + length, master.end),
  };
}

/** Slots of a series with `from` ≤ slot < `to`: instants, or UTC midnights for an all-day series. */
export const slotsBetween = (master: EventResource, from: number, to: number): number[] =>
  expand(seriesOf(master), from, to);

export function hasSlot(master: EventResource, slot: number, allDay: boolean): boolean {
  if (!isMaster(master) || (master.start?.date !== undefined) !== allDay) return false;
  return slotsBetween(master, slot, slot + 1).length > 0;
}

/** Occurrences overlapping [from, to) whatever zone the reader takes for dates: a little more than asked, to be filtered. */
export function slotsAround(master: EventResource, from: number, to: number): number[] {
  const length = momentOf(master.end) - momentOf(master.start);
  const margin = 2 * 24 * 3_600_000;
  return slotsBetween(master, from - length - margin, to + margin);
}

export const slotOf = (exception: EventResource): number => momentOf(exception.originalStartTime);

/**
 * The exceptions of a series by the slot that each stands for. A date and an instant never name the same one: what was cancelled
 * at midnight UTC, while the series was timed, leaves out no day of it once it is all-day.
 */
export function exceptionsBySlot(
  master: EventResource,
  exceptions: readonly StoredEvent[],
): ReadonlyMap<number, EventResource> {
  const allDay = master.start?.date !== undefined;
  return new Map(
    exceptions
      .filter(({ resource }) => (resource.originalStartTime?.date !== undefined) === allDay)
      .map(({ resource }) => [slotOf(resource), resource]),
  );
}
