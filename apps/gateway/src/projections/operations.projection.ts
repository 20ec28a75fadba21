import { projection } from '@calendar-sync/event-sourcing-postgres';
import type {
  OperationAccepted,
  OperationActor,
  OperationExpired,
  OperationFailed,
  OperationKind,
  OperationStepTaken,
  OperationSucceeded,
} from '../domain/operation.decider';

export interface OperationStep {
  step: string;
  at: string;
  detail?: string;
}

export interface OperationRow {
  operation_id: string;
  owner_id: string;
  kind: OperationKind;
  status: 'accepted' | 'running' | 'succeeded' | 'failed' | 'expired';
  actor: OperationActor;
  connection_id?: string;
  calendar_ids?: string[];
  steps: OperationStep[];
  result?: Record<string, unknown>;
  failure?: { code: string; detail: string };
  accepted_at: string;
  finished_at?: string;
}

type OperationMessages = {
  OperationAccepted: OperationAccepted['data'];
  OperationStepTaken: OperationStepTaken['data'];
  OperationSucceeded: OperationSucceeded['data'];
  OperationFailed: OperationFailed['data'];
  OperationExpired: OperationExpired['data'];
};

export const operations = projection<OperationRow, OperationMessages>({
  name: 'operations',
  columns: {
    operation_id: 'uuid NOT NULL',
    owner_id: 'text NOT NULL',
    kind: 'text NOT NULL',
    status: 'text NOT NULL',
    actor: 'jsonb NOT NULL',
    connection_id: 'uuid',
    calendar_ids: 'jsonb',
    steps: 'jsonb NOT NULL',
    result: 'jsonb',
    failure: 'jsonb',
    accepted_at: 'timestamptz NOT NULL',
    finished_at: 'timestamptz',
  },
  key: 'operation_id',
  indexes: ['(owner_id, connection_id)', "(accepted_at) WHERE status IN ('accepted', 'running')"],
  rowId: ({ data }) => data.operationId,
  on: {
    OperationAccepted: (row, { data }) =>
      row === undefined
        ? {
            operation_id: data.operationId,
            owner_id: data.ownerId,
            kind: data.kind,
            status: 'accepted',
            actor: data.actor,
            ...(data.connectionId !== undefined && { connection_id: data.connectionId }),
            ...(data.calendarIds && { calendar_ids: data.calendarIds }),
            steps: [],
            accepted_at: data.acceptedAt,
          }
        : undefined,
    OperationStepTaken: (row, { data }) => {
      const taken = { step: data.step, at: data.at, ...(data.detail !== undefined && { detail: data.detail }) };
      if (row === undefined || row.steps.some(({ step, at }) => step === taken.step && at === taken.at))
        return undefined;
      const status = row.status === 'accepted' ? 'running' : row.status;
      return { ...row, status, steps: [...row.steps, taken] };
    },
    OperationSucceeded: (row, { data }) =>
      row && {
        ...row,
        status: 'succeeded',
        result: data.result,
        failure: undefined,
        finished_at: data.at,
        // An account that was connected before keeps the connection it has.
        ...(isUuid(data.result['connectionId']) && { connection_id: data.result['connectionId'] }),
      },
    OperationFailed: (row, { data }) =>
      row && {
        ...row,
        status: 'failed',
        failure: { code: data.code, detail: data.detail },
        finished_at: data.at,
      },
    OperationExpired: (row, { data }) =>
      row?.status === 'succeeded' || row?.status === 'failed'
        ? undefined
        : row && {
            ...row,
            status: 'expired',
            failure: { code: 'expired', detail: 'nothing was answered within 10 minutes; asking again is safe' },
            finished_at: data.at,
          },
  },
});

const isUuid = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
