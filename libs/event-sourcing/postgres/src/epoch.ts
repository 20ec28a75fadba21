import type { Queryable, Transaction } from './database';

/** Which life of this log it is: 1 from the start, one more after each restore. */
export async function currentEpoch(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ epoch: number }>('SELECT epoch FROM log_epoch');
  return rows[0]!.epoch;
}

/**
 * To be called once after a restore, before any service starts: every cursor of before is refused from now on, and sequences that the lost part had
 * used up may be used again. Where the log came from another cluster (a dump), its transaction numbers mean nothing here and are forgotten.
 * Gives the new epoch. With a large log give the transaction no statement timeout.
 */
export async function advanceEpoch(tx: Transaction): Promise<number> {
  await tx.query('LOCK TABLE events IN EXCLUSIVE MODE');
  await tx.query(`
    UPDATE events SET tx = '0'
    WHERE EXISTS (SELECT FROM events WHERE tx >= pg_snapshot_xmin(pg_current_snapshot()))`);
  const { rows } = await tx.query<{ epoch: number }>(
    'UPDATE log_epoch SET epoch = epoch + 1, advanced_at = now() RETURNING epoch',
  );
  return rows[0]!.epoch;
}
