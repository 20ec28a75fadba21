import type { Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { OperationEvent } from '../../publishing/sync-events';
import type { StreamOfEvents } from '../../publishing/record';

export interface Operation {
  operationId: string;
  ownerId: string;
}

/** Steps of an operation that the gateway follows, as a stream to record. */
export const operationSteps = ({ operationId, ownerId }: Operation, events: OperationEvent[]): StreamOfEvents => ({
  streamId: `operation-${operationId}`,
  ownerId,
  events,
});

export const progressed = (of: Operation, step: string, detail?: string): OperationEvent => ({
  type: 'OperationProgressed',
  data: { operationId: of.operationId, ownerId: of.ownerId, step, ...(detail === undefined ? {} : { detail }) },
});
export const succeeded = (of: Operation, result: Record<string, unknown>): OperationEvent => ({
  type: 'OperationSucceeded',
  data: { operationId: of.operationId, ownerId: of.ownerId, result },
});
export const refused = (of: Operation, code: string, detail: string): OperationEvent => ({
  type: 'OperationFailed',
  data: { operationId: of.operationId, ownerId: of.ownerId, code, detail },
});

/** Operations that waited for pulls of this calendar up to `seq` and for no other any more. */
export async function finishedRequests(tx: Transaction, calendarId: string, seq: string): Promise<Operation[]> {
  const { rows: done } = await tx.query<{ operation_id: string; owner_id: string }>(
    'DELETE FROM sync_requests WHERE calendar_id = $1 AND dirty_seq <= $2 RETURNING operation_id, owner_id',
    [calendarId, seq],
  );
  if (done.length === 0) return [];
  // Two calendars of one operation may end at the same moment, each not seeing the other's end: the lock puts them in line.
  const ids = done.map(({ operation_id }) => operation_id).sort();
  for (const id of ids) await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [id]);
  const { rows: open } = await tx.query<{ operation_id: string }>(
    'SELECT DISTINCT operation_id FROM sync_requests WHERE operation_id = ANY ($1::uuid[])',
    [ids],
  );
  const waiting = new Set(open.map(({ operation_id }) => operation_id));
  return done
    .filter(({ operation_id }) => !waiting.has(operation_id))
    .map(({ operation_id, owner_id }) => ({ operationId: operation_id, ownerId: owner_id }));
}

/** Operations that wait for a pull that will not come; they stop waiting. */
export async function abandonedRequests(tx: Transaction, calendarIds: readonly string[]): Promise<Operation[]> {
  const { rows } = await tx.query<{ operation_id: string; owner_id: string }>(
    `DELETE FROM sync_requests WHERE operation_id IN
       (SELECT operation_id FROM sync_requests WHERE calendar_id = ANY ($1::uuid[])) RETURNING operation_id, owner_id`,
    [calendarIds],
  );
  return [...new Map(rows.map((row) => [row.operation_id, row.owner_id]))].map(([operationId, ownerId]) => ({
    operationId,
    ownerId,
  }));
}
