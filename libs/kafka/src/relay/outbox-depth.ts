import type { LogCursor, Queryable } from '@calendar-sync/event-sourcing-postgres';

export interface OutboxDepth {
  /** Events and commands that are not published yet; counted up to 10,000 each. */
  messages: number;
  oldest?: Date;
}

const LIMIT = 10_000;

/** Cheap when the relay keeps up, bounded when it doesn't. */
export async function outboxDepth(db: Queryable, { transactionId, position }: LogCursor): Promise<OutboxDepth> {
  const { rows } = await db.query<{ messages: number; oldest: Date | null }>(
    `WITH unpublished AS (
       (SELECT recorded_at AS since FROM events
        WHERE (tx, position) > ($1::xid8, $2::bigint) AND topic IS NOT NULL ORDER BY tx, position LIMIT ${LIMIT})
       UNION ALL
       (SELECT enqueued_at FROM outbox_messages ORDER BY id LIMIT ${LIMIT})
     )
     SELECT count(*)::integer AS messages, min(since) AS oldest FROM unpublished`,
    [transactionId, position],
  );
  const row = rows[0];
  return { messages: row?.messages ?? 0, ...(row?.oldest ? { oldest: row.oldest } : {}) };
}
