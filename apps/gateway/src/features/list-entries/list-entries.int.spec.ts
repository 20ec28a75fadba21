import { randomUUID } from 'node:crypto';
import {
  calendarEntries,
  calendars,
  CalendarAddedV1,
  CalendarRemovedV1,
  ConnectionRemovedV1,
  connections,
  EntryAddedV1,
  EntryCancelledV1,
  EntryChangedV1,
  entryIdOf,
} from '@calendar-sync/contracts-sync';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { type Gateway, ownerWithCalendar, startGateway } from '../../gateway.fixture';
import type { EntryDto, EntryListDto } from './entry.dto';

jest.setTimeout(300_000);

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ database: await startTestDatabase(), kafka: testKafka() });
});
afterAll(() => gateway?.stop());

async function list(path: string, sub: string): Promise<EntryDto[]> {
  const { status, body } = await gateway.ask<EntryListDto>(path, { token: await gateway.sign({ sub }) });
  expect(status).toBe(200);
  return body.items;
}

const listed = (path: string, sub: string, count: number) =>
  eventually(async () => {
    const items = await list(path, sub);
    expect(items).toHaveLength(count);
    return items;
  });

it('shows an entry that sync told of, just as it is meant to look', async () => {
  const owner = ownerWithCalendar();
  const standup = owner.entry('standup', {
    title: 'Standup',
    organizer: { email: 'ada@example.com', self: true },
    attendees: [{ email: 'grace@example.com', response: 'accepted', optional: false, resource: false, self: false }],
    iCalUid: 'standup@google.com',
    extendedProperties: { private: { secret: 'of another product' } },
    providerUpdatedAt: '2026-11-20T07:59:00Z',
  });
  await gateway.tell(calendarEntries, EntryAddedV1, owner.of(standup));

  expect(await listed(owner.path('entries'), owner.ownerId, 1)).toEqual([
    {
      entryId: standup.entryId,
      calendarId: owner.calendarId,
      providerEntryId: 'standup',
      providerCalendarId: standup.providerCalendarId,
      status: 'confirmed',
      title: 'Standup',
      start: { dateTime: '2026-11-23T09:00:00+01:00', timeZone: 'Europe/Zurich' },
      end: { dateTime: '2026-11-23T09:30:00+01:00', timeZone: 'Europe/Zurich' },
      organizer: { email: 'ada@example.com', self: true },
      attendees: [{ email: 'grace@example.com', response: 'accepted', optional: false, resource: false, self: false }],
      visibility: 'default',
      busy: true,
      kind: 'default',
      providerUpdatedAt: '2026-11-20T07:59:00Z',
      learnedAt: '2026-11-20T08:00:00.000Z',
      sequence: 1,
    },
  ]);
});

it('follows an entry that moves and goes, and leaves out what lies outside the window', async () => {
  const owner = ownerWithCalendar();
  const one = owner.entry('one');
  await gateway.tell(calendarEntries, EntryAddedV1, owner.of(one));
  await gateway.tell(calendarEntries, EntryAddedV1, owner.of(owner.entry('two')));
  await listed(owner.path('entries'), owner.ownerId, 2);

  const later = {
    ...one,
    start: { dateTime: '2026-12-01T09:00:00+01:00' },
    end: { dateTime: '2026-12-01T10:00:00+01:00' },
  };
  await gateway.tell(calendarEntries, EntryChangedV1, {
    ...owner.of(later),
    changed: [{ field: 'start', old: one.start, new: later.start }],
  });
  const [rest] = await listed(owner.path('entries'), owner.ownerId, 1);
  expect(rest?.title).toBe('two');
  expect(await list(owner.path('entries', '2026-12-01T00:00:00Z', '2026-12-02T00:00:00Z'), owner.ownerId)).toHaveLength(
    1,
  );

  await gateway.tell(calendarEntries, EntryCancelledV1, {
    ...owner.of({ ...later, status: 'cancelled' as const }),
    reason: 'cancelled-at-provider',
    changed: [],
  });
  await listed(owner.path('entries', '2026-12-01T00:00:00Z', '2026-12-02T00:00:00Z'), owner.ownerId, 0);
});

it('expands a series over the change of the clocks, with its moved, cancelled and returning instances', async () => {
  const owner = ownerWithCalendar();
  await gateway.tell(calendars, CalendarAddedV1, { ...owner.about, calendar: owner.calendar });
  const zurich = (dateTime: string) => ({ dateTime, timeZone: 'Europe/Zurich' });
  const master = owner.entry('daily', {
    start: zurich('2026-10-20T09:00:00+02:00'),
    end: zurich('2026-10-20T09:30:00+02:00'),
    recurrence: ['RRULE:FREQ=DAILY;COUNT=10'],
  });
  const instance = (slot: string, originalStart: string) => ({
    entryId: entryIdOf(owner.calendarId, `daily_${slot}`),
    providerEntryId: `daily_${slot}`,
    seriesId: master.entryId,
    providerSeriesId: 'daily',
    originalStart: zurich(originalStart),
  });
  // Moved out of the window, cancelled, and moved into the window from before it.
  const out = owner.entry('out', {
    ...instance('20261025T080000Z', '2026-10-25T09:00:00+01:00'),
    start: zurich('2026-11-05T09:00:00+01:00'),
    end: zurich('2026-11-05T09:30:00+01:00'),
  });
  const into = owner.entry('into', {
    ...instance('20261020T070000Z', '2026-10-20T09:00:00+02:00'),
    title: 'moved here',
    start: zurich('2026-10-26T15:00:00+01:00'),
    end: zurich('2026-10-26T15:30:00+01:00'),
  });
  const gone = {
    calendarId: owner.calendarId,
    providerCalendarId: master.providerCalendarId,
    status: 'cancelled' as const,
    ...instance('20261027T080000Z', '2026-10-27T09:00:00+01:00'),
  };
  await gateway.tell(calendarEntries, EntryAddedV1, owner.of(into)); // before its series
  await gateway.tell(calendarEntries, EntryAddedV1, owner.of(master));
  await gateway.tell(calendarEntries, EntryAddedV1, owner.of(out));
  await gateway.tell(calendarEntries, EntryCancelledV1, {
    ...owner.of(gone),
    reason: 'cancelled-at-provider',
    changed: [],
  });

  const items = await listed(owner.path('entries', '2026-10-24T00:00:00Z', '2026-10-29T00:00:00Z'), owner.ownerId, 4);
  expect(items.map(({ start, providerEntryId }) => ['dateTime' in start && start.dateTime, providerEntryId])).toEqual([
    ['2026-10-24T09:00:00+02:00', 'daily_20261024T070000Z'],
    ['2026-10-26T09:00:00+01:00', 'daily_20261026T080000Z'],
    ['2026-10-26T15:00:00+01:00', 'daily_20261020T070000Z'],
    ['2026-10-28T09:00:00+01:00', 'daily_20261028T080000Z'],
  ]);
  expect(items[0]).toMatchObject({
    entryId: entryIdOf(owner.calendarId, 'daily_20261024T070000Z'),
    seriesId: master.entryId,
    originalStart: zurich('2026-10-24T09:00:00+02:00'),
    end: zurich('2026-10-24T09:30:00+02:00'),
    title: 'daily',
  });
  expect(items[0]).not.toHaveProperty('recurrence');
});

it('places all-day entries in the asked zone, else in that of the calendar, else in UTC', async () => {
  const owner = ownerWithCalendar(undefined, 'Pacific/Auckland');
  const holiday = owner.entry('holiday', { start: { date: '2026-11-24' }, end: { date: '2026-11-25' } });
  await gateway.tell(calendarEntries, EntryAddedV1, owner.of(holiday));
  // 24 November in Auckland is 23 November 11:00 to 24 November 11:00 in UTC.
  const before = owner.path('entries', '2026-11-23T12:00:00Z', '2026-11-23T20:00:00Z');
  await listed(owner.path('entries'), owner.ownerId, 1);
  expect(await list(before, owner.ownerId)).toEqual([]);
  expect(await list(`${before}&timeZone=Pacific/Auckland`, owner.ownerId)).toHaveLength(1);

  await gateway.tell(calendars, CalendarAddedV1, { ...owner.about, calendar: owner.calendar });
  await listed(before, owner.ownerId, 1);
  expect(await list(`${before}&timeZone=America/New_York`, owner.ownerId)).toEqual([]);
});

it('shows a series whose rule is broken by its first start alone, and counts it', async () => {
  const owner = ownerWithCalendar();
  await gateway.tell(
    calendarEntries,
    EntryAddedV1,
    owner.of(owner.entry('broken', { recurrence: ['RRULE:FREQ=SOMETIMES'] })),
  );
  await gateway.tell(calendarEntries, EntryAddedV1, owner.of(owner.entry('sound')));
  const items = await listed(owner.path('entries'), owner.ownerId, 2);
  expect(items.map(({ title }) => title).sort()).toEqual(['broken', 'sound']);
  const { body } = await gateway.ask<{ text: string }>('/metrics');
  expect(body.text).toMatch(/gateway_series_not_expanded_total\{.*\} [1-9]/);
});

it('hides what a removed calendar holds and shows it again when the calendar comes back', async () => {
  const owner = ownerWithCalendar();
  await gateway.tell(calendars, CalendarAddedV1, { ...owner.about, calendar: owner.calendar });
  await gateway.tell(calendarEntries, EntryAddedV1, owner.of(owner.entry('kept')));
  await listed(owner.path('entries'), owner.ownerId, 1);
  await gateway.tell(calendars, CalendarRemovedV1, { ...owner.about, reason: 'disconnected' });
  await listed(owner.path('entries'), owner.ownerId, 0);
  await gateway.tell(calendars, CalendarAddedV1, { ...owner.about, calendar: owner.calendar });
  await listed(owner.path('entries'), owner.ownerId, 1);
});

it('hides what came through a removed connection, until its calendar comes back through another', async () => {
  const owner = ownerWithCalendar();
  const connection = { ownerId: owner.ownerId, connectionId: owner.connectionId, provider: 'google' };
  await gateway.tell(calendarEntries, EntryAddedV1, owner.of(owner.entry('unheard')));
  await listed(owner.path('entries'), owner.ownerId, 1);
  await gateway.tell(connections, ConnectionRemovedV1, { ...connection, removedAt: '2026-11-20T09:00:00Z' });
  await listed(owner.path('entries'), owner.ownerId, 0);
  const connectionId = randomUUID();
  await gateway.tell(calendars, CalendarAddedV1, {
    ...owner.about,
    connectionId,
    calendar: { ...owner.calendar, connectionId },
  });
  await listed(owner.path('entries'), owner.ownerId, 1);
});

it('lists one calendar alone when asked to', async () => {
  const owner = ownerWithCalendar();
  const other = ownerWithCalendar(owner.ownerId);
  await gateway.tell(calendarEntries, EntryAddedV1, owner.of(owner.entry('mine')));
  await gateway.tell(calendarEntries, EntryAddedV1, other.of(other.entry('his')));
  await listed(owner.path('entries'), owner.ownerId, 2);
  const items = await list(`${owner.path('entries')}&calendarId=${other.calendarId}`, owner.ownerId);
  expect(items.map(({ title }) => title)).toEqual(['his']);
});

it.each([
  ['from', 'from=2026-11-23T09:00:00&to=2026-11-30T00:00:00Z', 'without an offset'],
  ['from', 'from=2026-02-30T09:00:00Z&to=2026-11-30T00:00:00Z', 'a day that does not exist'],
  ['to', 'from=2026-11-23T09:00:00Z&to=tomorrow', 'no time at all'],
  ['to', 'from=2026-11-23T09:00:00Z&to=2026-11-23T09:00:00Z', 'an empty window'],
  ['to', 'from=2026-01-01T00:00:00Z&to=2027-01-02T00:00:01Z', 'more than 366 days'],
  ['timeZone', 'timeZone=Middle-earth/Shire', 'a zone that nobody knows'],
  ['limit', 'limit=0', 'a limit below one'],
  ['limit', 'limit=ten', 'a limit that is no number'],
  ['calendarId', 'calendarId=primary', 'a calendar id that is no UUID'],
  ['pageToken', 'pageToken=abc', 'a page token that was never given'],
  ['colour', 'colour=red', 'a parameter that there is not'],
])('names the field %s of a request with %s', async (field, query) => {
  const { status, headers, body } = await gateway.ask<{ code: string; errors: { field: string }[] }>(
    `/api/v1/calendar/entries/ada?${query}`,
    { token: await gateway.sign({ sub: 'ada' }) },
  );
  expect(status).toBe(400);
  expect(headers.get('content-type')).toContain('application/problem+json');
  expect(body.code).toBe('invalid-request');
  expect(body.errors.map((error) => error.field)).toContain(field);
});

it('takes an unescaped plus in a time for what it is', async () => {
  const { status } = await gateway.ask(
    '/api/v1/calendar/entries/ada?from=2026-11-23T00:00:00+01:00&to=2026-11-24T00:00:00+01:00',
    { token: await gateway.sign({ sub: 'ada' }) },
  );
  expect(status).toBe(200);
});
