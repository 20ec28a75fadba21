import { meetings as meetingsTopic } from '@calendar-sync/contracts-meeting-extraction';
import { randomUUID } from 'node:crypto';
import { cancelledInstance, meetingEntry, openMeetingExtraction, received } from '../../meeting-extraction.fixture';

const calendarId = randomUUID();
let service: Awaited<ReturnType<typeof openMeetingExtraction>>;

beforeAll(async () => {
  service = await openMeetingExtraction();
});
afterAll(() => service.close());

const record = (...entries: Parameters<typeof service.record>) => service.record(...entries);
const rowOf = (entryId: string) => service.rowOf(entryId);
const factsOf = async (...entryIds: string[]) =>
  (await service.told(calendarId))
    .filter(({ entry }) => entryIds.includes(entry))
    .map(({ type, topic, correlation, entry }) => ({ type, topic, correlation, entry }));
const typesOf = async (...entryIds: string[]) => (await factsOf(...entryIds)).map(({ type }) => type);

describe('Recording entries', () => {
  it('schedules a meeting, once, however often its entry is told of', async () => {
    const entry = meetingEntry({ calendarId });
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
    const entry = meetingEntry({ calendarId });
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
      reason: 'entry_cancelled',
      meeting: { title: 'Daily' },
    });
  });

  it('leaves no trace of what never was a meeting', async () => {
    const entry = meetingEntry({ calendarId, attendees: undefined });
    await record(received(entry));
    expect(await typesOf(entry.entryId)).toEqual([]);
    expect(await rowOf(entry.entryId)).toBeUndefined();
  });

  it('cancels an instance for those who know its series', async () => {
    const series = meetingEntry({ calendarId, recurrence: ['RRULE:FREQ=DAILY'] });
    const instance = cancelledInstance(series, '2026-12-01T09:00:00Z');
    await record(received(series));
    await record(received(instance));
    expect(await typesOf(instance.entryId)).toEqual(['MeetingCancelled']);
    expect(await rowOf(instance.entryId)).toMatchObject({ status: 'cancelled', series_id: series.entryId });
  });

  it('cancels an instance that came before its series, once the series is a meeting', async () => {
    const series = meetingEntry({ calendarId, recurrence: ['RRULE:FREQ=DAILY'] });
    const instance = cancelledInstance(series, '2026-12-01T09:00:00Z');
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
    const series = meetingEntry({ calendarId, recurrence: ['RRULE:FREQ=DAILY'] });
    const instance = cancelledInstance(series, '2026-12-01T09:00:00Z');
    await record(received(instance), received(series));
    expect(await typesOf(instance.entryId, series.entryId)).toEqual(['MeetingScheduled', 'MeetingCancelled']);
  });

  it('keeps quiet about the cancelled instance of a series that nobody else attends', async () => {
    const series = meetingEntry({ calendarId, recurrence: ['RRULE:FREQ=DAILY'], attendees: undefined });
    const instance = cancelledInstance(series, '2026-12-01T09:00:00Z');
    await record(received(series), received(instance));
    expect((await factsOf(instance.entryId, series.entryId)).filter(({ topic }) => topic !== null)).toEqual([]);
  });

  it('carries the correlation id of each push on', async () => {
    const [first, second] = [meetingEntry({ calendarId }), meetingEntry({ calendarId })];
    await record(received(first, 'push-7'), received(second, 'push-8'));
    expect((await factsOf(first.entryId, second.entryId)).map(({ correlation }) => correlation)).toEqual([
      'push-7',
      'push-8',
    ]);
  });

  it('decides for a whole page of entries at once', async () => {
    const entries = Array.from({ length: 500 }, () => meetingEntry({ calendarId }));
    await record(...entries.map((entry) => received(entry)));
    expect(await typesOf(...entries.map(({ entryId }) => entryId))).toHaveLength(500);
  });
});
