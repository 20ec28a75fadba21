import type { Calendars } from '../calendars/calendars';
import type { Touched } from '../channels/touched';
import type { Store } from '../journal/store';
import { type EventResource, isCancelled, isMaster, type StoredEvent } from './event';
import { parseInstanceId } from './event-time';
import { hasSlot, occurrenceAt, slotOf } from './occurrences';

const CHANGES_KEPT = 20_000;

export interface Change {
  position: number;
  calendarId: string;
  id: string;
  status: string;
  updated: string;
  recurringEventId?: string;
  summary?: string;
}

export interface Found {
  resource: EventResource;
  /** Absent for an occurrence that Google derives and doesn't keep. */
  stored?: StoredEvent;
  master?: EventResource;
}

interface SaveOptions {
  /** `updated` in milliseconds; the clock where absent. */
  at?: number | undefined;
  dropped?: boolean;
  removedByGuest?: boolean;
}

/** The events of all calendars: one document per single event, master and exception. */
export class EventBook {
  /** What an event was before its last change, for replaying stale items. */
  private readonly before = new Map<string, EventResource>();
  readonly changes: Change[] = [];

  constructor(
    private readonly store: Store,
    private readonly calendars: Calendars,
    private readonly touched: Touched,
  ) {}

  get position(): number {
    return this.store.position;
  }

  all(calendarId: string): StoredEvent[] {
    return this.shelf(calendarId).values();
  }

  stored(calendarId: string, id: string): StoredEvent | undefined {
    return this.shelf(calendarId).get(id);
  }

  previous(calendarId: string, id: string): EventResource | undefined {
    return this.before.get(`${calendarId} ${id}`);
  }

  exceptionsOf(calendarId: string, masterId: string): StoredEvent[] {
    return this.all(calendarId).filter(({ resource }) => resource.recurringEventId === masterId);
  }

  /** A kept event, or an occurrence derived from its series. */
  find(calendarId: string, id: string): Found | undefined {
    const stored = this.stored(calendarId, id);
    const parentId = stored?.resource.recurringEventId;
    if (stored && parentId === undefined) return { resource: stored.resource, stored };
    const parent = parentId === undefined ? undefined : this.stored(calendarId, parentId)?.resource;
    if (stored && (!isCancelled(stored.resource) || !stored.dropped)) {
      return { resource: stored.resource, stored, ...(parent && { master: parent }) };
    }
    // The slot may belong to another part of a split series now: both give their instances the same ids.
    const derived = this.derive(calendarId, id);
    if (derived) return derived;
    return stored && { resource: stored.resource, stored, ...(parent && { master: parent }) };
  }

  save(calendarId: string, resource: EventResource, options: SaveOptions = {}): StoredEvent {
    const stamp = this.calendars.stamp(calendarId, options.at);
    const existing = this.stored(calendarId, resource.id);
    if (existing) this.before.set(`${calendarId} ${resource.id}`, existing.resource);
    const position = this.store.next();
    const saved: EventResource = { ...resource, updated: new Date(stamp).toISOString() };
    this.changes.push(changeOf(calendarId, position, saved));
    if (this.changes.length > CHANGES_KEPT) this.changes.splice(0, CHANGES_KEPT / 10);
    this.touched.add(`events/${calendarId}`);
    return this.shelf(calendarId).put(resource.id, {
      ordinal: existing?.ordinal ?? position,
      position,
      resource: saved,
      ...(options.dropped && { dropped: true }),
      ...(options.removedByGuest && { removedByGuest: true }),
    });
  }

  /** Keeps what only its owner sees, such as reminders: `updated` and the sync position stay. */
  saveQuietly(calendarId: string, stored: StoredEvent): StoredEvent {
    return this.shelf(calendarId).put(stored.resource.id, stored);
  }

  /** Without a tombstone, as the exceptions of a deleted series go. */
  forget(calendarId: string, id: string): void {
    this.shelf(calendarId).remove(id);
  }

  private derive(calendarId: string, id: string): Found | undefined {
    const parsed = parseInstanceId(id);
    if (!parsed) return undefined;
    const split = `${parsed.base}_R`;
    const masters = this.all(calendarId)
      .map(({ resource }) => resource)
      .filter(
        (event) => (event.id === parsed.base || event.id.startsWith(split)) && isMaster(event) && !isCancelled(event),
      );
    const master = masters.find((each) => hasSlot(each, parsed.slot, parsed.allDay));
    if (!master) return undefined;
    const stored = this.stored(calendarId, id);
    if (stored && stored.resource.recurringEventId === master.id && !isDroppedFor(stored, master)) {
      return { resource: stored.resource, stored, master };
    }
    return { resource: occurrenceAt(master, parsed.slot), master };
  }

  private shelf(calendarId: string) {
    return this.store.collection<StoredEvent>(`event/${calendarId}`);
  }
}

const isDroppedFor = (stored: StoredEvent, master: EventResource): boolean =>
  stored.dropped === true &&
  hasSlot(master, slotOf(stored.resource), stored.resource.originalStartTime?.date !== undefined);

const changeOf = (calendarId: string, position: number, event: EventResource): Change => ({
  position,
  calendarId,
  id: event.id,
  status: event.status,
  updated: event.updated,
  ...(event.recurringEventId !== undefined && { recurringEventId: event.recurringEventId }),
  ...(event.summary !== undefined && { summary: event.summary }),
});
