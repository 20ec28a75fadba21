import type { LogCursor, Queryable } from '@calendar-sync/event-sourcing-postgres';

export interface WorkWaiting {
  /** Behind the cursor, to be published or not; or the cursor is of another life of the log. */
  events: boolean;
  /** Events are recorded behind the cursor, readable or not: a transaction that is still open may hide them. */
  recorded: boolean;
  commands: boolean;
  releases: boolean;
  replays: boolean;
}

// Not EXISTS: of a prepared statement Postgres thinks that a third of the log lies behind any cursor, and reads all of it to find the first.
/** What there is to do, in the one statement that a relay with nothing to do costs. */
export async function workWaiting(db: Queryable, { epoch, transactionId, position }: LogCursor): Promise<WorkWaiting> {
  const { rows } = await db.query<WorkWaiting>(
    `SELECT
       (SELECT epoch FROM log_epoch) <> $3
         OR $1::xid8 > pg_snapshot_xmin(pg_current_snapshot())
         OR (
           SELECT true FROM events
           WHERE (tx, position) > ($1::xid8, $2::bigint) AND tx < pg_snapshot_xmin(pg_current_snapshot())
           ORDER BY tx, position LIMIT 1
         ) IS NOT NULL AS events,
       (
         SELECT true FROM events WHERE (tx, position) > ($1::xid8, $2::bigint) ORDER BY tx, position LIMIT 1
       ) IS NOT NULL AS recorded,
       EXISTS (SELECT FROM outbox_messages) AS commands,
       EXISTS (SELECT FROM quarantined_keys WHERE release IS NOT NULL) AS releases,
       EXISTS (SELECT FROM replay_requests) AS replays`,
    [transactionId, position, epoch],
  );
  return rows[0]!;
}
