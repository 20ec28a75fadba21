import type { LogCursor, Queryable } from '@calendar-sync/event-sourcing-postgres';
import type { Logger, Metrics } from '../observability';

export interface OutboxDepth {
  /** Events and commands that are not published yet; counted up to 10,000 each. */
  messages: number;
  oldest?: Date;
}

const LIMIT = 10_000;

/** Cheap when the relay keeps up, bounded when it doesn't. */
async function outboxDepth(db: Queryable, { transactionId, position }: LogCursor): Promise<OutboxDepth> {
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

const EVERY_MS = 5_000;
const OLD_MS = 30_000;

/** Shows now and then how much waits, and warns when it waits long. */
export class DepthGauge {
  private measuredAt = 0;

  constructor(
    private readonly database: Queryable,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {}

  /** Undefined where that was done a moment ago. */
  async measure(cursor: LogCursor): Promise<OutboxDepth | undefined> {
    if (performance.now() - this.measuredAt < EVERY_MS && this.measuredAt > 0) return undefined;
    this.measuredAt = performance.now();
    const depth = await outboxDepth(this.database, cursor);
    this.metrics.gauge('relay_outbox_depth', 'Messages not published yet; counted up to a limit', {}, depth.messages);
    const age = depth.oldest === undefined ? 0 : Math.max(0, Date.now() - depth.oldest.getTime());
    this.metrics.gauge('relay_oldest_unpublished_seconds', 'Age of the oldest message not published', {}, age / 1000);
    if (age > OLD_MS) {
      this.logger.warn(
        { ageMs: age, ...depth },
        'messages wait long for the relay: is a writing transaction open somewhere in the cluster?',
      );
    }
    return depth;
  }
}
