import { randomUUID } from 'node:crypto';
import type { Message } from '@calendar-sync/contracts-envelope';
import { entryIdOf, type EntryV1 } from '@calendar-sync/contracts-sync';
import { instanceOf, received } from '../../meeting-extraction.fixture';
import { followCalendars } from '../follow-calendars/calendars.consumer';
import { daily, nine, type Occurrences, openOccurrences, start } from './occurrences.fixture';

const day = 86_400_000;
let occurrences: Occurrences;
beforeAll(async () => {
  occurrences = await openOccurrences();
});
afterEach(() => occurrences.forgetJobs());
afterAll(() => occurrences.close());

describe('Publishing occurrences', () => {
  it('takes bounded parts, and goes on where it stopped, whoever goes on', async () => {
    const series = daily();
    await occurrences.record(received(series));
    const cut = occurrences.publisherAt(start, { chunk: 3 });
    expect(await cut.round()).toBe('again');
    expect(await occurrences.count(series)).toBe(1 + 3);
    expect(await occurrences.publish(start, { chunk: 3 })).toBe(2);
    expect(new Set(await occurrences.toldSince(series)).size).toBe(8);
    expect(await occurrences.count(series)).toBe(8);
  });

  it('goes on where it stopped also in what was added to the horizon', async () => {
    const series = daily();
    await occurrences.record(received(series));
    await occurrences.publish();
    await occurrences.publish(new Date(start.getTime() + 5 * day), { chunk: 2 });
    const told = await occurrences.toldSince(series);
    expect(told).toHaveLength(1 + 7 + 5);
    expect(new Set(told).size).toBe(told.length);
  });

  it('waits for what goes before it', async () => {
    const series = daily();
    await occurrences.record(received(series));
    expect(await occurrences.publish(start, { waitsFor: () => true })).toBe(0);
    expect(await occurrences.count(series)).toBe(1);
    await occurrences.publish(start, { waitsFor: () => false });
    expect(await occurrences.count(series)).toBe(8);
  });

  it('is done by one of many at a time', async () => {
    const series = Array.from({ length: 20 }, () => daily());
    await occurrences.record(...series.map((each) => received(each)));
    await Promise.all(Array.from({ length: 4 }, () => occurrences.publish()));
    for (const each of series) expect(await occurrences.count(each)).toBe(8);
  });

  it('takes turns with the consumer: what goes its own way meanwhile is told of once', async () => {
    const series = daily();
    await occurrences.record(received(series));
    const renamed: EntryV1 = {
      ...series,
      ...instanceOf(series, nine(28)),
      recurrence: undefined,
      title: 'Elsewhere',
      start: { dateTime: nine(28), timeZone: 'UTC' },
      end: { dateTime: '2046-11-28T09:15:00Z', timeZone: 'UTC' },
    };
    await Promise.all([occurrences.publish(), occurrences.record(received(renamed))]);
    await occurrences.publish();
    const told = (await occurrences.toldSince(series)).filter((each) => each.includes('_20461128'));
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
    const follow = (message: Message) => occurrences.database.transaction((tx) => followCalendars(tx, [message]));
    await follow(told('CalendarAdded.v1', 1));
    await occurrences.record(received(series));
    await occurrences.publish();
    await follow(told('CalendarRemoved.v1', 2));
    await occurrences.publish(new Date(start.getTime() + 3 * day));
    expect(await occurrences.count(series)).toBe(8);
    await follow(told('CalendarAdded.v1', 3));
    await occurrences.publish(new Date(start.getTime() + 3 * day));
    expect(await occurrences.count(series)).toBe(8 + 3);
  });

  it('forgets a series when its last occurrence is over, not before', async () => {
    const series = daily({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20461128T235959Z'] });
    await occurrences.record(received(series));
    const jobs = async () => (await occurrences.database.query('SELECT FROM occurrence_jobs')).rowCount;
    await occurrences.publish();
    expect(await occurrences.publish(new Date('2046-11-28T09:14:00Z'))).toBe(0);
    expect(await jobs()).toBe(1);
    await occurrences.publish(new Date('2046-11-28T09:15:00Z'));
    expect(await jobs()).toBe(0);
    expect(await occurrences.count(series)).toBe(3);
  });

  it('looks further ahead at once after the horizon was set further away', async () => {
    const series = daily();
    await occurrences.record(received(series));
    await occurrences.publish();
    await occurrences.publish(new Date(start.getTime() + 3_600_000), { horizonDays: 10 });
    expect(await occurrences.count(series)).toBe(1 + 7 + 4);
  });

  it('lets one that fails wait, and does the others', async () => {
    const [bad, good] = [daily(), daily()];
    const sick = { ...bad, calendarId: good.calendarId };
    await occurrences.record(received({ ...sick, entryId: entryIdOf(good.calendarId, bad.providerEntryId) }));
    await occurrences.record(received(good));
    await occurrences.database.query(
      `UPDATE meetings SET meeting = meeting || '{"end": null}' WHERE provider_entry_id = $1`,
      [bad.providerEntryId],
    );
    await occurrences.publish();
    await occurrences.publish(new Date(start.getTime() + 10_000));
    const told = await occurrences.told(good.calendarId);
    expect(told.filter(({ provider }) => provider.startsWith(good.providerEntryId))).toHaveLength(8);
    const { rows } = await occurrences.database.query<{ attempts: number }>(
      'SELECT attempts FROM occurrence_jobs WHERE attempts > 0',
    );
    expect(rows).toHaveLength(1);
  });

  it('is noted for a thousand series in the time of one chunk', async () => {
    const calendarId = randomUUID();
    await occurrences.record(...Array.from({ length: 1_000 }, () => received(daily({ calendarId }))));
    const { rows } = await occurrences.database.query<{ due: number }>(
      'SELECT count(*)::int AS due FROM occurrence_jobs',
    );
    expect(rows[0]?.due).toBe(1_000);
  });
});
