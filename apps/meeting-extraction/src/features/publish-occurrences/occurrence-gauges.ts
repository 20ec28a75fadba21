import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { type Logger, periodic, type ServiceMetrics, type Worker } from '@calendar-sync/service-host';

const EVERY_MS = 15_000;

/** How many series wait for their occurrences to be published, and for how long. */
export function occurrenceGauges(database: Database, metrics: ServiceMetrics, logger: Logger): Worker {
  return periodic({
    name: 'occurrence-gauges',
    everyMs: EVERY_MS,
    logger,
    run: async () => {
      const { rows } = await database.query<{ due: number; oldest: number; failing: number }>(
        `SELECT count(*) FILTER (WHERE attempts = 0)::int AS due,
           coalesce(extract(epoch FROM now() - min(due_at)), 0)::float8 AS oldest,
           (SELECT count(*)::int FROM occurrence_jobs WHERE attempts > 0) AS failing
         FROM occurrence_jobs WHERE NOT held AND due_at <= now()`,
      );
      const { due, oldest, failing } = rows[0]!;
      metrics.gauge('meeting_series_due', 'Series whose occurrences are due to be published', {}, due);
      metrics.gauge('meeting_series_oldest_due_seconds', 'For how long the first of them has been due', {}, oldest);
      metrics.gauge('meeting_series_failing', 'Series whose occurrences could not be published', {}, failing);
    },
  });
}
