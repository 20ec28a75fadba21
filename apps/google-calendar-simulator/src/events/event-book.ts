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

interface Logged {
  position: number;
  id: string;
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
  /** Every change in its order, by calendar: only added to, and checked when read. */
  private readonly log = new Map<string, Logged[]>();
  /** Ids that were once exceptions of a master, by calendar: only added to, and checked when read. */
  private readonly exceptions = new Map<string, Map<string, Set<string>>>();

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

  /** What changed after one position and up to another, in the order of change, each once. */
  changedBetween(calendarId: string, after: number, until: number): StoredEvent[] {
    const shelf = this.shelf(calendarId);
    const log = this.logOf(calendarId);
    let first = log.length;
    while (first > 0 && (log[first - 1]?.position ?? 0) > after) first--;
    return log.slice(first).flatMap(({ id, position }) => {
      const stored = shelf.get(id);
      // Not the same position any more: it changed again later, or the change was taken back.
      return stored?.position === position && position <= until ? [stored] : [];
    });
  }

  stored(calendarId: string, id: string): StoredEvent | undefined {
    return this.shelf(calendarId).get(id);
  }

  previous(calendarId: string, id: string): EventResource | undefined {
    return this.before.get(`${calendarId} ${id}`);
  }

  exceptionsOf(calendarId: string, masterId: string): StoredEvent[] {
    const shelf = this.shelf(calendarId);
    return [...(this.indexOf(calendarId).get(masterId) ?? [])]
      .map((id) => shelf.get(id))
      .filter((stored) => stored !== undefined)
      .filter(({ resource }) => resource.recurringEventId === masterId);
  }

  /** What remains of a deleted series: out of sight, and back with it when it is restored. What was written since then stands alone. */
  isHidden(calendarId: string, { position, resource: { recurringEventId } }: StoredEvent): boolean {
    if (recurringEventId === undefined) return false;
    const parent = this.stored(calendarId, recurringEventId);
    return parent !== undefined && isCancelled(parent.resource) && parent.position > position;
  }

  /** A kept event, or an occurrence derived from its series. */
  find(calendarId: string, id: string): Found | undefined {
    const stored = this.stored(calendarId, id);
    const parentId = stored?.resource.recurringEventId;
    if (stored && parentId === undefined) return { resource: stored.resource, stored };
    const parent = parentId === undefined ? undefined : this.stored(calendarId, parentId)?.resource;
    if (stored && (parent === undefined || hasPlace(stored, parent))) {
      return { resource: stored.resource, stored, ...(parent && { master: parent }) };
    }
    // The slot may belong to another part of a split series now: both give their instances the same ids.
    const derived = this.derive(calendarId, id);
    if (derived) return derived;
    if (!stored || this.isHidden(calendarId, stored)) return undefined;
    return { resource: stored.resource, stored, ...(parent && { master: parent }) };
  }

  save(calendarId: string, resource: EventResource, options: SaveOptions = {}): StoredEvent {
    const stamp = this.calendars.stamp(calendarId, options.at);
    const existing = this.stored(calendarId, resource.id);
    if (existing) this.before.set(`${calendarId} ${resource.id}`, existing.resource);
    const position = this.store.next();
    const saved: EventResource = { ...resource, updated: new Date(stamp).toISOString() };
    if (saved.recurringEventId !== undefined) this.enter(this.indexOf(calendarId), saved.recurringEventId, saved.id);
    this.logOf(calendarId).push({ id: saved.id, position });
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

  /** Without a tombstone. */
  forget(calendarId: string, id: string): void {
    this.shelf(calendarId).remove(id);
  }

  clear(): void {
    this.exceptions.clear();
    this.log.clear();
    this.before.clear();
    this.changes.length = 0;
  }

  private logOf(calendarId: string): Logged[] {
    let log = this.log.get(calendarId);
    if (!log) {
      log = this.all(calendarId)
        .map(({ position, resource }) => ({ position, id: resource.id }))
        .sort((a, b) => a.position - b.position);
      this.log.set(calendarId, log);
    }
    return log;
  }

  private indexOf(calendarId: string): Map<string, Set<string>> {
    let index = this.exceptions.get(calendarId);
    if (!index) {
      index = new Map();
      for (const { resource } of this.all(calendarId)) {
        if (resource.recurringEventId !== undefined) this.enter(index, resource.recurringEventId, resource.id);
      }
      this.exceptions.set(calendarId, index);
    }
    return index;
  }

  private enter(index: Map<string, Set<string>>, masterId: string, id: string): void {
    const ids = index.get(masterId);
    if (ids) ids.add(id);
    else index.set(masterId, new Set([id]));
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
    return master && { resource: occurrenceAt(master, parsed.slot), master };
  }

  private shelf(calendarId: string) {
    return this.store.collection<StoredEvent>(`event/${calendarId}`);
  }
}

const hasPlace = ({ resource }: StoredEvent, master: EventResource): boolean =>
  !isCancelled(master) && hasSlot(master, slotOf(resource), resource.originalStartTime?.date !== undefined);

const changeOf = (calendarId: string, position: number, event: EventResource): Change => ({
  position,
  calendarId,
  id: event.id,
  status: event.status,
  updated: event.updated,
  ...(event.recurringEventId !== undefined && { recurringEventId: event.recurringEventId }),
  ...(event.summary !== undefined && { summary: event.summary }),
});
