import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { type Logger, periodic, type ServiceMetrics, type Worker } from '@calendar-sync/service-host';

const EVERY_MS = 15_000;

/** What an operator looks at first: how much is due and for how long, what waits, what is parked. */
export function backlogGauges(database: Database, metrics: ServiceMetrics, logger: Logger): Worker {
  return periodic({
    name: 'backlog-gauges',
    everyMs: EVERY_MS,
    logger,
    run: async () => {
      const { rows } = await database.query<{ due: number; oldest: number; waiting: number; parked: number }>(
        `SELECT count(*)::int AS due, coalesce(extract(epoch FROM now() - min(due_at)), 0)::float8 AS oldest,
           (SELECT count(*)::int FROM webhook_retry_queue WHERE state = 'waiting') AS waiting,
           (SELECT count(*)::int FROM webhook_retry_queue WHERE state = 'parked') AS parked
         FROM calendar_sync_states WHERE active AND due_at <= now()`,
      );
      const { due, oldest, waiting, parked } = rows[0]!;
      metrics.gauge('sync_calendars_due', 'Calendars that are due to be pulled', {}, due);
      metrics.gauge('sync_oldest_due_seconds', 'For how long the first of them has been due', {}, oldest);
      metrics.gauge('sync_retry_queue', 'Calendars whose pull failed, by state', { state: 'waiting' }, waiting);
      metrics.gauge('sync_retry_queue', 'Calendars whose pull failed, by state', { state: 'parked' }, parked);
    },
  });
}
