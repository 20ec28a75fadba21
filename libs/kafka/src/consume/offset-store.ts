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
  return (await lockOffsets(tx, [{ topic, partition }]))[0]!;
}

/**
 * The same for several partitions, in one order, so that nobody waits for another in a circle. Gives their offsets in the order given.
 * `lockMs`: how long this transaction waits for any lock from here on, instead of as long as the connection does.
 */
export async function lockOffsets(
  tx: Transaction,
  partitions: readonly { topic: string; partition: number }[],
  lockMs?: number,
): Promise<bigint[]> {
  const values = [partitions.map(({ topic }) => topic), partitions.map(({ partition }) => partition)];
  const { rows } = await tx.query<OffsetRow>(
    `WITH patience AS MATERIALIZED (
       SELECT set_config('lock_timeout', coalesce($3::text, current_setting('lock_timeout')), true)
     )
     SELECT o.topic, o.partition, next_offset FROM patience, consumer_offsets AS o
     JOIN unnest($1::text[], $2::integer[]) AS p (topic, partition) ON o.topic = p.topic AND o.partition = p.partition
     ORDER BY o.topic, o.partition FOR UPDATE OF o`,
    [...values, lockMs === undefined ? null : String(lockMs)],
  );
  if (rows.length < partitions.length) {
    await tx.query(
      `INSERT INTO consumer_offsets (topic, partition, next_offset)
       SELECT topic, partition, 0 FROM unnest($1::text[], $2::integer[]) AS p (topic, partition) ORDER BY topic, partition
       ON CONFLICT DO NOTHING`,
      values,
    );
    return lockOffsets(tx, partitions, lockMs);
  }
  const found = new Map(rows.map((row) => [`${row.topic}/${row.partition}`, BigInt(row.next_offset)]));
  return partitions.map(({ topic, partition }) => found.get(`${topic}/${partition}`)!);
}

export async function saveOffset(tx: Transaction, topic: string, partition: number, next: bigint): Promise<void> {
  await tx.query(
    'UPDATE consumer_offsets SET next_offset = $3, updated_at = clock_timestamp() WHERE topic = $1 AND partition = $2',
    [topic, partition, String(next)],
  );
}
