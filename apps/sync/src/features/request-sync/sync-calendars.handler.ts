import type { SyncCalendarsV1 } from '@calendar-sync/contracts-sync';
import type { EventMetadata, Transaction } from '@calendar-sync/event-sourcing-postgres';
import { record } from '../../publishing/record';
import { mayActFor } from '../connect-account/connect-account.handler';
import { markDirty } from '../pull-changes/sync-state.store';
import { operationSteps, progressed, refused } from '../report-operations/operation-log';

/** Somebody asks for a pull: it goes before every wait, and takes parked calendars up again. */
export class SyncCalendarsHandler {
  async handle(tx: Transaction, command: SyncCalendarsV1, metadata: EventMetadata): Promise<void> {
    const { operationId, ownerId, actor, calendarIds, full } = command;
    const { rows } = mayActFor(actor, ownerId)
      ? await tx.query<{ calendar_id: string }>(
          `SELECT calendar_id FROM calendar_sync_states
           WHERE owner_id = $1 AND active AND ($2::uuid[] IS NULL OR calendar_id = ANY ($2)) ORDER BY calendar_id`,
          [ownerId, calendarIds ?? null],
        )
      : { rows: [] };
    const asked = await markDirty(
      tx,
      rows.map(({ calendar_id }) => ({ calendarId: calendar_id, metadata })),
      { trigger: 'requested', full, release: true },
    );
    if (asked.size === 0) {
      const detail = 'there is no such calendar, or its account is not connected';
      await record(tx, [operationSteps(command, [refused(command, 'not-found', detail)])], metadata);
      return;
    }
    await tx.query(
      "UPDATE webhook_retry_queue SET state = 'waiting', next_attempt_at = now() WHERE calendar_id = ANY ($1::uuid[])",
      [[...asked.keys()]],
    );
    await tx.query(
      `INSERT INTO sync_requests (operation_id, calendar_id, owner_id, dirty_seq)
       SELECT $1, calendar_id, $2, seq FROM unnest($3::uuid[], $4::bigint[]) AS r (calendar_id, seq)
       ON CONFLICT (operation_id, calendar_id) DO NOTHING`,
      [operationId, ownerId, [...asked.keys()], [...asked.values()]],
    );
    await record(tx, [operationSteps(command, [progressed(command, 'queued', `${asked.size} calendars`)])], metadata);
  }
}
