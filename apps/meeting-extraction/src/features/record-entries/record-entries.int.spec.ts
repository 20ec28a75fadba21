import { randomUUID } from 'node:crypto';
import { meetings as meetingsTopic } from '@calendar-sync/contracts-meeting-extraction';
import type { CancelledEntryV1, EntryV1 } from '@calendar-sync/contracts-sync';
import { createTableSql, type Database, eventStoreSql, openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { type MeetingRow, meetings } from '../../projections/meetings.projection';
import { meetingIdOf } from '@calendar-sync/contracts-meeting-extraction';
import { type EntryMessage, type ReceivedEntry, recordEntries } from './record-entries.handler';

let server: TestDatabase;
let database: Database;

beforeAll(async () => {
  server = await startTestDatabase();
  database = openDatabase({ url: server.url, applicationName: 'test' });
  for (const statement of [...eventStoreSql, ...createTableSql(meetings)]) await database.query(statement);
});

afterAll(async () => {
  await database.close();
  await server.drop();
});

const calendarId = randomUUID();
const connectionId = randomUUID();
const attendee = (email: string, self: boolean) => ({
  email,
  response: 'accepted' as const,
  optional: false,
  resource: false,
  self,
});

const meetingEntry = (more: Partial<EntryV1> = {}): EntryV1 => ({
  entryId: randomUUID(),
  calendarId,
  providerEntryId: 'abc',
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
});

const cancelledInstance = (seriesId: string): CancelledEntryV1 => ({
  entryId: randomUUID(),
  calendarId,
  providerEntryId: 'abc_20261201T090000Z',
  providerCalendarId: 'ada@example.com',
  seriesId,
  originalStart: { dateTime: '2026-12-01T09:00:00Z' },
  status: 'cancelled',
});

let sequence = 0;
const received = (entry: EntryV1 | CancelledEntryV1, correlationId = 'push-1'): ReceivedEntry => {
  const about = { ownerId: 'ada', connectionId, calendarId, entryId: entry.entryId };
  const message: EntryMessage = {
    id: randomUUID(),
    source: '/calendar-sync/sync',
    type: entry.status === 'cancelled' ? 'EntryCancelled.v1' : 'EntryAdded.v1',
    time: '2026-11-23T10:00:00Z',
    key: calendarId,
    sequence: (sequence += 1),
    epoch: 1,
    data:
      entry.status === 'cancelled'
        ? { ...about, entry, reason: 'cancelled-at-provider', changed: [] }
        : { ...about, entry },
  };
  return { message, metadata: { correlationId, causationId: message.id } };
};

const record = (...entries: ReceivedEntry[]) => database.transaction((tx) => recordEntries(tx, entries));

const factsOf = async (...entryIds: string[]) => {
  const { rows } = await database.query<{ type: string; topic: string | null; correlation: string; entry: string }>(
    `SELECT type, topic, metadata->>'correlationId' AS correlation, data->'about'->>'entryId' AS entry
     FROM events WHERE data->'about'->>'entryId' = ANY ($1) ORDER BY position`,
    [entryIds],
  );
  return rows;
};
const typesOf = async (...entryIds: string[]) => (await factsOf(...entryIds)).map(({ type }) => type);
const rowOf = async (entryId: string) => {
  const { rows } = await database.query<MeetingRow>('SELECT * FROM meetings WHERE meeting_id = $1', [
    meetingIdOf(entryId),
  ]);
  return rows[0];
};

describe('Recording entries', () => {
  it('schedules a meeting, once, however often its entry is told of', async () => {
    const entry = meetingEntry();
    await record(received(entry), received(entry));
    await record(received(entry));
    expect(await factsOf(entry.entryId)).toEqual([
      { type: 'MeetingScheduled', topic: meetingsTopic.name, correlation: 'push-1', entry: entry.entryId },
    ]);
    expect(await rowOf(entry.entryId)).toMatchObject({
      owner_id: 'ada',
      status: 'scheduled',
      meeting: { title: 'Standup' },
    });
  });

  it('follows an entry through one chunk: added, moved, renamed, cancelled', async () => {
    const entry = meetingEntry();
    const moved = { ...entry, start: { dateTime: '2026-11-30T09:05:00Z', timeZone: 'UTC' } };
    const renamed = { ...moved, title: 'Daily' };
    await record(received(entry), received(moved), received(renamed), received({ ...renamed, status: 'cancelled' }));
    expect(await typesOf(entry.entryId)).toEqual([
      'MeetingScheduled',
      'MeetingRescheduled',
      'MeetingChanged',
      'MeetingCancelled',
    ]);
    expect(await rowOf(entry.entryId)).toMatchObject({
      status: 'cancelled',
      reason: 'entry-cancelled',
      meeting: { title: 'Daily' },
    });
  });

  it('leaves no trace of what never was a meeting', async () => {
    const entry = meetingEntry({ attendees: undefined });
    await record(received(entry));
    expect(await typesOf(entry.entryId)).toEqual([]);
    expect(await rowOf(entry.entryId)).toBeUndefined();
  });

  it('cancels an instance for those who know its series', async () => {
    const series = meetingEntry({ recurrence: ['RRULE:FREQ=DAILY'] });
    const instance = cancelledInstance(series.entryId);
    await record(received(series));
    await record(received(instance));
    expect(await typesOf(instance.entryId)).toEqual(['MeetingCancelled']);
    expect(await rowOf(instance.entryId)).toMatchObject({ status: 'cancelled', series_id: series.entryId });
  });

  it('cancels an instance that came before its series, once the series is a meeting', async () => {
    const series = meetingEntry({ recurrence: ['RRULE:FREQ=DAILY'] });
    const instance = cancelledInstance(series.entryId);
    await record(received(instance));
    expect(await factsOf(instance.entryId)).toMatchObject([{ type: 'InstanceSetAside', topic: null }]);
    await record(received(series));
    await record(received(series));
    expect(await typesOf(instance.entryId, series.entryId)).toEqual([
      'InstanceSetAside',
      'MeetingScheduled',
      'MeetingCancelled',
    ]);
  });

  it('tells of a series before its cancelled instance, in whatever order they come in one chunk', async () => {
    const series = meetingEntry({ recurrence: ['RRULE:FREQ=DAILY'] });
    const instance = cancelledInstance(series.entryId);
    await record(received(instance), received(series));
    expect(await typesOf(instance.entryId, series.entryId)).toEqual(['MeetingScheduled', 'MeetingCancelled']);
  });

  it('keeps quiet about the cancelled instance of a series that nobody else attends', async () => {
    const series = meetingEntry({ recurrence: ['RRULE:FREQ=DAILY'], attendees: undefined });
    const instance = cancelledInstance(series.entryId);
    await record(received(series), received(instance));
    expect((await factsOf(instance.entryId, series.entryId)).filter(({ topic }) => topic !== null)).toEqual([]);
  });

  it('carries the correlation id of each push on', async () => {
    const [first, second] = [meetingEntry(), meetingEntry()];
    await record(received(first, 'push-7'), received(second, 'push-8'));
    expect((await factsOf(first.entryId, second.entryId)).map(({ correlation }) => correlation)).toEqual([
      'push-7',
      'push-8',
    ]);
  });

  it('decides for a whole page of entries at once', async () => {
    const entries = Array.from({ length: 500 }, () => meetingEntry());
    await record(...entries.map((entry) => received(entry)));
    expect(await typesOf(...entries.map(({ entryId }) => entryId))).toHaveLength(500);
  });
});
