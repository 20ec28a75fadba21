import type { EventResource, StoredEvent } from './event';
import { isCancelled, isException, isMaster } from './event';
import type { EventBook } from './event-book';
import { instantOfTime } from './event-time';
import type { ListQuery } from './list-query';
import { exceptionsBySlot, occurrenceAt, slotsAround, slotsBetween } from './occurrences';

export interface Item {
  /** Sorts the list and names a place in it that later writes don't move. */
  key: string;
  event: EventResource;
}

/** An endless series without a window is followed this far; Google sends years of it as well. */
const UNBOUNDED_YEARS = 2;
const UNBOUNDED_OCCURRENCES = 730;
const YEAR = 366 * 24 * 3_600_000;

const padded = (value: number): string => String(value + 1e15).padStart(17, '0');

export interface Window {
  from: number;
  to: number;
}

export const overlaps = (event: EventResource, zone: string, { from, to }: Window): boolean => {
  const start = instantOfTime(event.start, zone);
  const end = instantOfTime(event.end, zone);
  return start < to && (end > from || (start === end && start >= from));
};

/** The occurrences of a series in a window, each replaced by its exception where it has one. */
export function occurrencesIn(
  master: EventResource,
  exceptions: readonly StoredEvent[],
  window: Window,
  zone: string,
): EventResource[] {
  const replaced = exceptionsBySlot(master, exceptions);
  const plain = slotsAround(master, window.from, window.to)
    .filter((slot) => !replaced.has(slot))
    .map((slot) => occurrenceAt(master, slot));
  return plain.filter((event) => overlaps(event, zone, window));
}

function unboundedOccurrences(master: EventResource, exceptions: readonly StoredEvent[], now: number): EventResource[] {
  const start = instantOfTime(master.start, 'UTC');
  const replaced = exceptionsBySlot(master, exceptions);
  return slotsBetween(master, start - YEAR, Math.max(start, now) + UNBOUNDED_YEARS * YEAR)
    .slice(0, UNBOUNDED_OCCURRENCES)
    .filter((slot) => !replaced.has(slot))
    .map((slot) => occurrenceAt(master, slot));
}

function hasProperty(event: EventResource, kind: 'private' | 'shared', wanted: readonly string[]): boolean {
  return wanted.every((constraint) => {
    const [name, ...value] = constraint.split('=');
    return event.extendedProperties?.[kind]?.[name ?? ''] === value.join('=');
  });
}

function agrees(event: EventResource, query: ListQuery): boolean {
  if (query.eventTypes.length > 0 && !query.eventTypes.includes(event.eventType ?? 'default')) return false;
  if (query.iCalUID !== undefined && event.iCalUID !== query.iCalUID) return false;
  if (query.updatedMin !== undefined && Date.parse(event.updated) < query.updatedMin) return false;
  if (!hasProperty(event, 'private', query.privateProperties)) return false;
  if (!hasProperty(event, 'shared', query.sharedProperties)) return false;
  if (query.q === undefined) return true;
  const people = (event.attendees ?? []).flatMap(({ email, displayName }) => [email, displayName]);
  const texts = [event.summary, event.description, event.location, event.organizer?.email, ...people];
  return texts.some((text) => text?.toLowerCase().includes(query.q ?? ''));
}

export class ListItems {
  constructor(private readonly book: EventBook) {}

  /** What changed after a position, in the order of change, each once. */
  since(
    calendarId: string,
    position: number,
    until: number,
    query: ListQuery,
    expandAll: boolean,
    now: number,
  ): Item[] {
    const changed = this.book
      .changedBetween(calendarId, position, until)
      .filter((stored) => !this.book.isHidden(calendarId, stored));
    const groups = expandAll ? this.groups(calendarId) : new Map<string, StoredEvent[]>();
    return changed
      .filter(
        ({ resource }) => query.eventTypes.length === 0 || query.eventTypes.includes(resource.eventType ?? 'default'),
      )
      .flatMap((stored) => {
        const { resource } = stored;
        const key = padded(stored.position);
        if (!expandAll || !isMaster(resource) || isCancelled(resource)) return [{ key, event: resource }];
        return unboundedOccurrences(resource, groups.get(resource.id) ?? [], now).map((event) => ({
          key: `${key} ${event.id}`,
          event,
        }));
      });
  }

  /** A full list, in the order of creation or as asked. */
  full(calendarId: string, query: ListQuery, expandAll: boolean, zone: string, now: number): Item[] {
    const groups = this.groups(calendarId);
    const bounded = query.timeMin !== undefined || query.timeMax !== undefined;
    const window = { from: query.timeMin ?? 0, to: query.timeMax ?? now + UNBOUNDED_YEARS * YEAR };
    const events = this.book.all(calendarId).flatMap((stored): Item[] => {
      const { resource } = stored;
      const key = padded(stored.ordinal);
      if (!this.isShown(calendarId, stored, query, expandAll)) return [];
      if (isMaster(resource) && !isCancelled(resource)) {
        const exceptions = groups.get(resource.id) ?? [];
        if (!expandAll) {
          const inside = !bounded || occurrencesIn(resource, [], window, zone).length > 0;
          return inside ? [{ key, event: resource }] : [];
        }
        const occurrences = bounded
          ? occurrencesIn(resource, exceptions, window, zone)
          : unboundedOccurrences(resource, exceptions, now);
        return occurrences.map((event) => ({ key: `${key} ${event.id}`, event }));
      }
      return !bounded || overlaps(resource, zone, window) ? [{ key, event: resource }] : [];
    });
    return this.ordered(
      events.filter(({ event }) => agrees(event, query)),
      query,
      zone,
    );
  }

  private ordered(items: Item[], query: ListQuery, zone: string): Item[] {
    const rekeyed = items.map((item) => {
      if (query.orderBy === undefined) return item;
      const first =
        query.orderBy === 'startTime' ? instantOfTime(item.event.start, zone) : Date.parse(item.event.updated);
      return { ...item, key: `${padded(first)} ${item.event.id}` };
    });
    return rekeyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }

  /** Cancelled occurrences of a living series are always listed with it: they are what it leaves out. */
  private isShown(calendarId: string, stored: StoredEvent, query: ListQuery, expandAll: boolean): boolean {
    const event = stored.resource;
    if (this.book.isHidden(calendarId, stored)) return false;
    if (!isCancelled(event)) return true;
    if (query.showDeleted || query.updatedMin !== undefined) return true;
    if (expandAll || !isException(event)) return false;
    return this.book.stored(calendarId, event.recurringEventId ?? '') !== undefined;
  }

  private groups(calendarId: string): Map<string, StoredEvent[]> {
    const groups = new Map<string, StoredEvent[]>();
    for (const stored of this.book.all(calendarId)) {
      const parent = stored.resource.recurringEventId;
      if (parent === undefined) continue;
      const group = groups.get(parent);
      if (group) group.push(stored);
      else groups.set(parent, [stored]);
    }
    return groups;
  }
}
