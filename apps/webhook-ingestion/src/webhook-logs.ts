import type { Database, Queryable } from '@calendar-sync/event-sourcing-postgres';

export interface Processed {
  notificationIds: readonly string[];
  ownerId?: string;
  processedAt: string;
}

export interface Failed {
  notificationIds: readonly string[];
  ownerId?: string;
  failure: string;
}

/** The pushes that these notifications spoke for are answered, too. */
export async function markProcessed(db: Queryable, processed: readonly Processed[]): Promise<void> {
  const told = ofNotifications(processed);
  if (told.length === 0) return;
  await db.query(
    `UPDATE calendar_webhook_logs AS log
     SET status = CASE WHEN coalesced_into IS NULL THEN 'processed' ELSE status END,
       owner_id = coalesce(told.owner_id, log.owner_id), processed_at = told.processed_at, error = NULL
     FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS told (id, owner_id, processed_at)
     WHERE log.notification_id = told.id OR log.coalesced_into = told.id`,
    [
      told.map(([id]) => id),
      told.map(([, { ownerId }]) => ownerId ?? null),
      told.map(([, { processedAt }]) => processedAt),
    ],
  );
}

/** A later success overrules it; an earlier one stands. */
export async function markFailed(db: Queryable, failed: readonly Failed[]): Promise<void> {
  const told = ofNotifications(failed);
  if (told.length === 0) return;
  await db.query(
    `UPDATE calendar_webhook_logs AS log
     SET status = CASE WHEN coalesced_into IS NULL THEN 'failed' ELSE status END,
       owner_id = coalesce(told.owner_id, log.owner_id), error = told.failure
     FROM unnest($1::uuid[], $2::text[], $3::text[]) AS told (id, owner_id, failure)
     WHERE (log.notification_id = told.id OR log.coalesced_into = told.id) AND log.processed_at IS NULL`,
    [told.map(([id]) => id), told.map(([, { ownerId }]) => ownerId ?? null), told.map(([, { failure }]) => failure)],
  );
}

/** What was said last of each. */
const ofNotifications = <Told extends { notificationIds: readonly string[] }>(told: readonly Told[]) => [
  ...new Map(told.flatMap((each) => each.notificationIds.map((id) => [id, each] as const))),
];

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
