import type { Database, Queryable } from '@calendar-sync/event-sourcing-postgres';
import type { ParkReason } from './parked-records';

export interface ParkedMessage {
  id: string;
  topic: string;
  /** The topic itself, or the one on which a replay was answered. */
  receivedOn: string;
  partition: number;
  offset: string;
  key?: string;
  type?: string;
  source?: string;
  sequence?: number;
  epoch?: number;
  ownerId?: string;
  reason: ParkReason;
  error?: string;
  attempts: number;
  parkedAt: Date;
  attemptedAt?: Date;
  replayRequestedAt?: Date;
}

interface Row {
  id: string;
  topic: string;
  received_on: string;
  partition: number;
  record_offset: string;
  key: string | null;
  type: string | null;
  source: string | null;
  sequence: string | null;
  epoch: string | null;
  owner_id: string | null;
  reason: ParkReason;
  error: string | null;
  attempts: number;
  parked_at: Date;
  attempted_at: Date | null;
  replay_requested_at: Date | null;
}

/** What waits, oldest first; without its content. */
export async function listParked(
  db: Queryable,
  { limit = 1_000, topic }: { limit?: number; topic?: string } = {},
): Promise<ParkedMessage[]> {
  const { rows } = await db.query<Row>(
    `SELECT id, topic, received_on, partition, record_offset, key, type, source, sequence, epoch, owner_id, reason, error,
       attempts, parked_at, attempted_at, replay_requested_at
     FROM parked_messages WHERE $2::text IS NULL OR topic = $2 ORDER BY id LIMIT $1`,
    [limit, topic ?? null],
  );
  return rows.map((row) => ({
    id: row.id,
    topic: row.topic,
    receivedOn: row.received_on,
    partition: row.partition,
    offset: row.record_offset,
    reason: row.reason,
    attempts: row.attempts,
    parkedAt: row.parked_at,
    ...(row.key !== null && { key: row.key }),
    ...(row.type !== null && { type: row.type }),
    ...(row.source !== null && { source: row.source }),
    ...(row.sequence !== null && { sequence: Number(row.sequence) }),
    ...(row.epoch !== null && { epoch: Number(row.epoch) }),
    ...(row.owner_id !== null && { ownerId: row.owner_id }),
    ...(row.error !== null && { error: row.error }),
    ...(row.attempted_at !== null && { attemptedAt: row.attempted_at }),
    ...(row.replay_requested_at !== null && { replayRequestedAt: row.replay_requested_at }),
  }));
}

/**
 * Marks messages to be tried again. The running consumer does it within seconds, in order per key, and goes on with what
 * stands behind them; what fails again stays, with its new error. Gives how many were marked.
 */
export async function requestReplayOfParked(db: Queryable, ids: readonly string[] | 'all'): Promise<number> {
  const { rowCount } = await db.query(
    `UPDATE parked_messages SET replay_requested_at = clock_timestamp()
     WHERE reason IN ('poison', 'failed') AND ($1::bigint[] IS NULL OR id = ANY ($1::bigint[]))`,
    [ids === 'all' ? null : ids],
  );
  return rowCount;
}

/**
 * Gives messages up for good: they are deleted, and what stood behind them is applied as if they had been. For what can
 * never be read. Gives how many were discarded.
 */
export async function discardParked(database: Database, ids: readonly string[]): Promise<number> {
  return database.transaction(async (tx) => {
    const { rows } = await tx.query<NumberedRow>(
      `DELETE FROM parked_messages WHERE id = ANY ($1::bigint[]) AND reason IN ('poison', 'failed')
       RETURNING id, topic, key, source, epoch, sequence`,
      [ids],
    );
    const numbered = rows
      .filter(({ sequence }) => sequence !== null)
      .sort((a, b) => Number(a.sequence) - Number(b.sequence));
    for (const { topic, key, source, epoch, sequence } of numbered) {
      await tx.query(
        `UPDATE consumer_sequences SET epoch = $4, last_sequence = $5
         WHERE topic = $1 AND key = $2 AND source = $3
           AND ((epoch = $4 AND last_sequence = $5 - 1) OR (epoch < $4 AND $5 = 1))`,
        [topic, key, source, epoch, sequence],
      );
    }
    return rows.length;
  });
}

interface NumberedRow {
  id: string;
  topic: string;
  key: string | null;
  source: string | null;
  epoch: string | null;
  sequence: string | null;
}
