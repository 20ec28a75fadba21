import { projection, type ReadMessage, type Recorded } from '@calendar-sync/event-sourcing-postgres';
import type { MeetingAbout, MeetingDetails, MeetingTime, Reason } from '../domain/meeting';
import type { MeetingEvent } from '../domain/meeting.decider';

/** A meeting as it is now, or as it last was. */
export interface MeetingRow {
  meeting_id: string;
  owner_id: string;
  calendar_id: string;
  entry_id: string;
  series_id?: string;
  original_start?: MeetingTime;
  provider_entry_id?: string;
  family?: string;
  /** An occurrence as its series gives it. */
  from_series: boolean;
  /** When such an occurrence is over everywhere. */
  ends_at?: string;
  status: 'scheduled' | 'cancelled' | 'set-aside';
  /** Why it is none, or none any more. */
  reason?: string;
  why?: Reason[];
  /** Stays when the meeting is cancelled. */
  meeting?: MeetingDetails;
  changed_at: string;
}

type EventData = { [Event in MeetingEvent as Event['type']]: Event['data'] };

const identity = (about: MeetingAbout) => ({
  meeting_id: about.meetingId,
  owner_id: about.ownerId,
  calendar_id: about.calendarId,
  entry_id: about.entryId,
  ...(about.seriesId === undefined ? {} : { series_id: about.seriesId }),
  ...(about.originalStart === undefined ? {} : { original_start: about.originalStart }),
  ...(about.providerEntryId === undefined ? {} : { provider_entry_id: about.providerEntryId }),
  ...(about.family === undefined ? {} : { family: about.family }),
  from_series: about.fromSeries === true,
});

/** A day ends last at UTC-12. */
const lastMidnight = 12 * 3_600_000;

const over = (end: MeetingTime): string =>
  new Date('date' in end ? Date.parse(end.date) + lastMidnight : end.dateTime).toISOString();

const asScheduled = (
  _row: MeetingRow | undefined,
  { data, time }: { data: { about: MeetingAbout; meeting: MeetingDetails }; time: string },
): MeetingRow => ({
  ...identity(data.about),
  ...(data.about.fromSeries === undefined ? {} : { ends_at: over(data.meeting.end) }),
  status: 'scheduled',
  meeting: data.meeting,
  changed_at: time,
});

const as =
  (status: 'cancelled' | 'set-aside') =>
  (
    row: MeetingRow | undefined,
    { data, time }: { data: { about: MeetingAbout; reason: string; why?: Reason[] }; time: string },
  ): MeetingRow => ({
    ...identity(data.about),
    status,
    reason: data.reason,
    ...(data.why === undefined ? {} : { why: data.why }),
    ...(row?.meeting === undefined ? {} : { meeting: row.meeting }),
    changed_at: time,
  });

/** The series of a family, and what went its own way. */
export const isOfFamily = "NOT from_series AND (series_id IS NOT NULL OR meeting -> 'recurrence' IS NOT NULL)";
const ofFamily = `(family) WHERE ${isOfFamily}`;

/** What was published of a family, by when it is over. */
export const isAhead = "from_series AND status = 'scheduled'";
const ahead = `(family, ends_at) WHERE ${isAhead}`;

export const meetings = projection<MeetingRow, EventData>({
  name: 'meetings',
  columns: {
    meeting_id: 'uuid NOT NULL',
    owner_id: 'text NOT NULL',
    calendar_id: 'uuid NOT NULL',
    entry_id: 'uuid NOT NULL',
    series_id: 'uuid',
    original_start: 'jsonb',
    provider_entry_id: 'text',
    family: 'text',
    from_series: 'boolean NOT NULL',
    ends_at: 'timestamptz',
    status: 'text NOT NULL',
    reason: 'text',
    why: 'jsonb',
    meeting: 'jsonb',
    changed_at: 'timestamptz NOT NULL',
  },
  key: 'meeting_id',
  indexes: ['(owner_id)', "(series_id) WHERE status = 'set-aside'", ofFamily, ahead],
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
