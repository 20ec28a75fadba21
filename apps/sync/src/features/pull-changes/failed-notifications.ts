import { randomUUID } from 'node:crypto';
import type { Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { StreamOfEvents } from '../../publishing/record';
import { abandonedRequests, operationSteps, refused } from '../report-operations/operation-log';

/** Nobody will pull these calendars for now: what waited for it is told so. */
export async function failWaiting(
  tx: Transaction,
  calendarIds: readonly string[],
  failure: { code: string; detail: string },
): Promise<StreamOfEvents[]> {
  const { rows } = await tx.query<{
    calendar_id: string;
    owner_id: string;
    connection_id: string;
    notification_ids: string[];
    failed_at: Date;
  }>(
    `WITH taken AS (
       DELETE FROM pending_notifications WHERE calendar_id = ANY ($1::uuid[]) RETURNING calendar_id, notification_id
     )
     SELECT calendar_id, s.owner_id, s.connection_id, array_agg(notification_id) AS notification_ids, now() AS failed_at
     FROM taken JOIN calendar_sync_states AS s USING (calendar_id) GROUP BY 1, 2, 3`,
    [calendarIds],
  );
  const operations = await abandonedRequests(tx, calendarIds);
  return [
    ...rows.map((row): StreamOfEvents => ({
      streamId: `calendar-notifications-${randomUUID()}`,
      ownerId: row.owner_id,
      expectedVersion: 0,
      events: [
        {
          type: 'NotificationFailed',
          data: {
            ownerId: row.owner_id,
            connectionId: row.connection_id,
            calendarId: row.calendar_id,
            notificationIds: row.notification_ids,
            failedAt: row.failed_at.toISOString(),
            failure: failure.code,
          },
        },
      ],
    })),
    ...operations.map((operation) =>
      operationSteps(operation, [refused(operation, 'sync-failed', `${failure.code}: ${failure.detail}`)]),
    ),
  ];
}
