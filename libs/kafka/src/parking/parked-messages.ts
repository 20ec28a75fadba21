import type { Database, Queryable, Transaction } from '@calendar-sync/event-sourcing-postgres';
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
  /** Given up, and kept until the numbers before it have come. */
  discardedAt?: Date;
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
  discarded_at: Date | null;
}

/** What waits, oldest first; without its content. */
export async function listParked(
  db: Queryable,
  { limit = 1_000, topic }: { limit?: number; topic?: string } = {},
): Promise<ParkedMessage[]> {
  const { rows } = await db.query<Row>(
    `SELECT id, topic, received_on, partition, record_offset, key, type, source, sequence, epoch, owner_id, reason, error,
       attempts, parked_at, attempted_at, replay_requested_at, discarded_at
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
    ...(row.discarded_at !== null && { discardedAt: row.discarded_at }),
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
 * Gives messages up for good: what stood behind them is applied as if they had been. For what can never be read. One that
 * waits behind a gap is kept, marked, until the numbers before it have come; the running consumer then passes over it.
 * Gives how many were given up, and how many of them are passed over later.
 */
export async function discardParked(
  database: Database,
  ids: readonly string[],
): Promise<{ discarded: number; later: number }> {
  return database.transaction(async (tx) => {
    const { rows } = await tx.query<NumberedRow>(
      `SELECT id, topic, key, source, epoch, sequence, reason FROM parked_messages
       WHERE id = ANY ($1::bigint[]) AND reason IN ('poison', 'failed', 'contradicts') ORDER BY epoch, sequence, id FOR UPDATE`,
      [ids],
    );
    const later: string[] = [];
    for (const row of rows) if (!(await passOver(tx, row))) later.push(row.id);
    await tx.query('UPDATE parked_messages SET discarded_at = clock_timestamp() WHERE id = ANY ($1::bigint[])', [
      later,
    ]);
    const now = rows.filter(({ id }) => !later.includes(id)).map(({ id }) => id);
    await tx.query('DELETE FROM parked_messages WHERE id = ANY ($1::bigint[])', [now]);
    return { discarded: rows.length, later: later.length };
  });
}

interface NumberedRow {
  id: string;
  topic: string;
  key: string | null;
  source: string | null;
  epoch: string | null;
  sequence: string | null;
  reason: ParkReason;
}

/** False where numbers before it are still missing. */
async function passOver(
  tx: Transaction,
  { topic, key, source, epoch, sequence, reason }: NumberedRow,
): Promise<boolean> {
  if (key === null || source === null || epoch === null || sequence === null || reason === 'contradicts') return true;
  const { rows } = await tx.query<{ covered: boolean; next: boolean }>(
    `SELECT epoch > $4 OR (epoch = $4 AND last_sequence >= $5) AS covered,
       (epoch = $4 AND last_sequence = $5 - 1) OR (epoch < $4 AND $5 = 1) AS next
     FROM consumer_sequences WHERE topic = $1 AND key = $2 AND source = $3 FOR UPDATE`,
    [topic, key, source, epoch, sequence],
  );
  const [at] = rows;
  if (at === undefined) return false;
  if (at.next) {
    await tx.query(
      `UPDATE consumer_sequences SET epoch = $4, last_sequence = $5, last_id = NULL, latest_time = clock_timestamp()
       WHERE topic = $1 AND key = $2 AND source = $3`,
      [topic, key, source, epoch, sequence],
    );
  }
  return at.covered || at.next;
}
