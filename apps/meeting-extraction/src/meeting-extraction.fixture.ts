import { randomUUID } from 'node:crypto';
import { meetingIdOf } from '@calendar-sync/contracts-meeting-extraction';
import { type CancelledEntryV1, entryIdOf, type EntryV1 } from '@calendar-sync/contracts-sync';
import { type Database, openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { migrate } from '@calendar-sync/service-host';
import { startTestDatabase } from '@calendar-sync/test-infrastructure';
import { type EntryMessage, type ReceivedEntry, recordEntries } from './features/record-entries/record-entries.handler';
import { meetingExtraction } from './meeting-extraction.service';
import type { MeetingRow } from './projections/meetings.projection';

export interface ToldMeeting {
  type: string;
  topic: string | null;
  correlation: string | null;
  entry: string;
  provider: string;
  data: {
    about: { seriesId?: string; fromSeries?: true; originalStart?: object };
    meeting?: { title?: string; start: object };
    changed?: { field: string }[];
    reason?: string;
  };
}

const connectionId = randomUUID();

/** A database of the service, and what its consumer makes of entries. */
export async function openMeetingExtraction() {
  const server = await startTestDatabase();
  await migrate(meetingExtraction, { MEETING_EXTRACTION_DATABASE_URL: server.url });
  const database = openDatabase({ url: server.url, applicationName: 'test' });
  return {
    database,
    record: (...entries: ReceivedEntry[]) => database.transaction((tx) => recordEntries(tx, entries, [])),
    told: (calendarId: string) => toldOf(database, calendarId),
    rowOf: async (entryId: string): Promise<MeetingRow | undefined> => {
      const { rows } = await database.query<MeetingRow>('SELECT * FROM meetings WHERE meeting_id = $1', [
        meetingIdOf(entryId),
      ]);
      return rows[0];
    },
    close: async () => {
      await database.close();
      await server.drop();
    },
  };
}

/** Everything that was recorded about a calendar's meetings, in its order. */
async function toldOf(database: Database, calendarId: string): Promise<ToldMeeting[]> {
  const { rows } = await database.query<ToldMeeting>(
    `SELECT type, topic, metadata->>'correlationId' AS correlation, data->'about'->>'entryId' AS entry,
       data->'about'->>'providerEntryId' AS provider, data
     FROM events WHERE data->'about'->>'calendarId' = $1 ORDER BY position`,
    [calendarId],
  );
  return rows;
}

const attendee = (email: string, self: boolean) => ({
  email,
  response: 'accepted' as const,
  optional: false,
  resource: false,
  self,
});

/** An entry that two people attend. */
export const meetingEntry = (more: Partial<EntryV1> = {}): EntryV1 => {
  const { calendarId = randomUUID(), providerEntryId = randomUUID().replaceAll('-', '') } = more;
  return {
    entryId: entryIdOf(calendarId, providerEntryId),
    calendarId,
    providerEntryId,
    providerCalendarId: 'ada@example.com',
    status: 'confirmed',
    title: 'Standup',
    start: { dateTime: '2026-11-30T09:00:00Z', timeZone: 'UTC' },
    end: { dateTime: '2026-11-30T09:15:00Z', timeZone: 'UTC' },
    attendees: [attendee('ada@example.com', true), attendee('grace@example.com', false)],
    visibility: 'default',
    busy: true,
    kind: 'default',
    ...more,
  };
};

/** Google's id of the instance of a timed series that begins at `start`, and who it is of. */
export const instanceOf = (series: EntryV1, start: string) => {
  const providerEntryId = `${series.providerEntryId.replace(/_R.*$/, '')}_${start.replace(/[-:]/g, '')}`;
  return {
    entryId: entryIdOf(series.calendarId, providerEntryId),
    calendarId: series.calendarId,
    providerEntryId,
    seriesId: series.entryId,
    providerSeriesId: series.providerEntryId,
    originalStart: { dateTime: start, timeZone: 'UTC' },
  };
};

export const cancelledInstance = (series: EntryV1, start: string): CancelledEntryV1 => ({
  ...instanceOf(series, start),
  providerCalendarId: series.providerCalendarId,
  status: 'cancelled',
});

export const cancelled = ({ attendees: _who, ...entry }: EntryV1): CancelledEntryV1 => ({
  ...entry,
  status: 'cancelled',
});

let sequence = 0;

/** As the consumer gets it. */
export const received = (entry: EntryV1 | CancelledEntryV1, correlationId = 'push-1'): ReceivedEntry => {
  const about = { ownerId: 'ada', connectionId, calendarId: entry.calendarId, entryId: entry.entryId };
  const message: EntryMessage = {
    id: randomUUID(),
    source: '/calendar-sync/sync',
    type: entry.status === 'cancelled' ? 'EntryCancelled.v1' : 'EntryAdded.v1',
    time: '2026-11-23T10:00:00Z',
    key: entry.calendarId,
    sequence: (sequence += 1),
    epoch: 1,
    data:
      entry.status === 'cancelled'
        ? { ...about, entry, reason: 'cancelled-at-provider', changed: [] }
        : { ...about, entry },
  };
  return { message, metadata: { correlationId, causationId: message.id } };
};
