import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { type Logger, periodic, type Worker } from '@calendar-sync/service-host';

const DAY_MS = 86_400_000;
const BATCH = 5_000;

/** Without these a rebuilt read model would not know its calendars any more. */
const KEPT = [
  'CalendarAdded.v1',
  'CalendarChanged.v1',
  'CalendarRemoved.v1',
  'ConnectionEstablished.v1',
  'ConnectionSuspended.v1',
  'ConnectionRemoved.v1',
];

/** Deletes pushes, syncs and reports older than so many days, in short transactions; gives how many. The last report of a calendar stays: the next one counts on from it. */
export async function forgetOlderThan(database: Database, days: number, signal?: AbortSignal): Promise<number> {
  for (let forgotten = 0; ;) {
    const { rowCount } = await database.query(
      `DELETE FROM events USING (
         SELECT tx, position FROM events AS e
         WHERE recorded_at < now() - make_interval(days => $1) AND NOT type = ANY ($2::text[])
           AND (type <> 'CalendarHealthChanged' OR EXISTS (SELECT FROM events AS next WHERE next.stream_id = e.stream_id AND next.version = e.version + 1))
         ORDER BY tx, position LIMIT $3
       ) AS old WHERE events.tx = old.tx AND events.position = old.position`,
      [days, KEPT, BATCH],
    );
    forgotten += rowCount;
    if (rowCount < BATCH || signal?.aborted) return forgotten;
  }
}

/** Once a day, and at every start. */
export class LogRetention {
  private readonly worker: Worker;

  constructor(database: Database, days: number, logger: Logger) {
    this.worker = periodic({
      name: 'forget-old-messages',
      everyMs: DAY_MS,
      logger,
      run: async (signal) => {
        const messages = await forgetOlderThan(database, days, signal);
        logger.info({ messages, olderThanDays: days }, 'old messages were forgotten');
      },
    });
  }

  start = () => this.worker.start();
  stop = () => this.worker.stop();
}
