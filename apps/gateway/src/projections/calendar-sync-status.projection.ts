import { projection, type ReadMessage } from '@calendar-sync/event-sourcing-postgres';
import type { CalendarSyncedV1, CalendarSyncFailedV1, CalendarSyncProgressedV1 } from '@calendar-sync/contracts-sync';
import type { CalendarHealthChangedV1 } from '@calendar-sync/contracts-monitoring';
import { isNews } from './learned';

interface Heard {
  epoch: number;
  sequence: number;
}

/** How the copy of one calendar stands, told by two topics that know nothing of each other's order. */
export interface CalendarSyncStatusRow {
  calendar_id: string;
  owner_id: string;
  connection_id: string;
  state: 'waiting' | 'syncing' | 'current' | 'failing' | 'parked';
  last_synced_at?: string;
  /** When the last successful pull began: what the provider held then is here. */
  fresh_as_of?: string;
  last_sync?: LastSync;
  progress?: { pullId: string; kind: 'full' | 'incremental'; pages: number; items: number; at: string };
  last_failure?: LastFailure;
  next_poll_at?: string;
  poll_reason?: string;
  health?: Omit<CalendarHealthChangedV1, 'ownerId' | 'connectionId' | 'calendarId'>;
  syncs_heard?: Heard;
  health_heard?: Heard;
}

export type LastSync = Pick<
  CalendarSyncedV1,
  'kind' | 'trigger' | 'startedAt' | 'finishedAt' | 'pages' | 'items' | 'added' | 'changed' | 'cancelled' | 'notifiedAt'
>;

export type LastFailure = Pick<
  CalendarSyncFailedV1,
  'trigger' | 'failedAt' | 'failure' | 'detail' | 'consecutiveFailures' | 'nextAttemptAt' | 'parked'
>;

type StatusMessages = {
  'CalendarSyncProgressed.v1': CalendarSyncProgressedV1;
  'CalendarSynced.v1': CalendarSyncedV1;
  'CalendarSyncFailed.v1': CalendarSyncFailedV1;
  'CalendarHealthChanged.v1': CalendarHealthChangedV1;
};
type SyncMessage = ReadMessage<string, CalendarSyncedV1 | CalendarSyncFailedV1 | CalendarSyncProgressedV1>;

export const calendarSyncStatus = projection<CalendarSyncStatusRow, StatusMessages>({
  name: 'calendar_sync_status',
  columns: {
    calendar_id: 'uuid NOT NULL',
    owner_id: 'text NOT NULL',
    connection_id: 'uuid NOT NULL',
    state: 'text NOT NULL',
    last_synced_at: 'timestamptz',
    fresh_as_of: 'timestamptz',
    last_sync: 'jsonb',
    progress: 'jsonb',
    last_failure: 'jsonb',
    next_poll_at: 'timestamptz',
    poll_reason: 'text',
    health: 'jsonb',
    syncs_heard: 'jsonb',
    health_heard: 'jsonb',
  },
  key: 'calendar_id',
  // Two topics meet on one row, each with partitions of its own.
  keysMeet: true,
  indexes: ['(owner_id)'],
  rowId: ({ data }) => data.calendarId,
  on: {
    'CalendarSyncProgressed.v1': (row, message) => {
      const { pullId, kind, pages, items } = message.data;
      return synced(row, message, {
        state: row?.state === 'failing' || row?.state === 'parked' ? row.state : 'syncing',
        progress: { pullId, kind, pages, items, at: message.time },
      });
    },
    'CalendarSynced.v1': (row, message) => {
      const { kind, trigger, startedAt, finishedAt, pages, items, added, changed, cancelled, notifiedAt } =
        message.data;
      return synced(row, message, {
        state: 'current',
        last_synced_at: finishedAt,
        fresh_as_of: startedAt,
        last_sync: {
          kind,
          trigger,
          startedAt,
          finishedAt,
          pages,
          items,
          added,
          changed,
          cancelled,
          ...(notifiedAt !== undefined && { notifiedAt }),
        },
        progress: undefined,
        next_poll_at: message.data.nextPollAt,
        poll_reason: message.data.pollReason,
      });
    },
    'CalendarSyncFailed.v1': (row, message) => {
      const { trigger, failedAt, failure, detail, consecutiveFailures, nextAttemptAt, parked } = message.data;
      return synced(row, message, {
        state: parked ? 'parked' : 'failing',
        progress: undefined,
        last_failure: {
          trigger,
          failedAt,
          failure,
          consecutiveFailures,
          parked,
          ...(detail !== undefined && { detail }),
          ...(nextAttemptAt !== undefined && { nextAttemptAt }),
        },
      });
    },
    'CalendarHealthChanged.v1': (row, message) => {
      if (!isNews(row?.health_heard, message)) return undefined;
      const { ownerId, connectionId, calendarId, ...health } = message.data;
      return { ...known(row, { ownerId, connectionId, calendarId }), health, health_heard: heard(message) };
    },
  },
});

function synced(row: CalendarSyncStatusRow | undefined, message: SyncMessage, changes: Partial<CalendarSyncStatusRow>) {
  if (!isNews(row?.syncs_heard, message)) return undefined;
  return { ...known(row, message.data), ...changes, syncs_heard: heard(message) };
}

const heard = ({ epoch, sequence }: ReadMessage): Heard => ({ epoch, sequence });

function known(
  row: CalendarSyncStatusRow | undefined,
  { ownerId, connectionId, calendarId }: { ownerId: string; connectionId: string; calendarId: string },
): CalendarSyncStatusRow {
  const about = { calendar_id: calendarId, owner_id: ownerId, connection_id: connectionId };
  return { state: 'waiting', ...row, ...about };
}
