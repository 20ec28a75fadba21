import type { Queryable } from '@calendar-sync/event-sourcing-postgres';
import type { OperationKind } from '../../domain/operation.decider';
import type { OperationStep } from '../../projections/operations.projection';
import type { OperationDto } from './operation.dto';

interface StoredOperation {
  operation_id: string;
  owner_id: string;
  kind: OperationKind;
  status: 'accepted' | 'running' | 'succeeded' | 'failed' | 'expired';
  connection_id: string | null;
  calendar_ids: string[] | null;
  steps: OperationStep[];
  result: Record<string, unknown> | null;
  failure: { code: string; detail: string } | null;
  accepted_at: Date;
  finished_at: Date | null;
}

export const operationPath = (operationId: string) => `/api/v1/calendar/operations/${operationId}`;

const resultPaths: Record<OperationKind, (ownerId: string) => string> = {
  'connect-account': (ownerId) => `/api/v1/calendar/connections/${encodeURIComponent(ownerId)}`,
  'disconnect-account': (ownerId) => `/api/v1/calendar/connections/${encodeURIComponent(ownerId)}`,
  'sync-calendars': (ownerId) => `/api/v1/calendar/sync/${encodeURIComponent(ownerId)}`,
};

/** The operation as the API shows it, or undefined when there is none. */
export async function findOperation(db: Queryable, operationId: string): Promise<OperationDto | undefined> {
  const { rows } = await db.query<StoredOperation>('SELECT * FROM operations WHERE operation_id = $1', [operationId]);
  return rows[0] && view(rows[0]);
}

function view(row: StoredOperation): OperationDto {
  return {
    operationId: row.operation_id,
    userId: row.owner_id,
    kind: row.kind,
    status: row.status,
    ...(row.connection_id !== null && { connectionId: row.connection_id }),
    ...(row.calendar_ids !== null && { calendarIds: row.calendar_ids }),
    steps: row.steps,
    ...(row.result !== null && Object.keys(row.result).length > 0 && { result: row.result }),
    ...(row.failure !== null && { problem: row.failure }),
    acceptedAt: row.accepted_at.toISOString(),
    ...(row.finished_at !== null && { finishedAt: row.finished_at.toISOString() }),
    links: { self: operationPath(row.operation_id), result: resultPaths[row.kind](row.owner_id) },
  };
}
