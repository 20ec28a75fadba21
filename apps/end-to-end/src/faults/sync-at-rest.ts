import { eventually } from '@calendar-sync/test-infrastructure';
import type { FaultBench } from './fault-bench';

/** Calendars are polled once an hour: what is pulled meanwhile was announced. */
export const hardlyPolled = { POLL_MIN_SECONDS: '1800', POLL_MAX_SECONDS: '3600' };

/** Waits until sync has nothing in hand and nothing to do within the next minute. Only where calendars are hardly polled. */
export async function syncAtRest(bench: FaultBench, timeoutMs = 90_000): Promise<void> {
  await eventually(
    async () => {
      const [busy] = await bench.query(
        'sync',
        `SELECT (SELECT coalesce(json_agg(s), '[]') FROM calendar_sync_states AS s WHERE active
             AND (lease_until IS NOT NULL OR dirty_seq > synced_seq OR due_at < now() + interval '1 minute')) AS calendars,
           (SELECT coalesce(json_agg(j), '[]') FROM jobs AS j
             WHERE kind <> 'list-calendars' AND run_at < now() + interval '1 minute') AS jobs,
           (SELECT coalesce(json_agg(n), '[]') FROM pending_notifications AS n) AS notifications`,
      );
      expect(busy).toEqual({ calendars: [], jobs: [], notifications: [] });
    },
    { timeoutMs, intervalMs: 200 },
  );
}
