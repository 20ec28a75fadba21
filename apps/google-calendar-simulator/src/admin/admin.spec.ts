import { type Simulator, startSimulator } from '../simulator';
import { admin, at, client, type Item, type Person, person, pull } from '../testing/connect';

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator({ startAt: Date.parse('2026-11-23T08:00:00Z') });
  await admin(simulator.url, 'PUT', '/admin/faults', { quotas: false });
});
afterEach(() => simulator.close());

type Truth = { items: (Item & { calendarId: string })[] };
const truth = (email: string, query: string) => admin<Truth>(simulator.url, 'GET', `/admin/truth/${email}?${query}`);
const WINDOW = 'from=2026-11-01T00:00:00Z&to=2026-12-15T00:00:00Z';

describe('the truth', () => {
  it('holds every occurrence on all calendars of an account, in order, and nothing cancelled', async () => {
    const ada = await person(simulator.url, 'ada@example.com', { timeZone: 'Europe/Berlin' });
    const { data: series } = await ada.api.events.insert({
      calendarId: 'primary',
      requestBody: {
        summary: 'Daily',
        start: at('2026-12-01T10:00:00'),
        end: at('2026-12-01T11:00:00'),
        recurrence: ['RRULE:FREQ=DAILY'],
      },
    });
    await ada.api.events.delete({ calendarId: 'primary', eventId: `${series.id}_20261202T090000Z` });
    const { data: team } = await ada.api.calendars.insert({
      requestBody: { summary: 'Team', timeZone: 'Europe/Berlin' },
    });
    await ada.api.events.insert({
      calendarId: team.id ?? '',
      requestBody: { summary: 'Outing', start: { date: '2026-12-01' }, end: { date: '2026-12-02' } },
    });
    const { items } = await truth('ada@example.com', 'from=2026-12-01T00:00:00Z&to=2026-12-04T00:00:00Z');
    expect(
      items.map(({ calendarId, id, summary, recurringEventId }) => [calendarId, id, summary, recurringEventId]),
    ).toEqual([
      [team.id, items[0]?.id, 'Outing', undefined],
      ['ada@example.com', `${series.id}_20261201T090000Z`, 'Daily', series.id],
      ['ada@example.com', `${series.id}_20261203T090000Z`, 'Daily', series.id],
    ]);
    expect(items[1]).not.toHaveProperty('recurrence');
    const only = await truth(
      'ada@example.com',
      `from=2026-12-01T00:00:00Z&to=2026-12-04T00:00:00Z&calendarId=${encodeURIComponent(team.id ?? '')}`,
    );
    expect(only.items).toHaveLength(1);
  });

  it('is what the API itself expands, after hundreds of random changes', async () => {
    await admin(simulator.url, 'POST', '/admin/seed', { people: 3, entriesPerPerson: 60, seed: 11 });
    await admin(simulator.url, 'POST', '/admin/mutations', { count: 300, seed: 12 });
    const ada = await person(simulator.url, 'ada.adler@example.com');
    const { items } = await truth(ada.email, `${WINDOW}&calendarId=${ada.email}`);
    const listed = await pull(ada.api, {
      singleEvents: true,
      orderBy: 'startTime',
      timeMin: '2026-11-01T00:00:00Z',
      timeMax: '2026-12-15T00:00:00Z',
      maxResults: 2500,
    });
    expect(items.map(({ calendarId: _calendarId, ...item }) => item)).toEqual(listed.items);
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    expect(items.length).toBeGreaterThan(100);
  });
});

describe('seeded people', () => {
  it('have every kind of series, meeting link and entry that is no meeting', async () => {
    await admin(simulator.url, 'POST', '/admin/seed', { people: 2, entriesPerPerson: 200, seed: 5 });
    const ada = await person(simulator.url, 'ada.adler@example.com');
    const { items } = await pull(ada.api, { maxResults: 2500 });
    const rules = items.flatMap(({ recurrence }) => recurrence ?? []).join('\n');
    for (const part of [
      'FREQ=DAILY',
      'FREQ=WEEKLY',
      'FREQ=MONTHLY',
      'FREQ=YEARLY',
      'COUNT=',
      'UNTIL=',
      'EXDATE',
      'RDATE',
      'BYMONTHDAY',
      'INTERVAL=2',
    ]) {
      expect(rules).toContain(part);
    }
    const everything = JSON.stringify(items);
    for (const part of [
      'zoom.us',
      'meet.google.com',
      'teams.microsoft.com',
      'webex.com',
      'safelinks',
      'declined',
      '"date"',
    ])
      expect(everything).toContain(part);
    expect(new Set(items.map(({ eventType }) => eventType))).toEqual(
      new Set(['default', 'outOfOffice', 'focusTime', 'workingLocation', 'birthday', undefined]),
    );
    expect(items.some(({ id }) => /_R\d{8}/.test(id ?? ''))).toBe(true);
    expect(items.some(({ recurringEventId, status }) => recurringEventId && status === 'cancelled')).toBe(true);
    expect(
      items.some(
        ({ originalStartTime, start, status }) =>
          status === 'confirmed' && originalStartTime?.dateTime && start?.dateTime !== originalStartTime.dateTime,
      ),
    ).toBe(true);
  });

  it.each([
    ['on the same day', '2026-11-23T08:00:00Z', {}],
    ['on any day, where the day is named', '2026-12-05T08:00:00Z', { today: '2026-11-23' }],
  ])('and their changes are the same for the same seed %s', async (_when, startAt, day) => {
    const twin = await startSimulator({ startAt: Date.parse(startAt) });
    try {
      const of = async (url: string) => {
        await admin(url, 'POST', '/admin/seed', { people: 2, entriesPerPerson: 40, seed: 9, ...day });
        const changes = await admin(url, 'POST', '/admin/mutations', { count: 50, seed: 10, ...day });
        const { items } = await admin<Truth>(url, 'GET', `/admin/truth/ada.adler@example.com?${WINDOW}`);
        return {
          changes,
          items: items.map(({ id, summary, start, status, attendees, location }) => ({
            id,
            summary,
            start,
            status,
            attendees,
            location,
          })),
        };
      };
      await admin(twin.url, 'PUT', '/admin/faults', { quotas: false });
      expect(await of(twin.url)).toEqual(await of(simulator.url));
    } finally {
      await twin.close();
    }
  });
});

it('a split series goes on under a new master that shares the ids of its instances', async () => {
  await admin(simulator.url, 'POST', '/admin/seed', { people: 1, entriesPerPerson: 200, seed: 5 });
  const ada = await person(simulator.url, 'ada.adler@example.com');
  const { items } = await pull(ada.api, { maxResults: 2500 });
  const later = items.find(({ id, status }) => /_R\d{8}/.test(id ?? '') && status === 'confirmed');
  const base = later?.id?.replace(/_R.*$/, '') ?? '';
  expect(items.find(({ id }) => id === base)?.recurrence?.join()).toContain('UNTIL=');
  const { data } = await ada.api.events.instances({ calendarId: 'primary', eventId: later?.id ?? '', maxResults: 1 });
  expect(data.items?.[0]).toMatchObject({
    id: expect.stringMatching(new RegExp(`^${base}_\\d{8}`)),
    recurringEventId: later?.id,
  });
  const { data: renamed } = await ada.api.events.patch({
    calendarId: 'primary',
    eventId: data.items?.[0]?.id ?? '',
    requestBody: { summary: 'found' },
  });
  expect(renamed).toMatchObject({ summary: 'found', recurringEventId: later?.id });
});

it('a split and a kind of mutation can be asked for by name', async () => {
  const ada = await person(simulator.url, 'ada@example.com', { timeZone: 'Europe/Berlin' });
  const { data: series } = await ada.api.events.insert({
    calendarId: 'primary',
    requestBody: {
      summary: 'Daily',
      start: at('2026-12-01T10:00:00'),
      end: at('2026-12-01T11:00:00'),
      recurrence: ['RRULE:FREQ=DAILY;COUNT=5'],
      extendedProperties: { private: { externalId: 'x' } },
    },
  });
  const occurrence = `${series.id}_20261203T090000Z`;
  await admin(simulator.url, 'POST', '/admin/split', {
    account: ada.email,
    eventId: occurrence,
    changes: { location: 'Elsewhere' },
  });
  const { items } = await pull(ada.api);
  expect(items).toMatchObject([
    { id: series.id, recurrence: ['RRULE:FREQ=DAILY;UNTIL=20261203T085959Z'] },
    {
      id: `${series.id}_R20261203T090000`,
      recurrence: ['RRULE:FREQ=DAILY;COUNT=3'],
      location: 'Elsewhere',
      extendedProperties: { private: { externalId: 'x' } },
    },
  ]);
  const { items: done } = await admin<{ items: { kind: string }[] }>(simulator.url, 'POST', '/admin/mutations', {
    accounts: [ada.email],
    count: 3,
    seed: 1,
    kinds: ['cancel instance'],
  });
  expect(done.map(({ kind }) => kind)).toEqual(['cancel instance', 'cancel instance', 'cancel instance']);
});

it('a date that a split gave away is found in the series that it belongs to, though it was cancelled before', async () => {
  const ada = await person(simulator.url, 'ada@example.com', { timeZone: 'Europe/Berlin' });
  const { data: series } = await ada.api.events.insert({
    calendarId: 'primary',
    requestBody: {
      summary: 'Daily',
      start: at('2026-12-01T10:00:00'),
      end: at('2026-12-01T11:00:00'),
      recurrence: ['RRULE:FREQ=DAILY;COUNT=5'],
    },
  });
  const one = { calendarId: 'primary', eventId: `${series.id}_20261204T090000Z` };
  await ada.api.events.delete(one);
  await admin(simulator.url, 'POST', '/admin/split', { account: ada.email, eventId: `${series.id}_20261203T090000Z` });
  const { data: found } = await ada.api.events.get(one);
  const place = { id: one.eventId, recurringEventId: `${series.id}_R20261203T090000` };
  expect(found).toMatchObject({ ...place, status: 'confirmed' });
  await ada.api.events.patch({ ...one, requestBody: { summary: 'Renamed' } });
  const { items } = await pull(ada.api, { singleEvents: true });
  expect(items.filter(({ id }) => id === one.eventId)).toMatchObject([{ ...place, summary: 'Renamed' }]);
});

it('an occurrence of what is a single event now is not restored at random', async () => {
  const ada = await person(simulator.url, 'ada@example.com', { timeZone: 'Europe/Berlin' });
  const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const { data: series } = await ada.api.events.insert({
    calendarId: 'primary',
    requestBody: {
      summary: 'Daily',
      start: { date: day },
      end: { date: new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10) },
      recurrence: ['RRULE:FREQ=DAILY;COUNT=5'],
    },
  });
  const eventId = series.id ?? '';
  await ada.api.events.delete({ calendarId: 'primary', eventId: `${eventId}_${day.replaceAll('-', '')}` });
  await ada.api.events.patch({ calendarId: 'primary', eventId, requestBody: { recurrence: null } });
  const restore = { accounts: [ada.email], count: 1, seed: 1, kinds: ['restore instance'] };
  expect(await admin(simulator.url, 'POST', '/admin/mutations', restore)).toEqual({ items: [] });
});

it('changes are logged by calendar, and everything can be forgotten', async () => {
  const ada: Person = await person(simulator.url, 'ada@example.com');
  const { data } = await ada.api.events.insert({
    calendarId: 'primary',
    requestBody: { summary: 'x', start: at('2026-12-01T10:00:00'), end: at('2026-12-01T11:00:00') },
  });
  const { items } = await admin<{ items: object[] }>(simulator.url, 'GET', '/admin/changes/ada@example.com');
  expect(items.at(-1)).toMatchObject({ id: data.id, status: 'confirmed', calendarId: 'ada@example.com' });
  await admin(simulator.url, 'POST', '/admin/reset');
  expect(await admin(simulator.url, 'GET', '/admin/accounts')).toEqual({ items: [] });
  await expect(pull(client(simulator.url, ada.refreshToken))).rejects.toThrow();
});
