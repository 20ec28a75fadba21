import { type Simulator, startSimulator } from '../simulator';
import { admin, at, type Item, on, type Person, person, pull } from '../testing/connect';

let simulator: Simulator;
let ada: Person;

beforeEach(async () => {
  simulator = await startSimulator();
  ada = await person(simulator.url, 'ada@example.com', { timeZone: 'Europe/Berlin' });
});
afterEach(() => simulator.close());

const meeting = { summary: 'Review', start: at('2026-12-01T10:00:00'), end: at('2026-12-01T11:00:00') };
const daily = { ...meeting, summary: 'Daily', recurrence: ['RRULE:FREQ=DAILY;COUNT=5'] };

const insert = async (requestBody: object, more: object = {}) =>
  (await ada.api.events.insert({ calendarId: 'primary', requestBody, ...more })).data;
const patch = async (eventId: string | null | undefined, requestBody: object, who = ada) =>
  (await who.api.events.patch({ calendarId: 'primary', eventId: eventId ?? '', requestBody })).data;

describe('a series', () => {
  it('is listed as master and exceptions, or as occurrences without the master', async () => {
    const series = await insert(daily);
    const moved = await patch(`${series.id}_20261203T090000Z`, {
      start: at('2026-12-03T15:00:00'),
      end: at('2026-12-03T16:00:00'),
    });
    expect(moved).toMatchObject({
      id: `${series.id}_20261203T090000Z`,
      recurringEventId: series.id,
      originalStartTime: { dateTime: '2026-12-03T10:00:00+01:00', timeZone: 'Europe/Berlin' },
      start: { dateTime: '2026-12-03T15:00:00+01:00' },
      iCalUID: series.iCalUID,
    });
    await ada.api.events.delete({ calendarId: 'primary', eventId: `${series.id}_20261204T090000Z` });
    const plain = await pull(ada.api);
    expect(plain.items.map(({ id, status }) => [id, status])).toEqual([
      [series.id, 'confirmed'],
      [moved.id, 'confirmed'],
      [`${series.id}_20261204T090000Z`, 'cancelled'],
    ]);
    expect(plain.items[2]).toEqual({
      kind: 'calendar#event',
      etag: expect.any(String),
      id: `${series.id}_20261204T090000Z`,
      status: 'cancelled',
      recurringEventId: series.id,
      originalStartTime: { dateTime: '2026-12-04T10:00:00+01:00', timeZone: 'Europe/Berlin' },
    });
    const single = await pull(ada.api, { singleEvents: true, orderBy: 'startTime' });
    expect(single.items.map(({ start }) => start?.dateTime)).toEqual([
      '2026-12-01T10:00:00+01:00',
      '2026-12-02T10:00:00+01:00',
      '2026-12-03T15:00:00+01:00',
      '2026-12-05T10:00:00+01:00',
    ]);
  });

  it('of whole days names its occurrences by date', async () => {
    const series = await insert({
      summary: 'x',
      start: on('2026-12-01'),
      end: on('2026-12-02'),
      recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'],
    });
    const { data } = await ada.api.events.instances({ calendarId: 'primary', eventId: series.id ?? '' });
    expect(data.items?.map(({ id, start }) => [id, start?.date])).toEqual([
      [`${series.id}_20261201`, '2026-12-01'],
      [`${series.id}_20261208`, '2026-12-08'],
    ]);
  });

  it('finds an occurrence by its original start, wherever it was moved', async () => {
    const series = await insert(daily);
    await patch(`${series.id}_20261202T090000Z`, { start: at('2026-12-20T10:00:00'), end: at('2026-12-20T11:00:00') });
    const { data } = await ada.api.events.instances({
      calendarId: 'primary',
      eventId: series.id ?? '',
      originalStart: '2026-12-02T10:00:00+01:00',
    });
    expect(data.items).toMatchObject([
      { id: `${series.id}_20261202T090000Z`, start: { dateTime: '2026-12-20T10:00:00+01:00' } },
    ]);
  });

  it('turns exceptions that no longer fit into tombstones, and back when they fit again', async () => {
    const series = await insert(daily);
    const exception = `${series.id}_20261203T090000Z`;
    await patch(exception, { summary: 'Special' });
    await patch(series.id, { start: at('2026-12-01T12:00:00'), end: at('2026-12-01T13:00:00') });
    expect((await pull(ada.api)).items).toMatchObject([{ id: series.id }, { id: exception, status: 'cancelled' }]);
    await patch(series.id, { start: at('2026-12-01T10:00:00'), end: at('2026-12-01T11:00:00') });
    expect((await pull(ada.api)).items).toMatchObject([
      { id: series.id },
      { id: exception, status: 'confirmed', summary: 'Daily' },
    ]);
  });

  it('keeps its id when it was a single event before, and when it becomes one again', async () => {
    const event = await insert(meeting);
    const series = await patch(event.id, { recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] });
    expect(series).toMatchObject({ id: event.id, recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] });
    await patch(`${event.id}_20261202T090000Z`, { summary: 'Special' });
    expect(await patch(event.id, { recurrence: null })).not.toHaveProperty('recurrence');
    expect((await pull(ada.api, { singleEvents: true })).items).toMatchObject([{ id: event.id }]);
  });

  it('can be switched between timed and whole days', async () => {
    const series = await insert(daily);
    const days = await patch(series.id, {
      start: { date: '2026-12-01', dateTime: null, timeZone: null },
      end: { date: '2026-12-02', dateTime: null, timeZone: null },
    });
    expect(days.start).toEqual({ date: '2026-12-01' });
    const { items } = await pull(ada.api, { singleEvents: true });
    expect(items.map(({ originalStartTime }) => originalStartTime?.date)).toEqual([
      '2026-12-01',
      '2026-12-02',
      '2026-12-03',
      '2026-12-04',
      '2026-12-05',
    ]);
  });

  it('leaves out no day for an occurrence that was cancelled at midnight UTC while it was timed', async () => {
    const nightly = { ...daily, start: at('2026-12-01T01:00:00'), end: at('2026-12-01T02:00:00') };
    const series = await insert(nightly);
    await ada.api.events.delete({ calendarId: 'primary', eventId: `${series.id}_20261202T000000Z` });
    await patch(series.id, {
      start: { date: '2026-12-01', dateTime: null, timeZone: null },
      end: { date: '2026-12-02', dateTime: null, timeZone: null },
    });
    const days = ['2026-12-01', '2026-12-02', '2026-12-03', '2026-12-04', '2026-12-05'];
    const window = { timeMin: '2026-11-30T00:00:00Z', timeMax: '2026-12-10T00:00:00Z' };
    for (const query of [{}, window]) {
      const { items } = await pull(ada.api, { singleEvents: true, ...query });
      expect(items.map(({ start }) => start?.date)).toEqual(days);
    }
    const { data } = await ada.api.events.instances({ calendarId: 'primary', eventId: series.id ?? '' });
    expect(data.items?.map(({ start }) => start?.date)).toEqual(days);
    const { items: truth } = await admin<{ items: Item[] }>(
      simulator.url,
      'GET',
      `/admin/truth/ada@example.com?from=${window.timeMin}&to=${window.timeMax}`,
    );
    expect(truth.map(({ start }) => start?.date)).toEqual(days);
  });

  it('keeps its hour on the wall when the clocks change', async () => {
    const body = {
      ...daily,
      start: at('2026-10-24T09:00:00'),
      end: at('2026-10-24T10:00:00'),
      recurrence: ['RRULE:FREQ=DAILY;COUNT=2'],
    };
    const series = await insert(body);
    const { data } = await ada.api.events.instances({ calendarId: 'primary', eventId: series.id ?? '' });
    expect(data.items?.map(({ start }) => start?.dateTime)).toEqual([
      '2026-10-24T09:00:00+02:00',
      '2026-10-25T09:00:00+01:00',
    ]);
    expect(data.items?.map(({ id }) => id)).toEqual([`${series.id}_20261024T070000Z`, `${series.id}_20261025T080000Z`]);
  });
});
