import { projection, type ReadMessage } from '@calendar-sync/event-sourcing-postgres';
import type {
  ConnectionEstablishedV1,
  ConnectionRemovedV1,
  ConnectionSuspendedV1,
} from '@calendar-sync/contracts-sync';
import { isNews, type Learned, learnedColumns, learnedFrom } from './learned';

/** One row per connected account; a removed one stays, because what came through it is hidden by it. */
export interface ConnectionRow extends Learned {
  connection_id: string;
  owner_id: string;
  status: 'active' | 'suspended' | 'removed';
  provider?: string;
  account?: string;
  account_email?: string;
  scopes: string[];
  connected_at?: string;
  suspended?: { reason: string; detail?: string; since: string };
}

type ConnectionMessages = {
  'ConnectionEstablished.v1': ConnectionEstablishedV1;
  'ConnectionSuspended.v1': ConnectionSuspendedV1;
  'ConnectionRemoved.v1': ConnectionRemovedV1;
};

export const connections = projection<ConnectionRow, ConnectionMessages>({
  name: 'connections',
  columns: {
    connection_id: 'uuid NOT NULL',
    owner_id: 'text NOT NULL',
    status: 'text NOT NULL',
    provider: 'text',
    account: 'text',
    account_email: 'text',
    scopes: 'jsonb NOT NULL',
    connected_at: 'timestamptz',
    suspended: 'jsonb',
    ...learnedColumns,
  },
  key: 'connection_id',
  indexes: ['(owner_id)'],
  rowId: ({ data }) => data.connectionId,
  on: {
    'ConnectionEstablished.v1': (row, message) => {
      if (!isNews(row, message)) return undefined;
      const { data } = message;
      return {
        connection_id: data.connectionId,
        owner_id: data.ownerId,
        status: 'active',
        provider: data.provider,
        account: data.account,
        ...(data.accountEmail !== undefined && { account_email: data.accountEmail }),
        scopes: data.scopes,
        connected_at: data.connectedAt,
        ...learnedFrom(message),
      };
    },
    'ConnectionSuspended.v1': (row, message) => {
      if (!isNews(row, message)) return undefined;
      const { reason, detail } = message.data;
      const suspended = { reason, ...(detail !== undefined && { detail }), since: message.time };
      return { ...known(row, message), status: 'suspended', suspended };
    },
    'ConnectionRemoved.v1': (row, message) => {
      if (!isNews(row, message)) return undefined;
      return { ...known(row, message), status: 'removed', provider: message.data.provider };
    },
  },
});

function known(
  row: ConnectionRow | undefined,
  message: ReadMessage<string, ConnectionSuspendedV1 | ConnectionRemovedV1>,
): ConnectionRow {
  const { connectionId, ownerId } = message.data;
  return {
    status: 'active',
    scopes: [],
    ...row,
    connection_id: connectionId,
    owner_id: ownerId,
    ...learnedFrom(message),
  };
}
