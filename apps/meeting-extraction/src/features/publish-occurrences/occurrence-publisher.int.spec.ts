import { randomUUID } from 'node:crypto';
import { meetingIdOf, meetings as meetingsTopic } from '@calendar-sync/contracts-meeting-extraction';
import { entryIdOf, type EntryV1 } from '@calendar-sync/contracts-sync';
import type { Message } from '@calendar-sync/contracts-envelope';
import { createLogger, ServiceMetrics } from '@calendar-sync/service-host';
import {
  cancelled,
  cancelledInstance,
  instanceOf,
  meetingEntry,
  openMeetingExtraction,
  received,
  type ToldMeeting,
} from '../../meeting-extraction.fixture';
import { followCalendars } from '../follow-calendars/calendars.consumer';
import { OccurrencePublisher } from './occurrence-publisher';

const day = 86_400_000;
const logger = createLogger({ service: 'test', level: 'silent' });
const metrics = new ServiceMetrics('test');
/** Ahead of every clock, so that what was made due at once is due. */
const start = new Date('2046-11-26T12:00:00Z');
const publishers: OccurrencePublisher[] = [];
let service: Awaited<ReturnType<typeof openMeetingExtraction>>;

beforeAll(async () => {
  service = await openMeetingExtraction();
});
afterEach(async () => {
  // What is left of one test must not be work of the next.
  await service.database.query('DELETE FROM occurrence_jobs');
  await Promise.all(publishers.splice(0).map((publisher) => publisher.stop()));
});
afterAll(() => service.close());

const publisherAt = (now: Date, more: { chunk?: number; horizonDays?: number } = {}) => {
  const publisher = new OccurrencePublisher({
    database: service.database,
    logger,
    metrics,
    horizonDays: 6,
    random: () => 0,
    now: () => now,
    ...more,
  });
  publishers.push(publisher);
  return publisher;
};
const untilDone = async (publisher: OccurrencePublisher): Promise<number> => {
  let rounds = 0;
  while ((await publisher.round()) === 'again') rounds += 1;
  return rounds;
};
const publish = (now = start, more: Parameters<typeof publisherAt>[1] = {}) => untilDone(publisherAt(now, more));

const daily = (more: Partial<EntryV1> = {}): EntryV1 =>
  meetingEntry({
    start: { dateTime: '2046-11-20T09:00:00Z', timeZone: 'UTC' },
    end: { dateTime: '2046-11-20T09:15:00Z', timeZone: 'UTC' },
    recurrence: ['RRULE:FREQ=DAILY'],
    ...more,
  });
const nine = (dayOfMonth: number) => `2046-11-${String(dayOfMonth).padStart(2, '0')}T09:00:00Z`;

/** `what it is, the start of the instance or what distinguishes a series`, of what was told after `before` messages. */
const inWords = (series: EntryV1, told: readonly ToldMeeting[]): string[] =>
  told.map(({ type, provider, data }) => {
    const place = provider.replace(series.providerEntryId.replace(/_R.*$/, ''), '') || 'series';
    const changed = data.changed?.map(({ field }) => field).join();
    return [type.replace('Meeting', ''), place, changed ?? data.reason, data.about.fromSeries && 'from series']
      .filter(Boolean)
      .join(' ');
  });
const toldSince = async (series: EntryV1, before = 0) =>
  inWords(series, (await service.told(series.calendarId)).slice(before));
const count = async (series: EntryV1) => (await service.told(series.calendarId)).length;

describe('The occurrences of a series', () => {
  it('are published for the days of the horizon, each with the id that it keeps, and once', async () => {
    const series = daily();
    await service.record(received(series, 'push-9'));
    await publish();
    await service.record(received(series, 'push-10'));
    await publish();

    const told = await service.told(series.calendarId);
    expect(inWords(series, told)).toEqual([
      'Scheduled series',
      ...[27, 28, 29, 30].map((each) => `Scheduled _204611${each}T090000Z from series`),
      ...[1, 2, 3].map((each) => `Scheduled _2046120${each}T090000Z from series`),
    ]);
    const [first] = told.slice(1);
    expect(first).toMatchObject({
      topic: meetingsTopic.name,
      correlation: 'push-9',
      data: {
        about: {
          meetingId: meetingIdOf(entryIdOf(series.calendarId, `${series.providerEntryId}_20461127T090000Z`)),
          seriesId: series.entryId,
          originalStart: { dateTime: '2046-11-27T09:00:00Z' },
        },
        meeting: { title: 'Standup', start: { dateTime: '2046-11-27T09:00:00Z', timeZone: 'UTC' } },
      },
    });
  });

  it('come one a day for what occurs daily, and without a look between', async () => {
    const series = daily();
    await service.record(received(series));
    await publish();
    const before = await count(series);
    expect(await publish(new Date(start.getTime() + 3_600_000 - 1))).toBe(0);
    for (let later = 1; later <= 3; later += 1) await publish(new Date(start.getTime() + later * day));
    const since = await toldSince(series, before);
    expect(since.slice(0, 2)).toEqual([
      'Scheduled _20461204T090000Z from series',
      'Scheduled _20461205T090000Z from series',
    ]);
    expect(since.length).toBeGreaterThanOrEqual(2);
    expect(since.length).toBeLessThanOrEqual(3);
  });

  it('change with it, one message each, and leave alone what is over', async () => {
    const series = daily();
    await service.record(received(series));
    await publish();
    const before = await count(series);
    const renamed = { ...series, title: 'Daily' };
    await service.record(received(renamed));
    await publish(new Date('2046-11-29T09:15:00Z'));
    expect(await toldSince(series, before)).toEqual([
      'Changed series title',
      'Changed _20461130T090000Z title from series',
      ...[1, 2, 3].map((each) => `Changed _2046120${each}T090000Z title from series`),
      ...[4, 5, 6].map((each) => `Scheduled _2046120${each}T090000Z from series`),
    ]);
  });

  it('are rescheduled when it lasts longer', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461128T235959Z'] });
    await service.record(received(series));
    await publish();
    const before = await count(series);
    await service.record(received({ ...series, end: { dateTime: '2046-11-20T09:30:00Z', timeZone: 'UTC' } }));
    await publish();
    expect(await toldSince(series, before)).toEqual([
      'Rescheduled series',
      'Rescheduled _20461127T090000Z from series',
      'Rescheduled _20461128T090000Z from series',
    ]);
  });

  it('are cancelled when it is, and those to come only', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461128T235959Z'] });
    await service.record(received(series));
    await publish();
    const before = await count(series);
    await service.record(received(cancelled(series)));
    await publish(new Date('2046-11-28T08:00:00Z'));
    expect(await toldSince(series, before)).toEqual([
      'Cancelled series entry_cancelled',
      'Cancelled _20461128T090000Z entry_cancelled from series',
    ]);
    expect((await service.database.query('SELECT FROM occurrence_jobs')).rowCount).toBe(0);
  });

  it('are cancelled where it becomes a single meeting', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461127T235959Z'] });
    await service.record(received(series));
    await publish();
    const before = await count(series);
    const { recurrence: _rules, ...single } = series;
    await service.record(received(single));
    await publish();
    expect(await toldSince(series, before)).toEqual([
      'Rescheduled series',
      'Changed series nature',
      'Cancelled _20461127T090000Z no_longer_in_series from series',
    ]);
  });

  it('stay the same meetings when it is split, with the part that follows as their series', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461129T235959Z'] });
    await service.record(received(series));
    await publish();
    const before = await count(series);
    const providerEntryId = `${series.providerEntryId}_R20461128T090000`;
    const following: EntryV1 = {
      ...series,
      entryId: entryIdOf(series.calendarId, providerEntryId),
      providerEntryId,
      title: 'Daily',
      start: { dateTime: nine(28), timeZone: 'UTC' },
      end: { dateTime: '2046-11-28T09:15:00Z', timeZone: 'UTC' },
    };
    const ended = { ...series, recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461128T085959Z'] };
    await service.record(received(ended), received(following));
    await publish();
    expect(await toldSince(series, before)).toEqual([
      'Rescheduled series',
      'Scheduled _R20461128T090000',
      'Changed _20461128T090000Z title,seriesId from series',
      'Changed _20461129T090000Z title,seriesId from series',
    ]);
  });

  it('that is moved on its own is rescheduled, and follows its series no more', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461128T235959Z'] });
    await service.record(received(series));
    await publish();
    const before = await count(series);
    const moved: EntryV1 = {
      ...series,
      ...instanceOf(series, nine(28)),
      recurrence: undefined,
      start: { dateTime: '2046-11-28T11:00:00Z', timeZone: 'UTC' },
      end: { dateTime: '2046-11-28T11:15:00Z', timeZone: 'UTC' },
    };
    await service.record(received(moved));
    await publish();
    await service.record(received({ ...series, title: 'Daily' }));
    await publish();
    expect(await toldSince(series, before)).toEqual([
      'Rescheduled _20461128T090000Z',
      'Changed series title',
      'Changed _20461127T090000Z title from series',
    ]);
  });

  it('that is cancelled on its own stays away, whatever becomes of its series', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461128T235959Z'] });
    await service.record(received(series));
    await publish();
    const before = await count(series);
    await service.record(received(cancelledInstance(series, nine(28))));
    await service.record(received({ ...series, title: 'Daily' }));
    await publish();
    expect(await toldSince(series, before)).toEqual([
      'Cancelled _20461128T090000Z entry_cancelled',
      'Changed series title',
      'Changed _20461127T090000Z title from series',
    ]);
  });

  it('are scheduled again when it comes back', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461127T235959Z'] });
    await service.record(received(series));
    await publish();
    await service.record(received(cancelled(series)));
    await publish();
    await service.record(received(series));
    await publish();
    expect(await toldSince(series, 4)).toEqual(['Scheduled series', 'Scheduled _20461127T090000Z from series']);
  });
});

describe('Publishing occurrences', () => {
  it('takes bounded parts, and goes on where it stopped, whoever goes on', async () => {
    const series = daily();
    await service.record(received(series));
    const cut = publisherAt(start, { chunk: 3 });
    expect(await cut.round()).toBe('again');
    expect(await count(series)).toBe(1 + 3);
    expect(await publish(start, { chunk: 3 })).toBe(2);
    expect(new Set(await toldSince(series)).size).toBe(8);
    expect(await count(series)).toBe(8);
  });

  it('goes on where it stopped also in what was added to the horizon', async () => {
    const series = daily();
    await service.record(received(series));
    await publish();
    await publish(new Date(start.getTime() + 5 * day), { chunk: 2 });
    const told = await toldSince(series);
    expect(told).toHaveLength(1 + 7 + 5);
    expect(new Set(told).size).toBe(told.length);
  });

  it('is done by one of many at a time', async () => {
    const series = Array.from({ length: 20 }, () => daily());
    await service.record(...series.map((each) => received(each)));
    await Promise.all(Array.from({ length: 4 }, () => publish()));
    for (const each of series) expect(await count(each)).toBe(8);
  });

  it('takes turns with the consumer: what goes its own way meanwhile is told of once', async () => {
    const series = daily();
    await service.record(received(series));
    const renamed: EntryV1 = {
      ...series,
      ...instanceOf(series, nine(28)),
      recurrence: undefined,
      title: 'Elsewhere',
      start: { dateTime: nine(28), timeZone: 'UTC' },
      end: { dateTime: '2046-11-28T09:15:00Z', timeZone: 'UTC' },
    };
    await Promise.all([publish(), service.record(received(renamed))]);
    await publish();
    const told = (await toldSince(series)).filter((each) => each.includes('_20461128'));
    expect([
      ['Scheduled _20461128T090000Z'],
      ['Scheduled _20461128T090000Z from series', 'Changed _20461128T090000Z title'],
    ]).toContainEqual(told);
  });

  it('stops for a removed calendar and makes up for it when that is back', async () => {
    const series = daily();
    const { calendarId } = series;
    const told = (type: string, sequence: number): Message => ({
      id: randomUUID(),
      source: '/calendar-sync/sync',
      type,
      time: '2046-11-26T12:00:00Z',
      key: calendarId,
      sequence,
      epoch: 1,
      data: { ownerId: 'ada', calendarId, calendar: { timeZone: 'Europe/Berlin' } },
    });
    const follow = (message: Message) => service.database.transaction((tx) => followCalendars(tx, [message]));
    await follow(told('CalendarAdded.v1', 1));
    await service.record(received(series));
    await publish();
    await follow(told('CalendarRemoved.v1', 2));
    await publish(new Date(start.getTime() + 3 * day));
    expect(await count(series)).toBe(8);
    await follow(told('CalendarAdded.v1', 3));
    await publish(new Date(start.getTime() + 3 * day));
    expect(await count(series)).toBe(8 + 3);
  });

  it('forgets a series when its last occurrence is over, not before', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461128T235959Z'] });
    await service.record(received(series));
    const jobs = async () => (await service.database.query('SELECT FROM occurrence_jobs')).rowCount;
    await publish();
    expect(await publish(new Date('2046-11-28T09:14:00Z'))).toBe(0);
    expect(await jobs()).toBe(1);
    await publish(new Date('2046-11-28T09:15:00Z'));
    expect(await jobs()).toBe(0);
    expect(await count(series)).toBe(3);
  });

  it('looks further ahead at once after the horizon was set further away', async () => {
    const series = daily();
    await service.record(received(series));
    await publish();
    await publish(new Date(start.getTime() + 3_600_000), { horizonDays: 10 });
    expect(await count(series)).toBe(1 + 7 + 4);
  });

  it('is noted for a thousand series in the time of one chunk', async () => {
    const calendarId = randomUUID();
    await service.record(...Array.from({ length: 1_000 }, () => received(daily({ calendarId }))));
    const { rows } = await service.database.query<{ due: number }>('SELECT count(*)::int AS due FROM occurrence_jobs');
    expect(rows[0]?.due).toBe(1_000);
  });
});
