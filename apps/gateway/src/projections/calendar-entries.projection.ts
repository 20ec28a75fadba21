import { projection, type ReadMessage, removed } from '@calendar-sync/event-sourcing-postgres';
import type {
  EntryAddedV1,
  EntryCancelledV1,
  EntryChangedV1,
  EntryTimeV1,
  EntryV1,
} from '@calendar-sync/contracts-sync';
import { type Extent, extentOf, slotInstant, slotOf } from './extent';
import { isNews, type Learned, learnedColumns, learnedFrom, shownLearned, type ShownLearned } from './learned';

/** One row per single entry, master of a series, or exception; a cancelled occurrence stays, because it takes one out of its series. */
export interface CalendarEntryRow extends Extent, Learned {
  entry_id: string;
  owner_id: string;
  connection_id: string;
  calendar_id: string;
  provider_entry_id: string;
  series_id?: string;
  slot?: string;
  original_at?: string;
  cancelled: boolean;
  starts?: EntryTimeV1;
  ends?: EntryTimeV1;
  recurrence?: string[];
  original_start?: EntryTimeV1;
  /** What a list shows of it whoever asks, and when: it is kept as the text that is sent. */
  shown?: ShownEntry;
}

export type ShownEntry = Pick<
  EntryV1,
  | 'providerCalendarId'
  | 'status'
  | 'title'
  | 'description'
  | 'location'
  | 'organizer'
  | 'attendees'
  | 'conference'
  | 'visibility'
  | 'busy'
  | 'kind'
  | 'providerUpdatedAt'
> &
  ShownLearned;

type EntryMessages = {
  'EntryAdded.v1': EntryAddedV1;
  'EntryChanged.v1': EntryChangedV1;
  'EntryCancelled.v1': EntryCancelledV1;
};

type Present = ReadMessage<string, EntryAddedV1 | EntryChangedV1>;

export const calendarEntries = projection<CalendarEntryRow, EntryMessages>({
  name: 'calendar_entries',
  columns: {
    entry_id: 'uuid NOT NULL',
    owner_id: 'text NOT NULL',
    connection_id: 'uuid NOT NULL',
    calendar_id: 'uuid NOT NULL',
    provider_entry_id: 'text NOT NULL',
    series_id: 'uuid',
    slot: 'text',
    original_at: 'timestamptz',
    cancelled: 'boolean NOT NULL',
    occupies_from: 'timestamptz NOT NULL',
    occupies_until: 'timestamptz NOT NULL',
    extent: 'text NOT NULL',
    starts: 'jsonb',
    ends: 'jsonb',
    recurrence: 'jsonb',
    original_start: 'jsonb',
    shown: 'json',
    ...learnedColumns,
  },
  key: 'entry_id',
  indexes: [
    "(owner_id, occupies_from) WHERE extent = 'short' AND NOT cancelled",
    "(owner_id, occupies_until) WHERE extent = 'lasting' AND NOT cancelled",
    '(series_id, original_at) WHERE series_id IS NOT NULL',
    '(calendar_id)',
  ],
  rowId: ({ data }) => data.entryId,
  on: {
    'EntryAdded.v1': present,
    'EntryChanged.v1': present,
    'EntryCancelled.v1': (row, message) => {
      if (!isNews(row, message)) return undefined;
      const { entry } = message.data;
      if (entry.seriesId === undefined || entry.originalStart === undefined) return removed;
      const at = slotInstant(entry.originalStart);
      const extent: Extent = { occupies_from: at, occupies_until: at, extent: 'short' };
      return { ...known(message), ...extent, cancelled: true };
    },
  },
});

function present(row: CalendarEntryRow | undefined, message: Present) {
  if (!isNews(row, message)) return undefined;
  const { start, end, recurrence } = message.data.entry;
  return {
    ...known(message),
    ...extentOf({ start, end, recurrence }),
    cancelled: false,
    starts: start,
    ends: end,
    ...(recurrence && { recurrence }),
    shown: shownOf(message),
  };
}

function shownOf(message: Present): ShownEntry {
  const { entry } = message.data;
  return {
    providerCalendarId: entry.providerCalendarId,
    status: entry.status,
    title: entry.title,
    description: entry.description,
    location: entry.location,
    organizer: entry.organizer,
    attendees: entry.attendees,
    conference: entry.conference,
    visibility: entry.visibility,
    busy: entry.busy,
    kind: entry.kind,
    providerUpdatedAt: entry.providerUpdatedAt,
    ...shownLearned(message),
  };
}

function known(message: Present | ReadMessage<string, EntryCancelledV1>) {
  const { data } = message;
  const { entry } = data;
  return {
    entry_id: data.entryId,
    owner_id: data.ownerId,
    connection_id: data.connectionId,
    calendar_id: data.calendarId,
    provider_entry_id: entry.providerEntryId,
    ...(entry.seriesId !== undefined && { series_id: entry.seriesId }),
    ...(entry.originalStart && {
      slot: slotOf(entry.originalStart),
      original_at: slotInstant(entry.originalStart),
      original_start: entry.originalStart,
    }),
    ...learnedFrom(message),
  };
}
