import { type Simulator, startSimulator } from '../simulator';
import { admin, at, type Person, person, refusal } from '../testing/connect';

let simulator: Simulator;
let ada: Person;

beforeEach(async () => {
  simulator = await startSimulator();
  ada = await person(simulator.url, 'ada@example.com', { timeZone: 'Europe/Berlin' });
});
afterEach(() => simulator.close());

const list = async (query: object = {}) => (await ada.api.calendarList.list(query)).data;

describe('the list of calendars', () => {
  it('holds the primary calendar and the holidays', async () => {
    const { items, nextSyncToken } = await list();
    expect(items).toMatchObject([
      { id: 'ada@example.com', primary: true, accessRole: 'owner', timeZone: 'Europe/Berlin' },
      { id: expect.stringContaining('#holiday@group.v.calendar.google.com'), accessRole: 'reader' },
    ]);
    expect(nextSyncToken).toBeDefined();
  });

  it('is paged and brings changes with a token, also removed and hidden calendars', async () => {
    const { data: created } = await ada.api.calendars.insert({ requestBody: { summary: 'Team' } });
    const first = await list({ maxResults: 2 });
    expect(first.nextSyncToken).toBeUndefined();
    const last = await list({ maxResults: 2, pageToken: first.nextPageToken });
    expect(last.items).toMatchObject([{ id: created.id, summary: 'Team' }]);
    await ada.api.calendarList.patch({ calendarId: 'ada@example.com', requestBody: { hidden: true } });
    await ada.api.calendars.delete({ calendarId: created.id ?? '' });
    const delta = await list({ syncToken: last.nextSyncToken });
    expect(delta.items).toMatchObject([
      { id: 'ada@example.com', hidden: true },
      { id: created.id, deleted: true },
    ]);
    expect((await list()).items).toHaveLength(1);
    expect(await refusal(ada.api.events.list({ calendarId: created.id ?? '' }))).toMatchObject({ status: 404 });
  });

  it('refuses restrictions with a token, and foreign tokens', async () => {
    const { nextSyncToken } = await list();
    expect(await refusal(list({ syncToken: nextSyncToken, minAccessRole: 'owner' }))).toMatchObject({ status: 400 });
    const ben = await person(simulator.url, 'ben@example.com');
    expect(await refusal(ben.api.calendarList.list({ syncToken: nextSyncToken ?? '' }))).toMatchObject({
      status: 410,
      reason: 'fullSyncRequired',
    });
  });

  it('loses a calendar whose owner stops sharing it, and doesn’t hear of new titles of shared ones', async () => {
    const ben = await person(simulator.url, 'ben@example.com');
    const { data: team } = await ben.api.calendars.insert({ requestBody: { summary: 'Team' } });
    await admin(simulator.url, 'POST', '/admin/access', { email: ada.email, calendarId: team.id, role: 'reader' });
    const { nextSyncToken } = await list();
    await ben.api.calendars.patch({ calendarId: team.id ?? '', requestBody: { summary: 'Renamed' } });
    expect((await list({ syncToken: nextSyncToken })).items).toEqual([]);
    await admin(simulator.url, 'POST', '/admin/access', { email: ada.email, calendarId: team.id, role: null });
    expect((await list({ syncToken: nextSyncToken })).items).toMatchObject([{ id: team.id, deleted: true }]);
  });
});

it('free/busy merges what blocks time and puts errors inside the answer', async () => {
  const insert = (from: string, to: string, more: object = {}) =>
    ada.api.events.insert({ calendarId: 'primary', requestBody: { start: at(from), end: at(to), ...more } });
  await insert('2026-12-01T10:00:00', '2026-12-01T11:00:00', { recurrence: ['RRULE:FREQ=DAILY;COUNT=2'] });
  await insert('2026-12-01T10:30:00', '2026-12-01T11:30:00');
  await insert('2026-12-01T14:00:00', '2026-12-01T15:00:00', { transparency: 'transparent' });
  const { data } = await ada.api.freebusy.query({
    requestBody: {
      timeMin: '2026-12-01T00:00:00Z',
      timeMax: '2026-12-03T00:00:00Z',
      items: [{ id: 'ada@example.com' }, { id: 'nobody@example.com' }],
    },
  });
  expect(data.calendars).toEqual({
    'ada@example.com': {
      busy: [
        { start: '2026-12-01T09:00:00Z', end: '2026-12-01T10:30:00Z' },
        { start: '2026-12-02T09:00:00Z', end: '2026-12-02T10:00:00Z' },
      ],
    },
    'nobody@example.com': { errors: [{ domain: 'global', reason: 'notFound' }], busy: [] },
  });
});

it('settings, colours and the access list answer', async () => {
  expect((await ada.api.settings.get({ setting: 'timezone' })).data.value).toBe('Europe/Berlin');
  expect((await ada.api.settings.list()).data.items?.length).toBeGreaterThan(3);
  expect((await ada.api.colors.get()).data.kind).toBe('calendar#colors');
  expect((await ada.api.acl.list({ calendarId: 'primary' })).data.items).toMatchObject([
    { role: 'owner', scope: { value: 'ada@example.com' } },
  ]);
});
