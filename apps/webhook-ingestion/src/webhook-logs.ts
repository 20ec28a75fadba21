import type { Database, Queryable } from '@calendar-sync/event-sourcing-postgres';

/** The pushes that these notifications spoke for are answered, too. */
export async function markProcessed(
  db: Queryable,
  { notificationIds, ownerId, processedAt }: { notificationIds: string[]; ownerId?: string; processedAt: string },
): Promise<void> {
  await db.query(
    `UPDATE calendar_webhook_logs
     SET status = CASE WHEN coalesced_into IS NULL THEN 'processed' ELSE status END,
       owner_id = coalesce($2, owner_id), processed_at = $3, error = NULL
     WHERE notification_id = ANY ($1::uuid[]) OR coalesced_into = ANY ($1::uuid[])`,
    [notificationIds, ownerId ?? null, processedAt],
  );
}

/** A later success overrules it; an earlier one stands. */
export async function markFailed(
  db: Queryable,
  { notificationIds, ownerId, failure }: { notificationIds: string[]; ownerId?: string; failure: string },
): Promise<void> {
  await db.query(
    `UPDATE calendar_webhook_logs
     SET status = CASE WHEN coalesced_into IS NULL THEN 'failed' ELSE status END, owner_id = coalesce($2, owner_id), error = $3
     WHERE (notification_id = ANY ($1::uuid[]) OR coalesced_into = ANY ($1::uuid[])) AND processed_at IS NULL`,
    [notificationIds, ownerId ?? null, failure],
  );
}

const BATCH = 5_000;

/** Deletes what is older than so many days, in short transactions; gives how many rows of pushes and of the log went. */
export async function forgetOlderThan(
  database: Database,
  days: number,
  signal?: AbortSignal,
): Promise<{ logs: number; notifications: number }> {
  const logs = await inBatches(signal, () =>
    database.query(
      `DELETE FROM calendar_webhook_logs WHERE notification_id IN (
         SELECT notification_id FROM calendar_webhook_logs
         WHERE received_at < now() - make_interval(days => $1) ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [days, BATCH],
    ),
  );
  // The oldest rows of the log are its first ones; it is read along its primary key until one is young enough.
  const notifications = await inBatches(signal, () =>
    database.query(
      `DELETE FROM events USING (
         SELECT tx, position FROM (
           SELECT tx, position, recorded_at FROM events ORDER BY tx, position LIMIT $2 FOR UPDATE SKIP LOCKED
         ) AS first WHERE recorded_at < now() - make_interval(days => $1)
       ) AS old WHERE events.tx = old.tx AND events.position = old.position`,
      [days, BATCH],
    ),
  );
  await database.query(`DELETE FROM push_bursts WHERE held IS NULL AND window_ends_at < now() - interval '1 day'`);
  return { logs, notifications };
}

async function inBatches(
  signal: AbortSignal | undefined,
  remove: () => Promise<{ rowCount: number }>,
): Promise<number> {
  let removed = 0;
  for (;;) {
    const { rowCount } = await remove();
    removed += rowCount;
    if (rowCount < BATCH || signal?.aborted) return removed;
  }
}
