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
