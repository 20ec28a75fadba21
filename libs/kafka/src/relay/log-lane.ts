import {
  currentEpoch,
  cursorAt,
  CursorOfAnotherLog,
  type Database,
  type LogCursor,
  readLog,
  startOfLog,
} from '@calendar-sync/event-sourcing-postgres';
import type { Logger } from '../observability';
import type { RelayLease } from './lease';
import { NotEncodable, type RecordMaker } from './outgoing';
import { eventsBehind, isPublished, keyName, type PublishedEvent } from './published-events';
import type { Quarantine } from './quarantine';
import { MessageTooLarge, type Outgoing, type Sender } from './sender';

/** Another version of this service has recorded events that this one can't publish: a relay of that version may. */
export class OfAnotherVersion extends Error {
  override readonly name = 'OfAnotherVersion';

  constructor(readonly types: readonly string[]) {
    super(`another version of this service has recorded ${types.join(', ')}`);
  }
}

const REMEMBERED_KEYS = 50_000;

export interface LogLaneOptions {
  database: Database;
  lease: RelayLease;
  sender: Sender;
  records: RecordMaker;
  quarantine: Quarantine;
  logger: Logger;
  batchSize: number;
  /** Events that no other relay could publish either: their keys are quarantined. */
  foreignTypes: ReadonlySet<string>;
}

/** Follows the log and publishes what is to be published, in the order of `sequence` within a key. */
export class LogLane {
  /** The highest number acknowledged per key since this process leads; below it nothing is missing. */
  private readonly sent = new Map<string, number>();
  /** The cursor went past events that stay private; worth a write only together with the lease. */
  private unsaved = false;

  constructor(
    private readonly options: LogLaneOptions,
    public cursor: LogCursor,
  ) {}

  /** Renews the lease when it is time. Throws LeaseLost. */
  async keepLease(): Promise<void> {
    const { lease } = this.options;
    if (!lease.dueForRenewal) return;
    if (!this.unsaved) return lease.ensure();
    await lease.saveCursor(this.cursor);
    this.unsaved = false;
  }

  /** Publishes the next batch. Gives how many events it held. Throws OfAnotherVersion before it has sent anything. */
  async step(): Promise<number> {
    const { database, lease, batchSize } = this.options;
    let read: Awaited<ReturnType<typeof readLog>>;
    try {
      read = await readLog(database, this.cursor, batchSize, { published: true });
    } catch (error) {
      if (error instanceof CursorOfAnotherLog) return this.startNewEpoch(error);
      throw error;
    }
    const events = read.events.filter(isPublished);
    this.requireKnown(events);
    const last = read.events.at(-1);
    if (last !== undefined)
      await this.publish(await this.inOrder(events, cursorAt(last, read.cursor.epoch)), read.cursor.epoch);
    if (events.length > 0) await lease.saveCursor(read.cursor);
    this.unsaved = events.length === 0 && (this.unsaved || read.cursor.position !== this.cursor.position);
    this.cursor = read.cursor;
    return events.length;
  }

  private requireKnown(events: readonly PublishedEvent[]): void {
    const { records, quarantine, foreignTypes } = this.options;
    const types = events
      .filter((event) => !records.knows(event) && !foreignTypes.has(event.type) && !quarantine.has(event))
      .map(({ type }) => type);
    if (types.length > 0) throw new OfAnotherVersion([...new Set(types)]);
  }

  private async startNewEpoch(error: CursorOfAnotherLog): Promise<number> {
    const epoch = await currentEpoch(this.options.database);
    if (epoch === this.cursor.epoch) throw error;
    if (this.cursor.epoch > 0) {
      this.options.logger.warn(
        { epoch, before: this.cursor.epoch },
        'the log was restored: everything is published again under its new epoch',
      );
    }
    this.cursor = startOfLog(epoch);
    this.sent.clear();
    await this.options.lease.saveCursor(this.cursor);
    return 1;
  }

  /**
   * By key and sequence, with every predecessor that lies behind the batch. A transaction takes its number before it
   * waits for the key's row, so the log may hold a later message of a key before an earlier one.
   */
  private async inOrder(events: readonly PublishedEvent[], end: LogCursor): Promise<PublishedEvent[]> {
    const byKey = new Map<string, Map<number, PublishedEvent>>();
    for (const event of events) this.place(byKey, event);
    let wanted = this.predecessors(
      byKey,
      [...byKey.values()].flatMap((ofKey) => [...ofKey.values()]),
    );
    while (wanted.length > 0) {
      const found = await eventsBehind(this.options.database, end, wanted);
      for (const event of found) this.place(byKey, event);
      wanted = this.predecessors(byKey, found);
    }
    return [...byKey.values()].flatMap((ofKey) => [...ofKey.values()].sort((a, b) => a.sequence - b.sequence));
  }

  private place(byKey: Map<string, Map<number, PublishedEvent>>, event: PublishedEvent): void {
    const name = keyName(event);
    if (event.sequence <= (this.sent.get(name) ?? 0)) return;
    const ofKey = byKey.get(name) ?? new Map<number, PublishedEvent>();
    ofKey.set(event.sequence, event);
    byKey.set(name, ofKey);
  }

  private predecessors(
    byKey: ReadonlyMap<string, ReadonlyMap<number, PublishedEvent>>,
    events: readonly PublishedEvent[],
  ) {
    return events
      .map(({ topic, key, sequence }) => ({ topic, key, sequence: sequence - 1 }))
      .filter((previous) => {
        const name = keyName(previous);
        return previous.sequence > (this.sent.get(name) ?? 0) && !byKey.get(name)?.has(previous.sequence);
      });
  }

  private async publish(events: readonly PublishedEvent[], epoch: number): Promise<void> {
    const { records, sender, quarantine } = this.options;
    const refused = new Map<string, { event: PublishedEvent; reason: string }>();
    const refuse = (event: PublishedEvent, reason: string) => refused.set(keyName(event), { event, reason });
    let open = events.filter((event) => !quarantine.has(event));
    while (open.length > 0) {
      const outgoing: Outgoing[] = [];
      const encoded: PublishedEvent[] = [];
      for (const event of open) {
        if (refused.has(keyName(event))) continue;
        try {
          outgoing.push(records.record(event, epoch));
          encoded.push(event);
        } catch (error) {
          if (!(error instanceof NotEncodable)) throw error;
          refuse(event, error.message);
        }
      }
      open = [];
      try {
        await sender.send(outgoing);
        this.remember(encoded);
      } catch (error) {
        if (!(error instanceof MessageTooLarge)) throw error;
        const at = outgoing.indexOf(error.outgoing);
        const tooLarge = encoded[at];
        if (tooLarge === undefined) throw error;
        this.remember(encoded.slice(0, at));
        refuse(tooLarge, error.message);
        open = encoded.slice(at + 1);
      }
    }
    // Only now that all before them is acknowledged: a crash in between would leave those behind, hidden by the quarantine.
    for (const { event, reason } of refused.values()) await quarantine.add(event, reason);
  }

  private remember(events: readonly PublishedEvent[]): void {
    for (const event of events) {
      const name = keyName(event);
      this.sent.delete(name); // to the end: the map is ordered by use
      this.sent.set(name, event.sequence);
    }
    for (const name of this.sent.keys()) {
      if (this.sent.size <= REMEMBERED_KEYS) return;
      this.sent.delete(name);
    }
  }
}
