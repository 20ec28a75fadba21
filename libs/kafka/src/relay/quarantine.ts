import type { Database, Queryable } from '@calendar-sync/event-sourcing-postgres';
import type { Logger, Metrics } from '../observability';
import type { RelayLease } from './lease';
import { NotEncodable, type RecordMaker } from './outgoing';
import { eventsOfTopic, keyName, type PublishedEvent } from './published-events';
import { notKnown } from '../publications';
import { MessageTooLarge, type Outgoing, type Sender } from './sender';
import type { SkippedNumbers } from './skipped-numbers';

export interface QuarantinedKey {
  topic: string;
  key: string;
  ownerId?: string;
  /** The first number that was not published. */
  sequence: number;
  eventId: string;
  eventType: string;
  reason: string;
  quarantinedAt: Date;
}

interface QuarantineRow {
  topic: string;
  key: string;
  owner_id: string | null;
  sequence: string;
  event_id: string;
  event_type: string;
  reason: string;
  quarantined_at: Date;
  release: 'retry' | 'skip' | null;
}

const PAGE = 200;

/** Keys of which an event could not be published. Nothing behind it is published either, until an operator releases the key; all others go on. */
export class Quarantine {
  private readonly keys = new Set<string>();

  constructor(
    private readonly options: {
      database: Database;
      lease: RelayLease;
      sender: Sender;
      records: RecordMaker;
      skipped: SkippedNumbers;
      logger: Logger;
      metrics: Metrics;
    },
  ) {}

  has(event: { topic: string; key: string }): boolean {
    return this.keys.has(keyName(event));
  }

  /** A key that waits only because the relay before this one was of an older version of the service is released. */
  async load(): Promise<void> {
    const { database, records } = this.options;
    const { rows } = await database.query<QuarantineRow>('SELECT * FROM quarantined_keys');
    for (const row of rows) {
      const { event_type: type, reason } = row;
      if (reason === notKnown(type) && records.knows({ type })) await releaseQuarantined(database, row);
    }
    this.keys.clear();
    for (const row of rows) this.keys.add(keyName(row));
    this.gauge();
  }

  async add(event: PublishedEvent, reason: string): Promise<void> {
    await this.options.database.query(
      `INSERT INTO quarantined_keys (topic, key, owner_id, sequence, event_id, event_type, reason)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (topic, key) DO UPDATE SET sequence = excluded.sequence, event_id = excluded.event_id,
         event_type = excluded.event_type, reason = excluded.reason, release = NULL`,
      [event.topic, event.key, event.ownerId ?? null, event.sequence, event.id, event.type, reason],
    );
    this.keys.add(keyName(event));
    this.gauge();
    this.options.metrics.count('relay_quarantines_total', 'Events that can not be published', { topic: event.topic });
    this.options.logger.error(
      {
        alarm: 'key-quarantined',
        topic: event.topic,
        key: event.key,
        sequence: event.sequence,
        eventType: event.type,
        reason,
      },
      'an event can not be published; its key waits for an operator, the others go on',
    );
  }

  /** Sends what waits behind the keys that an operator released. Gives how many keys were released. */
  async serveReleases(epoch: number): Promise<number> {
    const { rows } = await this.options.database.query<QuarantineRow>(
      'SELECT * FROM quarantined_keys WHERE release IS NOT NULL ORDER BY quarantined_at LIMIT 10',
    );
    for (const row of rows) await this.release(row, epoch);
    return rows.length;
  }

  private async release(row: QuarantineRow, epoch: number): Promise<void> {
    const { database, lease, sender, records, skipped, logger } = this.options;
    const { topic, key } = row;
    if (row.release === 'skip') await skipped.addQuarantined(database, row);
    let done = Number(row.sequence) - 1;
    for (;;) {
      const events = await eventsOfTopic(database, {
        topic,
        key,
        after: { key, sequence: done },
        fromSequence: 1,
        toSequence: undefined,
        limit: PAGE,
      });
      const stopped = await sendUntilRefused(events, (event) => records.record(event, epoch), sender);
      if (stopped !== undefined) return this.add(stopped.event, stopped.reason);
      done = events.at(-1)?.sequence ?? done;
      if (events.length < PAGE) break;
      await lease.ensure();
    }
    await database.query('DELETE FROM quarantined_keys WHERE topic = $1 AND key = $2', [topic, key]);
    this.keys.delete(keyName({ topic, key }));
    this.gauge();
    logger.warn({ topic, key, sequence: done }, 'a quarantined key is published again');
  }

  private gauge(): void {
    this.options.metrics.gauge('relay_quarantined_keys', 'Keys that wait for an operator', {}, this.keys.size);
  }
}

/** Sends the events of one key in order, up to the first that can't be published, and gives that one. */
export async function sendUntilRefused(
  events: readonly PublishedEvent[],
  toRecord: (event: PublishedEvent) => Outgoing,
  sender: Sender,
  options: { foreign?: boolean } = {},
): Promise<{ event: PublishedEvent; reason: string } | undefined> {
  const records: Outgoing[] = [];
  let refused: { event: PublishedEvent; reason: string } | undefined;
  for (const event of events) {
    try {
      records.push(toRecord(event));
    } catch (error) {
      if (!(error instanceof NotEncodable)) throw error;
      refused = { event, reason: error.message };
      break;
    }
  }
  try {
    await sender.send(records, options);
  } catch (error) {
    if (!(error instanceof MessageTooLarge)) throw error;
    const event = events[records.indexOf(error.outgoing)];
    if (event === undefined) throw error;
    return { event, reason: error.message };
  }
  return refused;
}

/** Keys that wait for an operator, oldest first. */
export async function listQuarantined(db: Queryable): Promise<QuarantinedKey[]> {
  const { rows } = await db.query<QuarantineRow>('SELECT * FROM quarantined_keys ORDER BY quarantined_at');
  return rows.map((row) => ({
    topic: row.topic,
    key: row.key,
    ...(row.owner_id === null ? {} : { ownerId: row.owner_id }),
    sequence: Number(row.sequence),
    eventId: row.event_id,
    eventType: row.event_type,
    reason: row.reason,
    quarantinedAt: row.quarantined_at,
  }));
}

/**
 * `retry` publishes from the refused event on; `skip` passes over it for good and tells the consumers, now and whenever it is
 * asked for again, that its number is gone. Gives whether the key was in quarantine. The running relay does it within a second.
 */
export async function releaseQuarantined(
  db: Queryable,
  { topic, key }: { topic: string; key: string },
  how: 'retry' | 'skip' = 'retry',
): Promise<boolean> {
  const { rowCount } = await db.query('UPDATE quarantined_keys SET release = $3 WHERE topic = $1 AND key = $2', [
    topic,
    key,
    how,
  ]);
  return rowCount === 1;
}
