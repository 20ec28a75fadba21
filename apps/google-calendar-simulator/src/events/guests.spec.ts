import { type Simulator, startSimulator } from '../simulator';
import { admin, at, type Person, person, pull, refusal } from '../testing/connect';

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

  it('who left a series see the one occurrence that they are asked to after that, unless they left by themselves', async () => {
    const [ben, cleo] = [
      await person(simulator.url, 'ben@example.com'),
      await person(simulator.url, 'cleo@example.com'),
    ];
    const guests = [{ email: 'ben@example.com' }, { email: 'cleo@example.com' }];
    const series = await insert({ ...daily, attendees: guests });
    const occurrence = `${series.id}_20261202T090000Z`;
    await cleo.api.events.delete({ calendarId: 'primary', eventId: series.id ?? '' });
    await patch(series.id, { attendees: [{ email: 'out@side.example' }] });
    const { syncToken } = await pull(ben.api);
    await patch(occurrence, { attendees: guests });
    const changed = await pull(ben.api, { syncToken: syncToken ?? '' });
    expect(changed.items).toMatchObject([{ id: occurrence, recurringEventId: series.id, status: 'confirmed' }]);
    expect(await get(occurrence, ben)).toMatchObject({ id: occurrence, status: 'confirmed' });
    const listed = async (who: Person) =>
      (await pull(who.api, { singleEvents: true })).items.filter(({ summary }) => summary === 'Daily');
    expect(await listed(ben)).toMatchObject([{ id: occurrence }]);
    expect(await listed(cleo)).toEqual([]);
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
