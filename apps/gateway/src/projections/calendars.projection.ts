import { projection, type ReadMessage } from '@calendar-sync/event-sourcing-postgres';
import type {
  CalendarAddedV1,
  CalendarChangedV1,
  CalendarRemovedV1,
  CalendarV1,
  WatchOpenedV1,
  WatchRefusedV1,
  WatchStoppedV1,
} from '@calendar-sync/contracts-sync';
import { isNews, type Learned, learnedColumns, learnedFrom } from './learned';

/** How the provider tells of changes: pushed until then, or polled and why. */
export interface Watch {
  state: 'open' | 'stopped' | 'refused';
  since: string;
  expiresAt?: string;
  reason?: string;
}

/** One row per calendar; a removed one stays, so that a reconnect shows its entries again. */
export interface CalendarRow extends Learned {
  calendar_id: string;
  owner_id: string;
  connection_id: string;
  removed: boolean;
  removed_reason?: string;
  time_zone: string;
  calendar: CalendarV1;
  watch?: Watch;
}

type CalendarMessages = {
  'CalendarAdded.v1': CalendarAddedV1;
  'CalendarChanged.v1': CalendarChangedV1;
  'CalendarRemoved.v1': CalendarRemovedV1;
  'WatchOpened.v1': WatchOpenedV1;
  'WatchStopped.v1': WatchStoppedV1;
  'WatchRefused.v1': WatchRefusedV1;
};

export const calendars = projection<CalendarRow, CalendarMessages>({
  name: 'calendars',
  columns: {
    calendar_id: 'uuid NOT NULL',
    owner_id: 'text NOT NULL',
    connection_id: 'uuid NOT NULL',
    removed: 'boolean NOT NULL',
    removed_reason: 'text',
    time_zone: 'text NOT NULL',
    calendar: 'jsonb NOT NULL',
    watch: 'jsonb',
    ...learnedColumns,
  },
  key: 'calendar_id',
  indexes: ['(owner_id)', '(connection_id)'],
  rowId: ({ data }) => data.calendarId,
  on: {
    'CalendarAdded.v1': described,
    'CalendarChanged.v1': described,
    'CalendarRemoved.v1': (row, message) => heard(row, message, { removed: true, removed_reason: message.data.reason }),
    'WatchOpened.v1': (row, message) =>
      heard(row, message, { watch: { state: 'open', since: message.time, expiresAt: message.data.expiresAt } }),
    'WatchStopped.v1': (row, message) =>
      // A renewal opens the new channel first and then stops the old one.
      message.data.reason === 'renewed'
        ? heard(row, message, {})
        : heard(row, message, { watch: { state: 'stopped', since: message.time, reason: message.data.reason } }),
    'WatchRefused.v1': (row, message) =>
      heard(row, message, { watch: { state: 'refused', since: message.time, reason: message.data.reason } }),
  },
});

function described(row: CalendarRow | undefined, message: ReadMessage<string, CalendarAddedV1 | CalendarChangedV1>) {
  if (!isNews(row, message)) return undefined;
  const { data } = message;
  return {
    calendar_id: data.calendarId,
    owner_id: data.ownerId,
    connection_id: data.connectionId,
    removed: false,
    time_zone: data.calendar.timeZone,
    calendar: data.calendar,
    ...(row?.watch && { watch: row.watch }),
    ...learnedFrom(message),
  };
}

/** What changes a calendar that was described before; of one never described there is nothing to show. */
function heard(row: CalendarRow | undefined, message: ReadMessage, changes: Partial<CalendarRow>) {
  if (row === undefined || !isNews(row, message)) return undefined;
  return { ...row, ...changes, ...learnedFrom(message) };
}
