import type { Queryable, Transaction } from '@calendar-sync/event-sourcing-postgres';

export interface StoredOffset {
  topic: string;
  partition: number;
  next: bigint;
}

interface OffsetRow {
  topic: string;
  partition: number;
  next_offset: string;
}

/** The next offsets of these partitions, each with a row from now on. */
export async function storedOffsets(
  db: Queryable,
  partitions: readonly { topic: string; partition: number }[],
): Promise<StoredOffset[]> {
  const values = [partitions.map(({ topic }) => topic), partitions.map(({ partition }) => partition)];
  await db.query(
    `INSERT INTO consumer_offsets (topic, partition, next_offset)
     SELECT topic, partition, 0 FROM unnest($1::text[], $2::integer[]) AS p (topic, partition) ON CONFLICT DO NOTHING`,
    values,
  );
  const { rows } = await db.query<OffsetRow>(
    `SELECT topic, partition, next_offset FROM consumer_offsets
     JOIN unnest($1::text[], $2::integer[]) AS p (topic, partition) USING (topic, partition)`,
    values,
  );
  return rows.map(({ topic, partition, next_offset: next }) => ({ topic, partition, next: BigInt(next) }));
}

/** Locks the row until the end of the transaction: the fence against every other process that believes it owns the partition. */
export async function lockOffset(tx: Transaction, topic: string, partition: number): Promise<bigint> {
  const { rows } = await tx.query<OffsetRow>(
    'SELECT next_offset FROM consumer_offsets WHERE topic = $1 AND partition = $2 FOR UPDATE',
    [topic, partition],
  );
  const row = rows[0];
  if (row !== undefined) return BigInt(row.next_offset);
  await tx.query('INSERT INTO consumer_offsets (topic, partition, next_offset) VALUES ($1, $2, 0)', [topic, partition]);
  return 0n;
}

export async function saveOffset(tx: Transaction, topic: string, partition: number, next: bigint): Promise<void> {
  await tx.query(
    'UPDATE consumer_offsets SET next_offset = $3, updated_at = clock_timestamp() WHERE topic = $1 AND partition = $2',
    [topic, partition, String(next)],
  );
}
