import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { type Logger, periodic, type Worker } from '@calendar-sync/service-host';

const HOUR_MS = 3_600_000;
const STEP = 5_000;
const CHANNELS_KEPT_DAYS = 30;

/** Ended pulls and channels go after a while; short statements, so that nobody waits for them. */
export function housekeeping(database: Database, logger: Logger, pullRunsKeptDays: number): Worker {
  return periodic({
    name: 'housekeeping',
    everyMs: HOUR_MS,
    restFirst: true,
    logger,
    run: async () => {
      const { rowCount: pulls } = await database.query(
        `DELETE FROM pull_runs WHERE pull_id IN (SELECT pull_id FROM pull_runs
           WHERE status IN ('finished', 'abandoned') AND updated_at < now() - $1 * interval '1 day' LIMIT $2)`,
        [pullRunsKeptDays, STEP],
      );
      const { rowCount: channels } = await database.query(
        `DELETE FROM calendar_webhooks WHERE channel_id IN (SELECT channel_id FROM calendar_webhooks
           WHERE state IN ('stopped', 'failed') AND requested_at < now() - $1 * interval '1 day' LIMIT $2)`,
        [CHANNELS_KEPT_DAYS, STEP],
      );
      if (pulls === STEP || channels === STEP) return 'again';
    },
  });
}
