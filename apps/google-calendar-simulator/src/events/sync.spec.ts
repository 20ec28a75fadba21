import { type Simulator, startSimulator } from '../simulator';
import { admin, at, fold, type Item, on, type Person, person, pull, refusal } from '../testing/connect';

let simulator: Simulator;
let ada: Person;

beforeEach(async () => {
  simulator = await startSimulator();
  ada = await person(simulator.url, 'ada@example.com', { timeZone: 'Europe/Berlin' });
});
afterEach(() => simulator.close());

const meeting = (summary: string, day = '2026-12-01') => ({
  summary,
  start: at(`${day}T10:00:00`),
  end: at(`${day}T11:00:00`),
});

const add = async (requestBody: object, who = ada) =>
  (await who.api.events.insert({ calendarId: 'primary', requestBody })).data;

describe('a sync token', () => {
  it('comes with the last page only, and never beside a page token', async () => {
    for (let number = 0; number < 5; number++) await add(meeting(`m${number}`));
    const first = await ada.api.events.list({ calendarId: 'primary', maxResults: 2 });
    expect(first.data.items).toHaveLength(2);
    expect(first.data.nextPageToken).toBeDefined();
    expect(first.data.nextSyncToken).toBeUndefined();
    const { items, syncToken, pages } = await pull(ada.api, { maxResults: 2 });
    expect(pages).toBe(3);
    expect(items.map(({ summary }) => summary)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
    expect(syncToken).toBeDefined();
  });

  it('brings what changed since, once and as it is now', async () => {
    const one = await add(meeting('one'));
    await add(meeting('two'));
    const { syncToken } = await pull(ada.api);
    await ada.api.events.patch({ calendarId: 'primary', eventId: one.id ?? '', requestBody: { summary: 'uno' } });
    await ada.api.events.patch({ calendarId: 'primary', eventId: one.id ?? '', requestBody: { summary: 'eins' } });
    const delta = await pull(ada.api, { syncToken: syncToken ?? '' });
    expect(delta.items.map(({ summary }) => summary)).toEqual(['eins']);
    expect((await pull(ada.api, { syncToken: delta.syncToken ?? '' })).items).toEqual([]);
  });

  it('loses nothing that is written between two pages', async () => {
    for (let number = 0; number < 4; number++) await add(meeting(`m${number}`));
    const first = await ada.api.events.list({ calendarId: 'primary', maxResults: 2 });
    const [oldest] = first.data.items ?? [];
    await ada.api.events.patch({
      calendarId: 'primary',
      eventId: oldest?.id ?? '',
      requestBody: { summary: 'changed' },
    });
    await add(meeting('late'));
    const rest = await ada.api.events.list({
      calendarId: 'primary',
      maxResults: 50,
      pageToken: first.data.nextPageToken ?? '',
    });
    expect(rest.data.items?.map(({ summary }) => summary)).toEqual(expect.arrayContaining(['m2', 'm3']));
    const delta = await pull(ada.api, { syncToken: rest.data.nextSyncToken ?? '' });
    expect(delta.items.map(({ summary }) => summary)).toEqual(['changed', 'late']);
  });

  it('ends a pull at what was there when it began', async () => {
    const { syncToken = '' } = await pull(ada.api);
    for (let number = 0; number < 3; number++) await add(meeting(`m${number}`));
    const query = { calendarId: 'primary', syncToken, maxResults: 2 };
    const first = await ada.api.events.list(query);
    await add(meeting('late'));
    const last = await ada.api.events.list({ ...query, pageToken: first.data.nextPageToken ?? '' });
    expect(last.data.items?.map(({ summary }) => summary)).toEqual(['m2']);
    const next = await pull(ada.api, { syncToken: last.data.nextSyncToken ?? '' });
    expect(next.items.map(({ summary }) => summary)).toEqual(['late']);
  });

  it('is refused with anything that restricts the list', async () => {
    const { syncToken = '' } = await pull(ada.api);
    const restrictions = [
      { timeMin: '2026-01-01T00:00:00Z' },
      { timeMax: '2026-01-01T00:00:00Z' },
      { updatedMin: new Date().toISOString() },
      { q: 'x' },
      { iCalUID: 'x' },
      { orderBy: 'updated' },
      { privateExtendedProperty: ['a=b'] },
      { sharedExtendedProperty: ['a=b'] },
      { showDeleted: false },
    ];
    for (const restriction of restrictions) {
      const refused = await refusal(ada.api.events.list({ calendarId: 'primary', syncToken, ...restriction }));
      expect(refused).toMatchObject({
        status: 400,
        message: 'Sync token cannot be used with other request restrictions',
      });
    }
  });

  it('is void for another account, another calendar, another query, and when it is nonsense', async () => {
    const ben = await person(simulator.url, 'ben@example.com');
    const { syncToken = '' } = await pull(ada.api);
    const second = await ada.api.calendars.insert({ requestBody: { summary: 'Second' } });
    const calls = [
      ben.api.events.list({ calendarId: 'primary', syncToken }),
      ada.api.events.list({ calendarId: second.data.id ?? '', syncToken }),
      ada.api.events.list({ calendarId: 'primary', syncToken, singleEvents: true }),
      ada.api.events.list({ calendarId: 'primary', syncToken: 'CPDAlvWDx70CEPDAlvWDx70CGAU=' }),
    ];
    for (const call of calls) {
      expect(await refusal(call)).toEqual({
        status: 410,
        reason: 'fullSyncRequired',
        message: 'Sync token is no longer valid, a full sync is required.',
      });
    }
  });

  it('is not given for an ordered list, and does not remember the window of the first request', async () => {
    expect((await pull(ada.api, { orderBy: 'updated' })).syncToken).toBeUndefined();
    const { syncToken = '' } = await pull(ada.api, {
      timeMin: '2026-12-01T00:00:00Z',
      timeMax: '2026-12-02T00:00:00Z',
    });
    await add(meeting('far away', '2031-01-01'));
    expect((await pull(ada.api, { syncToken })).items.map(({ summary }) => summary)).toEqual(['far away']);
  });

  it('dies when the rights on the calendar change', async () => {
    const ben = await person(simulator.url, 'ben@example.com');
    await admin(simulator.url, 'POST', '/admin/access', { email: ben.email, calendarId: ada.email, role: 'reader' });
    const { syncToken = '' } = await pull(ben.api, { calendarId: ada.email });
    await admin(simulator.url, 'POST', '/admin/access', {
      email: ben.email,
      calendarId: ada.email,
      role: 'freeBusyReader',
    });
    expect(await refusal(ben.api.events.list({ calendarId: ada.email, syncToken }))).toMatchObject({ status: 410 });
  });
});

describe('deletions', () => {
  it('arrive bare, in a delta only, and rich where they are asked for', async () => {
    const event = await add(meeting('gone'));
    const { syncToken = '' } = await pull(ada.api);
    await ada.api.events.delete({ calendarId: 'primary', eventId: event.id ?? '' });
    const { items } = await pull(ada.api, { syncToken });
    expect(items).toEqual([
      { kind: 'calendar#event', etag: expect.stringMatching(/^"\d+"$/), id: event.id, status: 'cancelled' },
    ]);
    expect((await pull(ada.api)).items).toEqual([]);
    const rich = await pull(ada.api, { showDeleted: true });
    expect(rich.items).toMatchObject([{ id: event.id, status: 'cancelled', summary: 'gone' }]);
    expect((await ada.api.events.get({ calendarId: 'primary', eventId: event.id ?? '' })).data.status).toBe(
      'cancelled',
    );
  });

  it('cannot be repeated, keep the id taken, and can be undone', async () => {
    const event = await add({ ...meeting('again'), id: 'abcde12345' });
    const call = { calendarId: 'primary', eventId: 'abcde12345' };
    await ada.api.events.delete(call);
    expect(await refusal(ada.api.events.delete(call))).toMatchObject({ status: 410, reason: 'deleted' });
    expect(await refusal(add({ ...meeting('same id'), id: event.id }))).toMatchObject({
      status: 409,
      reason: 'duplicate',
    });
    const { syncToken = '' } = await pull(ada.api);
    await ada.api.events.patch({ ...call, requestBody: { status: 'confirmed' } });
    expect((await pull(ada.api, { syncToken })).items).toMatchObject([
      { id: event.id, status: 'confirmed', summary: 'again' },
    ]);
  });

  it('of a series send one bare item, and its exceptions come back with it', async () => {
    const series = await add({ ...meeting('daily'), recurrence: ['RRULE:FREQ=DAILY;COUNT=5'] });
    const moved = `${series.id}_20261203T090000Z`;
    await ada.api.events.patch({ calendarId: 'primary', eventId: moved, requestBody: { summary: 'special' } });
    const full = await pull(ada.api);
    const copy = new Map<string, Item>();
    fold(copy, full.items);
    await ada.api.events.delete({ calendarId: 'primary', eventId: series.id ?? '' });
    const gone = await pull(ada.api, { syncToken: full.syncToken ?? '' });
    expect(gone.items).toMatchObject([{ id: series.id, status: 'cancelled' }]);
    await ada.api.events.patch({
      calendarId: 'primary',
      eventId: series.id ?? '',
      requestBody: { status: 'confirmed' },
    });
    const back = await pull(ada.api, { syncToken: gone.syncToken ?? '' });
    expect(back.items.map(({ id }) => id).sort()).toEqual([series.id, moved].sort());
  });
});

describe('a list', () => {
  it('with a window holds everything that overlaps it, and nothing else', async () => {
    await add({ summary: 'before', start: at('2026-12-01T08:00:00'), end: at('2026-12-01T09:00:00') });
    await add({ summary: 'into', start: at('2026-12-01T08:30:00'), end: at('2026-12-01T09:30:00') });
    await add({ summary: 'after', start: at('2026-12-01T10:00:00'), end: at('2026-12-01T11:00:00') });
    await add({ summary: 'all day', start: on('2026-12-01'), end: on('2026-12-02') });
    const { items } = await pull(ada.api, {
      timeMin: '2026-12-01T09:00:00+01:00',
      timeMax: '2026-12-01T10:00:00+01:00',
      singleEvents: true,
      orderBy: 'startTime',
    });
    expect(items.map(({ summary }) => summary)).toEqual(['all day', 'into']);
  });

  it('refuses an empty window, and an order by start without single events', async () => {
    const empty = { timeMin: '2026-12-02T00:00:00Z', timeMax: '2026-12-01T00:00:00Z' };
    expect(await refusal(pull(ada.api, empty))).toMatchObject({ status: 400, reason: 'timeRangeEmpty' });
    expect(await refusal(pull(ada.api, { orderBy: 'startTime' }))).toMatchObject({
      status: 400,
      message: 'The requested ordering is not available for the particular query.',
    });
  });

  it('is filtered by text, type, uid and properties', async () => {
    await add({ ...meeting('Alpha'), extendedProperties: { private: { team: 'red' } } });
    await add({ ...meeting('Beta'), iCalUID: 'beta@elsewhere' });
    await add({ ...meeting('Focus'), eventType: 'focusTime' });
    const found = async (query: object) => (await pull(ada.api, query)).items.map(({ summary }) => summary);
    expect(await found({ q: 'alph' })).toEqual(['Alpha']);
    expect(await found({ iCalUID: 'beta@elsewhere' })).toEqual(['Beta']);
    expect(await found({ eventTypes: ['focusTime'] })).toEqual(['Focus']);
    expect(await found({ privateExtendedProperty: ['team=red'] })).toEqual(['Alpha']);
  });

  it('shows times with the offset of the calendar, or of the zone that is asked for', async () => {
    const event = await add({
      summary: 'x',
      start: { dateTime: '2026-12-01T09:00:00Z' },
      end: { dateTime: '2026-12-01T10:00:00Z' },
    });
    expect(event.start).toEqual({ dateTime: '2026-12-01T10:00:00+01:00', timeZone: 'Europe/Berlin' });
    const { items } = await pull(ada.api, { timeZone: 'America/New_York' });
    expect(items[0]?.start?.dateTime).toBe('2026-12-01T04:00:00-05:00');
  });

  it('refuses a page token with other parameters than those it came from', async () => {
    await add(meeting('a'));
    await add(meeting('b'));
    const { data } = await ada.api.events.list({ calendarId: 'primary', maxResults: 1 });
    expect(
      await refusal(ada.api.events.list({ calendarId: 'primary', pageToken: data.nextPageToken ?? '', q: 'a' })),
    ).toMatchObject({ status: 400 });
  });

  it('reaches too far back with updatedMin only in so far as Google keeps it', async () => {
    expect(await refusal(pull(ada.api, { updatedMin: '2020-01-01T00:00:00Z' }))).toMatchObject({
      status: 410,
      reason: 'updatedMinTooLongAgo',
    });
  });
});

describe('random changes', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'pulled page by page give the same calendar as a fresh full list (seed %i)',
    async (seed) => {
      await admin(simulator.url, 'PUT', '/admin/faults', { quotas: false });
      await admin(simulator.url, 'POST', '/admin/seed', { people: 3, entriesPerPerson: 25, seed });
      const people = await Promise.all(
        ['ada.adler', 'ben.brandt', 'chen.costa'].map((name) => person(simulator.url, `${name}@example.com`)),
      );
      const copies = await Promise.all(
        people.map(async ({ api }) => {
          const { items, syncToken } = await pull(api, { maxResults: 7 });
          const copy = new Map<string, Item>();
          fold(copy, items);
          return { api, copy, syncToken };
        }),
      );
      for (let round = 0; round < 8; round++) {
        await admin(simulator.url, 'POST', '/admin/mutations', {
          accounts: people.map(({ email }) => email),
          count: 25,
          seed: seed * 100 + round,
        });
        for (const each of copies) {
          const delta = await pull(each.api, { syncToken: each.syncToken ?? '', maxResults: 3 });
          fold(each.copy, delta.items);
          each.syncToken = delta.syncToken;
        }
      }
      for (const { api, copy } of copies) {
        const fresh = new Map<string, Item>();
        fold(fresh, (await pull(api)).items);
        const sorted = (items: Map<string, Item>) =>
          [...items.values()].sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1));
        expect(sorted(copy)).toEqual(sorted(fresh));
        expect(fresh.size).toBeGreaterThan(20);
      }
    },
  );
});
