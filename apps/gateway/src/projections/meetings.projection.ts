import { projection, type ReadMessage, removed } from '@calendar-sync/event-sourcing-postgres';
import type { EntryTimeV1 } from '@calendar-sync/contracts-sync';
import type {
  MeetingCancelledV1,
  MeetingChangedV1,
  MeetingRescheduledV1,
  MeetingScheduledV1,
  MeetingV1,
} from '@calendar-sync/contracts-meeting-extraction';
import { type Extent, extentOf, slotInstant, slotOf } from './extent';
import { isNews, type Learned, learnedColumns, learnedFrom, shownLearned, type ShownLearned } from './learned';

/** One row per meeting: single, series, or an instance of its own; a cancelled instance stays, because it takes one out of its series. */
export interface MeetingRow extends Extent, Learned {
  meeting_id: string;
  entry_id: string;
  owner_id: string;
  calendar_id: string;
  series_id?: string;
  slot?: string;
  original_at?: string;
  cancelled: boolean;
  starts?: EntryTimeV1;
  ends?: EntryTimeV1;
  recurrence?: string[];
  original_start?: EntryTimeV1;
  provider_entry_id?: string;
  meeting_key?: string;
  /** What a list shows of it whoever asks, and when: it is kept as the text that is sent. */
  shown?: ShownMeeting;
}

/** Its rules and its provider's id stay with us: they tell where its instances are. */
type Placing =
  | 'meetingId'
  | 'entryId'
  | 'calendarId'
  | 'seriesId'
  | 'originalStart'
  | 'start'
  | 'end'
  | 'recurrence'
  | 'providerEntryId'
  | 'meetingKey';

export type ShownMeeting = Omit<MeetingV1, Placing> & { joinUrl?: string } & ShownLearned;

type MeetingMessages = {
  'MeetingScheduled.v1': MeetingScheduledV1;
  'MeetingRescheduled.v1': MeetingRescheduledV1;
  'MeetingChanged.v1': MeetingChangedV1;
  'MeetingCancelled.v1': MeetingCancelledV1;
};

/** Series are expanded when they are asked for, so that what is told of their occurrences one by one is known already. */
const isFromSeries = (data: MeetingMessages[keyof MeetingMessages]) =>
  ('meeting' in data ? data.meeting.fromSeries : data.fromSeries) === true;

type Present = ReadMessage<string, MeetingScheduledV1 | MeetingRescheduledV1 | MeetingChangedV1>;

export const meetings = projection<MeetingRow, MeetingMessages>({
  name: 'meetings',
  columns: {
    meeting_id: 'uuid NOT NULL',
    entry_id: 'uuid NOT NULL',
    owner_id: 'text NOT NULL',
    calendar_id: 'uuid NOT NULL',
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
    provider_entry_id: 'text',
    meeting_key: 'text',
    shown: 'json',
    ...learnedColumns,
  },
  key: 'meeting_id',
  indexes: [
    "(owner_id, occupies_from) WHERE extent = 'short' AND NOT cancelled",
    "(owner_id, occupies_until) WHERE extent = 'lasting' AND NOT cancelled",
    '(series_id, original_at) WHERE series_id IS NOT NULL',
    '(calendar_id)',
  ],
  rowId: ({ data }) => (isFromSeries(data) ? undefined : data.meetingId),
  on: {
    'MeetingScheduled.v1': present,
    'MeetingRescheduled.v1': present,
    'MeetingChanged.v1': present,
    'MeetingCancelled.v1': (row, message) => {
      if (!isNews(row, message)) return undefined;
      const { entryId, seriesId, originalStart } = message.data;
      if (seriesId === undefined || originalStart === undefined) return removed;
      const at = slotInstant(originalStart);
      return {
        ...known(message, { entryId, seriesId, originalStart }),
        occupies_from: at,
        occupies_until: at,
        extent: 'short',
        cancelled: true,
      };
    },
  },
});

function present(row: MeetingRow | undefined, message: Present): MeetingRow | undefined {
  if (!isNews(row, message)) return undefined;
  const { meeting } = message.data;
  const { start, end, recurrence, providerEntryId, meetingKey } = meeting;
  return {
    ...known(message, meeting),
    ...extentOf({ start, end, recurrence }),
    cancelled: false,
    starts: start,
    ends: end,
    ...(recurrence && { recurrence }),
    ...(providerEntryId !== undefined && { provider_entry_id: providerEntryId }),
    ...(meetingKey !== undefined && { meeting_key: meetingKey }),
    shown: shownOf(message),
  };
}

function shownOf(message: Present): ShownMeeting {
  const {
    meetingId: _meetingId,
    entryId: _entryId,
    calendarId: _calendarId,
    seriesId: _seriesId,
    originalStart: _originalStart,
    start: _start,
    end: _end,
    recurrence: _recurrence,
    providerEntryId: _providerEntryId,
    meetingKey: _meetingKey,
    ...rest
  } = message.data.meeting;
  return { ...rest, ...(rest.join && { joinUrl: rest.join.url }), ...shownLearned(message) };
}

function known(
  message: Present | ReadMessage<string, MeetingCancelledV1>,
  { entryId, seriesId, originalStart }: { entryId: string; seriesId?: string; originalStart?: EntryTimeV1 },
) {
  return {
    meeting_id: message.data.meetingId,
    entry_id: entryId,
    owner_id: message.data.ownerId,
    calendar_id: message.data.calendarId,
    ...(seriesId !== undefined && { series_id: seriesId }),
    ...(originalStart && {
      slot: slotOf(originalStart),
      original_at: slotInstant(originalStart),
      original_start: originalStart,
    }),
    ...learnedFrom(message),
  };
}
