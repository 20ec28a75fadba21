import type {
  ConnectionEstablishedV1,
  ConnectionRemovedV1,
  ConnectionSuspendedV1,
} from '@calendar-sync/contracts-sync';
import { projection, removed } from '@calendar-sync/event-sourcing-postgres';

/** An account, and why nothing is pulled of it, if so. */
export interface MonitoredConnection {
  connection_id: string;
  owner_id: string;
  suspended_reason?: string;
  suspended_at?: string;
}

export const monitoredConnections = projection<
  MonitoredConnection,
  {
    'ConnectionEstablished.v1': ConnectionEstablishedV1;
    'ConnectionSuspended.v1': ConnectionSuspendedV1;
    'ConnectionRemoved.v1': ConnectionRemovedV1;
  }
>({
  name: 'monitored_connections',
  columns: {
    connection_id: 'uuid NOT NULL',
    owner_id: 'text NOT NULL',
    suspended_reason: 'text',
    suspended_at: 'timestamptz',
  },
  key: 'connection_id',
  indexes: ['(owner_id)'],
  rowId: ({ data }) => data.connectionId,
  on: {
    'ConnectionEstablished.v1': (_row, { data }) => ({ connection_id: data.connectionId, owner_id: data.ownerId }),
    'ConnectionSuspended.v1': (_row, { data, time }) => ({
      connection_id: data.connectionId,
      owner_id: data.ownerId,
      suspended_reason: data.reason,
      suspended_at: new Date(time).toISOString(),
    }),
    'ConnectionRemoved.v1': () => removed,
  },
});
