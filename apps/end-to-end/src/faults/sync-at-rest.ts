import { eventually } from '@calendar-sync/test-infrastructure';
import type { FaultBench } from './fault-bench';

/** Calendars are polled once an hour: what is pulled meanwhile was announced. */
export const hardlyPolled = { POLL_MIN_SECONDS: '1800', POLL_MAX_SECONDS: '3600' };

/** Waits until sync has nothing in hand and nothing to do within the next minute. Only where calendars are hardly polled. */
export async function syncAtRest(bench: FaultBench, timeoutMs = 90_000): Promise<void> {
  await eventually(
    async () => {
      const [due] = await bench.query(
        'sync',
        `SELECT (SELECT count(*)::int FROM calendar_sync_states WHERE active
             AND (lease_until IS NOT NULL OR dirty_seq > synced_seq OR due_at < now() + interval '1 minute')) AS calendars,
           (SELECT count(*)::int FROM jobs WHERE kind <> 'list-calendars' AND run_at < now() + interval '1 minute') AS jobs,
           (SELECT count(*)::int FROM pending_notifications) AS notifications`,
      );
      expect(due).toEqual({ calendars: 0, jobs: 0, notifications: 0 });
    },
    { timeoutMs, intervalMs: 200 },
  );
}
