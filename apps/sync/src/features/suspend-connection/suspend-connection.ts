import type { Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { SuspendReason } from '../../domain/retry-policy';
import type { StreamOfEvents } from '../../publishing/record';
import { stopSyncing } from '../list-calendars/calendar-registry';
import { failWaiting } from '../pull-changes/failed-notifications';
import { cancelJobs } from '../run-jobs/job-queue';

/** The grant is of no more use: schedules stop and nothing is repeated until the owner connects again. Nothing when that is so already. */
export async function suspendConnection(
  tx: Transaction,
  connectionId: string,
  reason: SuspendReason,
  detail: string,
): Promise<StreamOfEvents[]> {
  const { rows } = await tx.query<{ owner_id: string }>(
    `UPDATE connections SET status = 'suspended', suspended_reason = $2, updated_at = now()
     WHERE connection_id = $1 AND status = 'active' RETURNING owner_id`,
    [connectionId, reason],
  );
  const connection = rows[0];
  if (connection === undefined) return [];
  const { rows: calendars } = await tx.query<{ calendar_id: string }>(
    'SELECT calendar_id FROM calendar_sync_states WHERE connection_id = $1 AND active ORDER BY calendar_id',
    [connectionId],
  );
  const calendarIds = calendars.map(({ calendar_id }) => calendar_id);
  const waiting = await failWaiting(tx, calendarIds, { code: reason, detail });
  await stopSyncing(tx, calendarIds);
  await cancelJobs(tx, ['list-calendars', 'keep-watch'], { connectionId });
  return [
    {
      streamId: `connection-${connectionId}`,
      ownerId: connection.owner_id,
      events: [
        {
          type: 'ConnectionSuspended',
          data: { ownerId: connection.owner_id, connectionId, reason, ...(detail === '' ? {} : { detail }) },
        },
      ],
    },
    ...waiting,
  ];
}
