import type {
  CalendarAddedV1,
  CalendarChangedV1,
  CalendarRemovedV1,
  CalendarSyncedV1,
  CalendarSyncFailedV1,
} from '@calendar-sync/contracts-sync';
import type { CalendarChangeNotifiedV1 } from '@calendar-sync/contracts-webhook-ingestion';
import { projection } from '@calendar-sync/event-sourcing-postgres';
import { errorRateOf, withOutcome } from '../domain/calendar-health';

/** What was seen of a calendar. Its owner is not known while only pushes were. */
export interface CalendarMonitoringResult {
  calendar_id: string;
  owner_id?: string;
  connection_id?: string;
  removed: boolean;
  last_push_at?: string;
  last_sync_at?: string;
  sync_delay_ms?: number;
  last_failure_at?: string;
  last_failure?: string;
  consecutive_failures: number;
  /** Sync made no further attempt. */
  parked: boolean;
  /** The last syncs, see withOutcome. */
  outcomes: string;
  error_rate: number;
}

type Row = CalendarMonitoringResult;

interface Owned {
  ownerId: string;
  connectionId: string;
  calendarId: string;
}

const unseen = (calendarId: string): Row => ({
  calendar_id: calendarId,
  removed: false,
  consecutive_failures: 0,
  parked: false,
  outcomes: '',
  error_rate: 0,
});

const owned = (row: Row | undefined, { ownerId, connectionId, calendarId }: Owned): Row => ({
  ...(row ?? unseen(calendarId)),
  owner_id: ownerId,
  connection_id: connectionId,
});

/** Two topics are not in order with each other: the later time stands. */
const later = (one: string | undefined, other: string): string =>
  one !== undefined && Date.parse(one) > Date.parse(other) ? one : new Date(other).toISOString();

const present = (row: Row | undefined, { data }: { data: Owned }): Row => ({ ...owned(row, data), removed: false });

/** Folded from pushes, syncs and calendars, which come over three topics: their keys meet on a row. */
export const calendarMonitoringResults = projection<
  Row,
  {
    'CalendarAdded.v1': CalendarAddedV1;
    'CalendarChanged.v1': CalendarChangedV1;
    'CalendarRemoved.v1': CalendarRemovedV1;
    'CalendarChangeNotified.v1': CalendarChangeNotifiedV1;
    'CalendarSynced.v1': CalendarSyncedV1;
    'CalendarSyncFailed.v1': CalendarSyncFailedV1;
  }
>({
  name: 'calendar_monitoring_results',
  columns: {
    calendar_id: 'uuid NOT NULL',
    owner_id: 'text',
    connection_id: 'uuid',
    removed: 'boolean NOT NULL',
    last_push_at: 'timestamptz',
    last_sync_at: 'timestamptz',
    sync_delay_ms: 'bigint',
    last_failure_at: 'timestamptz',
    last_failure: 'text',
    consecutive_failures: 'integer NOT NULL',
    parked: 'boolean NOT NULL',
    outcomes: 'text NOT NULL',
    error_rate: 'double precision NOT NULL',
  },
  key: 'calendar_id',
  indexes: ['(owner_id)', '(connection_id)'],
  keysMeet: true,
  rowId: ({ data }) => data.calendarId,
  on: {
    'CalendarAdded.v1': present,
    'CalendarChanged.v1': present,
    'CalendarRemoved.v1': (row, { data }) => ({ ...owned(row, data), removed: true }),

    'CalendarChangeNotified.v1': (row, { data: { calendarId, resourceState, receivedAt } }) =>
      // The first word of a channel: it was opened, nothing changed.
      resourceState === 'sync'
        ? undefined
        : { ...(row ?? unseen(calendarId)), last_push_at: later(row?.last_push_at, receivedAt) },

    'CalendarSynced.v1': (row, { data }) => {
      const outcomes = withOutcome(row?.outcomes ?? '', 's');
      return {
        ...owned(row, data),
        last_sync_at: later(row?.last_sync_at, data.finishedAt),
        ...(data.notifiedAt !== undefined && {
          last_push_at: later(row?.last_push_at, data.notifiedAt),
          sync_delay_ms: Math.max(0, Date.parse(data.finishedAt) - Date.parse(data.notifiedAt)),
        }),
        consecutive_failures: 0,
        parked: false,
        outcomes,
        error_rate: errorRateOf(outcomes),
      };
    },

    'CalendarSyncFailed.v1': (row, { data }) => {
      const outcomes = withOutcome(row?.outcomes ?? '', 'f');
      return {
        ...owned(row, data),
        last_failure_at: later(row?.last_failure_at, data.failedAt),
        last_failure: data.failure,
        consecutive_failures: data.consecutiveFailures,
        parked: data.parked,
        outcomes,
        error_rate: errorRateOf(outcomes),
      };
    },
  },
});
