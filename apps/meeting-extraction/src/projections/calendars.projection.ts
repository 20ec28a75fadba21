import type { CalendarAddedV1, CalendarChangedV1, CalendarRemovedV1 } from '@calendar-sync/contracts-sync';
import { projection } from '@calendar-sync/event-sourcing-postgres';

/** What has to be known of a calendar to publish the occurrences of its series. */
export interface CalendarRow {
  calendar_id: string;
  owner_id: string;
  time_zone?: string;
  removed: boolean;
}

type CalendarMessages = {
  'CalendarAdded.v1': CalendarAddedV1;
  'CalendarChanged.v1': CalendarChangedV1;
  'CalendarRemoved.v1': CalendarRemovedV1;
};

const present = (
  _row: CalendarRow | undefined,
  { data: { calendarId, ownerId, calendar } }: { data: CalendarAddedV1 | CalendarChangedV1 },
): CalendarRow => ({ calendar_id: calendarId, owner_id: ownerId, time_zone: calendar.timeZone, removed: false });

export const calendars = projection<CalendarRow, CalendarMessages>({
  name: 'calendars',
  columns: {
    calendar_id: 'uuid NOT NULL',
    owner_id: 'text NOT NULL',
    time_zone: 'text',
    removed: 'boolean NOT NULL',
  },
  key: 'calendar_id',
  rowId: ({ data }) => data.calendarId,
  on: {
    'CalendarAdded.v1': present,
    'CalendarChanged.v1': present,
    'CalendarRemoved.v1': (row, { data: { calendarId, ownerId } }) => ({
      ...row,
      calendar_id: calendarId,
      owner_id: ownerId,
      removed: true,
    }),
  },
});
