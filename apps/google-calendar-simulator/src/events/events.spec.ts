import { type Simulator, startSimulator } from '../simulator';
import { admin, at, client, on, type Person, person, pull, refusal, until } from '../testing/connect';

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
const get = async (eventId: string | null | undefined, who = ada) =>
  (await who.api.events.get({ calendarId: 'primary', eventId: eventId ?? '' })).data;

describe('an event', () => {
  it('has the fields that Google gives it, and none that are at their default', async () => {
    const event = await insert({
      ...meeting,
      visibility: 'default',
      transparency: 'opaque',
      guestsCanModify: false,
      attendees: [],
    });
    expect(event).toMatchObject({
      kind: 'calendar#event',
      status: 'confirmed',
      eventType: 'default',
      sequence: 0,
      iCalUID: `${event.id}@google.com`,
      creator: { email: 'ada@example.com', self: true },
      organizer: { email: 'ada@example.com', self: true },
      reminders: { useDefault: true },
    });
    expect(event.id).toMatch(/^[a-v0-9]{26}$/);
    expect(event.etag).toBe(`"${Date.parse(event.updated ?? '') * 2000}"`);
    expect(event.created).toMatch(/\.000Z$/);
    expect(Buffer.from(new URL(event.htmlLink ?? '').searchParams.get('eid') ?? '', 'base64').toString()).toBe(
      `${event.id} ada@example.com`,
    );
    for (const field of ['visibility', 'transparency', 'guestsCanModify', 'attendees', 'recurrence', 'hangoutLink']) {
      expect(event).not.toHaveProperty(field);
    }
  });

  it('moves its etag with every change and its sequence with those of time', async () => {
    const event = await insert(meeting);
    const renamed = await patch(event.id, { summary: 'Renamed' });
    const moved = await patch(event.id, { end: at('2026-12-01T12:00:00') });
    expect([event.sequence, renamed.sequence, moved.sequence]).toEqual([0, 0, 1]);
    const stamps = [event, renamed, moved].map(({ etag }) => Number(etag?.replaceAll('"', '')));
    expect(stamps).toEqual([...new Set(stamps)].sort((a, b) => a - b));
    expect(await refusal(patch(event.id, { sequence: 0 }))).toMatchObject({
      status: 400,
      message: expect.stringMatching(/^Invalid sequence value/),
    });
  });

  it('is not changed by reminders, which are their owner’s', async () => {
    const event = await insert(meeting);
    const { syncToken = '' } = await pull(ada.api);
    const reminded = await patch(event.id, {
      reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 5 }] },
    });
    expect(reminded.updated).toBe(event.updated);
    expect(reminded.reminders?.useDefault).toBe(false);
    expect((await pull(ada.api, { syncToken })).items).toEqual([]);
  });

  it('is guarded by its etag in both directions', async () => {
    const event = await insert(meeting);
    const call = { calendarId: 'primary', eventId: event.id ?? '' };
    const unchanged = await ada.api.events.get(call, { headers: { 'If-None-Match': event.etag ?? '' } });
    expect(unchanged.status).toBe(304);
    await patch(event.id, { summary: 'Newer' });
    const stale = { headers: { 'If-Match': event.etag ?? '' } };
    expect(await refusal(ada.api.events.patch({ ...call, requestBody: { summary: 'Lost' } }, stale))).toMatchObject({
      status: 412,
      reason: 'conditionNotMet',
    });
    expect(await refusal(ada.api.events.delete(call, stale))).toMatchObject({ status: 412 });
    await ada.api.events.delete(call, { headers: { 'If-Match': '*' } });
  });

  it('is replaced by update and merged by patch', async () => {
    const event = await insert({ ...meeting, location: 'Here', extendedProperties: { private: { a: '1', b: '2' } } });
    const merged = await patch(event.id, { description: 'x', extendedProperties: { private: { a: null } } });
    expect(merged).toMatchObject({ location: 'Here', description: 'x', extendedProperties: { private: { b: '2' } } });
    expect(merged.extendedProperties?.private).not.toHaveProperty('a');
    const { data } = await ada.api.events.update({
      calendarId: 'primary',
      eventId: event.id ?? '',
      requestBody: meeting,
    });
    expect(data).not.toHaveProperty('location');
    expect(data).not.toHaveProperty('extendedProperties');
  });

  it('is refused where its id, times, zone or rule are wrong', async () => {
    const wrong: [object, object][] = [
      [
        { ...meeting, id: 'XYZ' },
        { status: 400, message: 'Invalid resource id value.' },
      ],
      [
        { ...meeting, end: at('2026-12-01T09:00:00') },
        { status: 400, reason: 'timeRangeEmpty' },
      ],
      [
        { ...meeting, end: on('2026-12-02') },
        { status: 400, reason: 'invalid' },
      ],
      [
        { summary: 'no end', start: meeting.start },
        { status: 400, reason: 'required' },
      ],
      [
        { ...daily, start: { dateTime: '2026-12-01T09:00:00Z' } },
        { status: 400, message: 'Missing time zone definition for start time.' },
      ],
      [{ ...daily, recurrence: ['RRULE:FREQ=SOMETIMES'] }, { status: 400 }],
      [{ ...daily, recurrence: ['DTSTART:20261201'] }, { status: 400 }],
      [{ ...meeting, eventType: 'fromGmail' }, { status: 400 }],
    ];
    for (const [body, expected] of wrong) expect(await refusal(insert(body))).toMatchObject(expected);
  });

  it('drops long property keys and cuts long values without a word', async () => {
    const event = await insert({
      ...meeting,
      extendedProperties: { private: { ['k'.repeat(45)]: 'x', ok: 'v'.repeat(2000) } },
    });
    expect(event.extendedProperties?.private).toEqual({ ok: 'v'.repeat(1024) });
  });

  it('goes to another calendar with its id and a new organizer, leaving a bare tombstone', async () => {
    const event = await insert(meeting);
    const { syncToken = '' } = await pull(ada.api);
    const { data: other } = await ada.api.calendars.insert({ requestBody: { summary: 'Other' } });
    const { data: moved } = await ada.api.events.move({
      calendarId: 'primary',
      eventId: event.id ?? '',
      destination: other.id ?? '',
    });
    expect(moved).toMatchObject({ id: event.id, organizer: { email: other.id, self: true } });
    expect((await pull(ada.api, { syncToken })).items).toEqual([
      expect.objectContaining({ id: event.id, status: 'cancelled' }),
    ]);
  });

  it('can be imported again under the same uid', async () => {
    const body = { ...meeting, iCalUID: 'x@elsewhere', organizer: { email: 'boss@elsewhere.example' } };
    const first = await ada.api.events.import({ calendarId: 'primary', requestBody: body });
    const second = await ada.api.events.import({ calendarId: 'primary', requestBody: { ...body, summary: 'Newer' } });
    expect(first.data.id).toMatch(/^_/);
    expect(second.data).toMatchObject({
      id: first.data.id,
      summary: 'Newer',
      organizer: { email: 'boss@elsewhere.example' },
    });
  });
});

describe('a conference', () => {
  const request = { createRequest: { requestId: 'r1', conferenceSolutionKey: { type: 'hangoutsMeet' } } };

  it('is ignored silently without its version, and made with it', async () => {
    expect(await insert({ ...meeting, conferenceData: request })).not.toHaveProperty('conferenceData');
    const event = await insert({ ...meeting, conferenceData: request }, { conferenceDataVersion: 1 });
    const video = event.conferenceData?.entryPoints?.find(({ entryPointType }) => entryPointType === 'video');
    expect(video?.uri).toBe(event.hangoutLink);
    expect(event.hangoutLink).toMatch(/^https:\/\/meet\.google\.com\/[a-z]{3}-[a-z]{4}-[a-z]{3}$/);
    expect(await patch(event.id, { summary: 'kept' })).toHaveProperty('hangoutLink', event.hangoutLink);
  });

  it('may be pending first, without a link, and succeed with a later change', async () => {
    await admin(simulator.url, 'PUT', '/admin/faults', { conferencePendingMs: 50 });
    const event = await insert({ ...meeting, conferenceData: request }, { conferenceDataVersion: 1 });
    expect(event.conferenceData).toEqual({
      createRequest: { ...request.createRequest, status: { statusCode: 'pending' } },
    });
    const { syncToken = '' } = await pull(ada.api);
    const [ready] = await until(async () => {
      const { items } = await pull(ada.api, { syncToken });
      return items.length > 0 && items;
    });
    expect(ready).toMatchObject({ id: event.id, hangoutLink: expect.stringContaining('meet.google.com') });
    expect(ready?.conferenceData?.createRequest?.status?.statusCode).toBe('success');
  });
});

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

describe('guests with an account', () => {
  it('get a copy under the same id, and their answers reach the organizer', async () => {
    const ben = await person(simulator.url, 'ben@example.com');
    const event = await insert({ ...meeting, attendees: [{ email: 'ben@example.com' }] });
    const copy = await get(event.id, ben);
    expect(copy.organizer).toEqual({ email: 'ada@example.com', displayName: 'Ada' });
    expect(copy.attendees).toEqual([{ email: 'ben@example.com', responseStatus: 'needsAction', self: true }]);
    await patch(event.id, { attendees: [{ email: 'ben@example.com', responseStatus: 'accepted' }] }, ben);
    expect((await get(event.id)).attendees).toEqual([{ email: 'ben@example.com', responseStatus: 'accepted' }]);
  });

  it('may not change what is shared', async () => {
    const ben = await person(simulator.url, 'ben@example.com');
    const event = await insert({ ...meeting, attendees: [{ email: 'ben@example.com' }] });
    expect(await refusal(patch(event.id, { summary: 'Mine now' }, ben))).toMatchObject({
      status: 403,
      reason: 'forbiddenForNonOrganizer',
    });
    expect(await patch(event.id, { colorId: '5' }, ben)).toMatchObject({ colorId: '5' });
    expect(await get(event.id)).not.toHaveProperty('colorId');
  });

  it('lose it when the organizer deletes it or takes them off, and decline by deleting their own', async () => {
    const ben = await person(simulator.url, 'ben@example.com');
    const invited = { ...meeting, attendees: [{ email: 'ben@example.com' }, { email: 'out@side.example' }] };
    const [one, two, three] = [await insert(invited), await insert(invited), await insert(invited)];
    await ada.api.events.delete({ calendarId: 'primary', eventId: one.id ?? '' });
    await patch(two.id, { attendees: [{ email: 'out@side.example' }] });
    await ben.api.events.delete({ calendarId: 'primary', eventId: three.id ?? '' });
    for (const { id } of [one, two, three]) expect((await get(id, ben)).status).toBe('cancelled');
    expect((await get(three.id)).attendees).toContainEqual({ email: 'ben@example.com', responseStatus: 'declined' });
  });

  it('see changed and cancelled occurrences of the series', async () => {
    const ben = await person(simulator.url, 'ben@example.com');
    const series = await insert({ ...daily, attendees: [{ email: 'ben@example.com' }] });
    await patch(`${series.id}_20261202T090000Z`, { summary: 'Special' });
    await ada.api.events.delete({ calendarId: 'primary', eventId: `${series.id}_20261203T090000Z` });
    const { items } = await pull(ben.api, { singleEvents: true });
    expect(items.map(({ summary }) => summary)).toEqual(expect.arrayContaining(['Daily', 'Special']));
    expect(items).toHaveLength(4);
  });
});

describe('rights', () => {
  it('decide what is seen of a shared calendar', async () => {
    const ben = await person(simulator.url, 'ben@example.com');
    await insert({ ...daily, summary: 'Open' });
    await insert({ ...meeting, summary: 'Secret', visibility: 'private' });
    const shown = async (role: string) => {
      await admin(simulator.url, 'POST', '/admin/access', {
        email: 'ben@example.com',
        calendarId: 'ada@example.com',
        role,
      });
      return (await pull(ben.api, { calendarId: 'ada@example.com' })).items.map(({ summary }) => summary);
    };
    expect(await shown('writer')).toEqual(['Open', 'Secret']);
    expect(await shown('reader')).toEqual(['Open', undefined]);
    expect(await shown('freeBusyReader')).toEqual(Array.from({ length: 6 }, () => undefined));
    expect(await refusal(ben.api.events.insert({ calendarId: 'ada@example.com', requestBody: meeting }))).toMatchObject(
      { status: 403, reason: 'requiredAccessLevel' },
    );
  });

  it('make a calendar that is not shared look like none', async () => {
    await person(simulator.url, 'ben@example.com');
    expect(await refusal(ada.api.events.list({ calendarId: 'ben@example.com' }))).toMatchObject({
      status: 404,
      reason: 'notFound',
    });
  });
});

it('answers with the same ids for the same seed', async () => {
  const other = await startSimulator();
  try {
    const twin = await person(other.url, 'ada@example.com', { timeZone: 'Europe/Berlin' });
    const api = client(other.url, twin.refreshToken);
    const { data } = await api.events.insert({ calendarId: 'primary', requestBody: meeting });
    expect(data.id).toBe((await insert(meeting)).id);
  } finally {
    await other.close();
  }
});
