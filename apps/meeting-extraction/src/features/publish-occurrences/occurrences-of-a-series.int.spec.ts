import { meetingIdOf, meetings as meetingsTopic } from '@calendar-sync/contracts-meeting-extraction';
import { entryIdOf, type EntryV1 } from '@calendar-sync/contracts-sync';
import { cancelled, cancelledInstance, instanceOf, received } from '../../meeting-extraction.fixture';
import { daily, inWords, nine, type Occurrences, openOccurrences, start } from './occurrences.fixture';

const day = 86_400_000;
let occurrences: Occurrences;
beforeAll(async () => {
  occurrences = await openOccurrences();
});
afterEach(() => occurrences.forgetJobs());
afterAll(() => occurrences.close());

describe('The occurrences of a series', () => {
  it('are published for the days of the horizon, each with the id that it keeps, and once', async () => {
    const series = daily();
    await occurrences.record(received(series, 'push-9'));
    await occurrences.publish();
    await occurrences.record(received(series, 'push-10'));
    await occurrences.publish();

    const told = await occurrences.told(series.calendarId);
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
    await occurrences.record(received(series));
    await occurrences.publish();
    const before = await occurrences.count(series);
    expect(await occurrences.publish(new Date(start.getTime() + 3_600_000 - 1))).toBe(0);
    for (let later = 1; later <= 3; later += 1) await occurrences.publish(new Date(start.getTime() + later * day));
    const since = await occurrences.toldSince(series, before);
    expect(since.slice(0, 2)).toEqual([
      'Scheduled _20461204T090000Z from series',
      'Scheduled _20461205T090000Z from series',
    ]);
    expect(since.length).toBeGreaterThanOrEqual(2);
    expect(since.length).toBeLessThanOrEqual(3);
  });

  it('change with it, one message each, and leave alone what is over', async () => {
    const series = daily();
    await occurrences.record(received(series));
    await occurrences.publish();
    const before = await occurrences.count(series);
    const renamed = { ...series, title: 'Daily' };
    await occurrences.record(received(renamed));
    await occurrences.publish(new Date('2046-11-29T09:15:00Z'));
    expect(await occurrences.toldSince(series, before)).toEqual([
      'Changed series title',
      'Changed _20461130T090000Z title from series',
      ...[1, 2, 3].map((each) => `Changed _2046120${each}T090000Z title from series`),
      ...[4, 5, 6].map((each) => `Scheduled _2046120${each}T090000Z from series`),
    ]);
  });

  it('are rescheduled when it lasts longer', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461128T235959Z'] });
    await occurrences.record(received(series));
    await occurrences.publish();
    const before = await occurrences.count(series);
    await occurrences.record(received({ ...series, end: { dateTime: '2046-11-20T09:30:00Z', timeZone: 'UTC' } }));
    await occurrences.publish();
    expect(await occurrences.toldSince(series, before)).toEqual([
      'Rescheduled series',
      'Rescheduled _20461127T090000Z from series',
      'Rescheduled _20461128T090000Z from series',
    ]);
  });

  it('are cancelled when it is, and those to come only', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461128T235959Z'] });
    await occurrences.record(received(series));
    await occurrences.publish();
    const before = await occurrences.count(series);
    await occurrences.record(received(cancelled(series)));
    await occurrences.publish(new Date('2046-11-28T08:00:00Z'));
    expect(await occurrences.toldSince(series, before)).toEqual([
      'Cancelled series entry_cancelled',
      'Cancelled _20461128T090000Z entry_cancelled from series',
    ]);
    expect((await occurrences.database.query('SELECT FROM occurrence_jobs')).rowCount).toBe(0);
  });

  it('are cancelled where it becomes a single meeting', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461127T235959Z'] });
    await occurrences.record(received(series));
    await occurrences.publish();
    const before = await occurrences.count(series);
    const { recurrence: _rules, ...single } = series;
    await occurrences.record(received(single));
    await occurrences.publish();
    expect(await occurrences.toldSince(series, before)).toEqual([
      'Rescheduled series',
      'Changed series nature',
      'Cancelled _20461127T090000Z no_longer_in_series from series',
    ]);
  });

  it('stay the same meetings when it is split, with the part that follows as their series', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461129T235959Z'] });
    await occurrences.record(received(series));
    await occurrences.publish();
    const before = await occurrences.count(series);
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
    await occurrences.record(received(ended), received(following));
    await occurrences.publish();
    expect(await occurrences.toldSince(series, before)).toEqual([
      'Rescheduled series',
      'Scheduled _R20461128T090000',
      'Changed _20461128T090000Z title,seriesId from series',
      'Changed _20461129T090000Z title,seriesId from series',
    ]);
  });

  it('that is moved on its own is rescheduled, and follows its series no more', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461128T235959Z'] });
    await occurrences.record(received(series));
    await occurrences.publish();
    const before = await occurrences.count(series);
    const moved: EntryV1 = {
      ...series,
      ...instanceOf(series, nine(28)),
      recurrence: undefined,
      start: { dateTime: '2046-11-28T11:00:00Z', timeZone: 'UTC' },
      end: { dateTime: '2046-11-28T11:15:00Z', timeZone: 'UTC' },
    };
    await occurrences.record(received(moved));
    await occurrences.publish();
    await occurrences.record(received({ ...series, title: 'Daily' }));
    await occurrences.publish();
    expect(await occurrences.toldSince(series, before)).toEqual([
      'Rescheduled _20461128T090000Z',
      'Changed series title',
      'Changed _20461127T090000Z title from series',
    ]);
  });

  it('that is cancelled on its own stays away, whatever becomes of its series', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461128T235959Z'] });
    await occurrences.record(received(series));
    await occurrences.publish();
    const before = await occurrences.count(series);
    await occurrences.record(received(cancelledInstance(series, nine(28))));
    await occurrences.record(received({ ...series, title: 'Daily' }));
    await occurrences.publish();
    expect(await occurrences.toldSince(series, before)).toEqual([
      'Cancelled _20461128T090000Z entry_cancelled',
      'Changed series title',
      'Changed _20461127T090000Z title from series',
    ]);
  });

  it('are scheduled again when it comes back', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461127T235959Z'] });
    await occurrences.record(received(series));
    await occurrences.publish();
    await occurrences.record(received(cancelled(series)));
    await occurrences.publish();
    await occurrences.record(received(series));
    await occurrences.publish();
    expect(await occurrences.toldSince(series, 4)).toEqual([
      'Scheduled series',
      'Scheduled _20461127T090000Z from series',
    ]);
  });
});
