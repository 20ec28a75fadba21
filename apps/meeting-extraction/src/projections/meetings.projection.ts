import { projection, type ReadMessage, type Recorded } from '@calendar-sync/event-sourcing-postgres';
import type { MeetingAbout, MeetingDetails, MeetingTime } from '../domain/meeting';
import type { MeetingEvent } from '../domain/meeting.decider';

/** A meeting as it is now, or as it last was. */
export interface MeetingRow {
  meeting_id: string;
  owner_id: string;
  calendar_id: string;
  entry_id: string;
  series_id?: string;
  original_start?: MeetingTime;
  status: 'scheduled' | 'cancelled' | 'set-aside';
  /** Why it is none, or none any more. */
  reason?: string;
  /** Stays when the meeting is cancelled. */
  meeting?: MeetingDetails;
  changed_at: string;
}

type EventData = { [Event in MeetingEvent as Event['type']]: Event['data'] };

const identity = ({ meetingId, ownerId, calendarId, entryId, seriesId, originalStart }: MeetingAbout) => ({
  meeting_id: meetingId,
  owner_id: ownerId,
  calendar_id: calendarId,
  entry_id: entryId,
  ...(seriesId === undefined ? {} : { series_id: seriesId }),
  ...(originalStart === undefined ? {} : { original_start: originalStart }),
});

const asScheduled = (
  _row: MeetingRow | undefined,
  { data, time }: { data: { about: MeetingAbout; meeting: MeetingDetails }; time: string },
): MeetingRow => ({ ...identity(data.about), status: 'scheduled', meeting: data.meeting, changed_at: time });

const as =
  (status: 'cancelled' | 'set-aside') =>
  (
    row: MeetingRow | undefined,
    { data, time }: { data: { about: MeetingAbout; reason: string }; time: string },
  ): MeetingRow => ({
    ...identity(data.about),
    status,
    reason: data.reason,
    ...(row?.meeting === undefined ? {} : { meeting: row.meeting }),
    changed_at: time,
  });

export const meetings = projection<MeetingRow, EventData>({
  name: 'meetings',
  columns: {
    meeting_id: 'uuid NOT NULL',
    owner_id: 'text NOT NULL',
    calendar_id: 'uuid NOT NULL',
    entry_id: 'uuid NOT NULL',
    series_id: 'uuid',
    original_start: 'jsonb',
    status: 'text NOT NULL',
    reason: 'text',
    meeting: 'jsonb',
    changed_at: 'timestamptz NOT NULL',
  },
  key: 'meeting_id',
  indexes: ['(owner_id)', "(series_id) WHERE status = 'set-aside'"],
  rowId: ({ data }) => data.about.meetingId,
  on: {
    MeetingScheduled: asScheduled,
    MeetingRescheduled: asScheduled,
    MeetingChanged: asScheduled,
    MeetingCancelled: as('cancelled'),
    InstanceSetAside: as('set-aside'),
  },
});

/** An event of this service's own log as a fold takes it. */
export const asMessage = ({ id, type, version, data, recordedAt }: Recorded<MeetingEvent>): ReadMessage => ({
  id,
  source: '/calendar-sync/meeting-extraction',
  type,
  time: recordedAt.toISOString(),
  key: data.about.calendarId,
  sequence: version,
  epoch: 1,
  ownerId: data.about.ownerId,
  data,
});
