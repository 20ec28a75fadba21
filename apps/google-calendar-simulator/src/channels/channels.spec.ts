import { randomUUID } from 'node:crypto';
import { type Simulator, startSimulator } from '../simulator';
import { admin, at, type Person, person, pull, refusal, until } from '../testing/connect';
import { type Webhook, webhook } from '../testing/webhook';

let simulator: Simulator;
let hook: Webhook;
let ada: Person;

beforeEach(async () => {
  simulator = await startSimulator();
  hook = await webhook();
  ada = await person(simulator.url, 'ada@example.com');
});
afterEach(async () => {
  await simulator.close();
  await hook.close();
});

const watch = async (more: object = {}, who = ada, calendarId = 'primary') =>
  (
    await who.api.events.watch({
      calendarId,
      requestBody: { id: randomUUID(), type: 'web_hook', address: hook.url, token: 'secret', ...more },
    })
  ).data;

const add = async (summary: string, who = ada) =>
  (
    await who.api.events.insert({
      calendarId: 'primary',
      requestBody: { summary, start: at('2026-12-01T10:00:00'), end: at('2026-12-01T11:00:00') },
    })
  ).data;

const faults = (switches: object) => admin(simulator.url, 'PUT', '/admin/faults', switches);

interface ChannelList {
  live: number;
  items: { id: string; state: string; deliveries: { outcome: string; attempts: number; state: string }[] }[];
}
const channel = async (id: string | null | undefined) =>
  (await admin<ChannelList>(simulator.url, 'GET', '/admin/channels')).items.find((each) => each.id === id);

describe('a channel', () => {
  it('opens with a sync message, number 1, with all headers and no body', async () => {
    const opened = await watch();
    expect(opened).toMatchObject({
      kind: 'api#channel',
      resourceUri: 'https://www.googleapis.com/calendar/v3/calendars/primary/events?alt=json',
      token: 'secret',
      expiration: expect.stringMatching(/^\d{13}$/),
    });
    await until(() => hook.received.length === 1);
    const { headers, body } = hook.received[0] ?? { headers: {}, body: '?' };
    expect(body).toBe('');
    expect(headers).toMatchObject({
      'content-length': '0',
      'x-goog-channel-id': opened.id,
      'x-goog-channel-token': 'secret',
      'x-goog-channel-expiration': new Date(Number(opened.expiration)).toUTCString(),
      'x-goog-message-number': '1',
      'x-goog-resource-id': opened.resourceId,
      'x-goog-resource-state': 'sync',
      'x-goog-resource-uri': opened.resourceUri,
      'user-agent': expect.stringMatching(/^APIs-Google/),
    });
  });

  it('announces creation, change and deletion with growing numbers that have gaps', async () => {
    const { id } = await watch();
    const event = await add('a');
    await ada.api.events.patch({ calendarId: 'primary', eventId: event.id ?? '', requestBody: { summary: 'b' } });
    await ada.api.events.delete({ calendarId: 'primary', eventId: event.id ?? '' });
    const changes = await until(() => hook.changes(id ?? '').length === 3 && hook.changes(id ?? ''));
    const numbers = changes.map(({ headers }) => Number(headers['x-goog-message-number']));
    expect(changes.map(({ headers }) => headers['x-goog-resource-state'])).toEqual(['exists', 'exists', 'exists']);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect((numbers.at(-1) ?? 0) - 1).toBeGreaterThan(3);
  });

  it('says nothing of what changed nothing, of other calendars, and of refused writes', async () => {
    const { id } = await watch();
    const ben = await person(simulator.url, 'ben@example.com');
    await add('elsewhere', ben);
    await refusal(ada.api.events.insert({ calendarId: 'primary', requestBody: { summary: 'no times' } }));
    await pull(ada.api);
    await add('here');
    await until(() => hook.changes(id ?? '').length > 0);
    expect((await channel(id))?.deliveries.map(({ state }) => state)).toEqual(['sync', 'exists']);
  });

  it('is one of several that each get every change', async () => {
    const [one, two] = [await watch(), await watch()];
    expect(one.resourceId).toBe(two.resourceId);
    await add('a');
    await until(() => hook.changes(one.id ?? '').length === 1 && hook.changes(two.id ?? '').length === 1);
  });

  it('also tells guests’ calendars what was done to their copies', async () => {
    const ben = await person(simulator.url, 'ben@example.com');
    const { id } = await watch({}, ben);
    await ada.api.events.insert({
      calendarId: 'primary',
      requestBody: {
        start: at('2026-12-01T10:00:00'),
        end: at('2026-12-01T11:00:00'),
        attendees: [{ email: 'ben@example.com' }],
      },
    });
    await until(() => hook.changes(id ?? '').length === 1);
  });

  it('of the calendar list announces a new calendar once it is on the list', async () => {
    const { data } = await ada.api.calendarList.watch({
      requestBody: { id: randomUUID(), type: 'web_hook', address: hook.url },
    });
    await ada.api.calendars.insert({ requestBody: { summary: 'New' } });
    await until(() => hook.changes(data.id ?? '').length === 1);
  });

  it('never reuses an id, not even that of a stopped one', async () => {
    const { id, resourceId } = await watch();
    await ada.api.channels.stop({ requestBody: { id, resourceId } });
    const ben = await person(simulator.url, 'ben@example.com');
    const expected = { status: 400, reason: 'channelIdNotUnique', message: `Channel id ${id} not unique` };
    expect(await refusal(watch({ id }))).toEqual(expected);
    expect(await refusal(watch({ id }, ben))).toEqual(expected);
  });

  it('is stopped by its own user only, once, and then is silent', async () => {
    const { id, resourceId } = await watch();
    const ben = await person(simulator.url, 'ben@example.com');
    const stop = (who: Person) => who.api.channels.stop({ requestBody: { id, resourceId } });
    expect(await refusal(stop(ben))).toMatchObject({ status: 404, reason: 'notFound' });
    expect((await stop(ada)).status).toBe(204);
    expect(await refusal(stop(ada))).toMatchObject({
      status: 404,
      message: expect.stringMatching(new RegExp(`^Channel '${id}' not found for project`)),
    });
    await add('unheard');
    expect((await channel(id))?.deliveries).toHaveLength(1);
  });

  it('lives as long as asked up to a cap of seven days, and expires without a word', async () => {
    const week = 7 * 86_400_000;
    const life = async (more: object) => Number((await watch(more)).expiration) - Date.now();
    expect(await life({})).toBeGreaterThan(week - 60_000);
    expect(await life({ params: { ttl: '3600' } })).toBeLessThanOrEqual(3_600_000);
    expect(await life({ expiration: String(Date.now() + 90 * 86_400_000) })).toBeLessThanOrEqual(week);
    expect(await refusal(watch({ expiration: String(Math.floor(Date.now() / 1000)) }))).toMatchObject({
      status: 400,
      message: expect.stringMatching(/^Invalid ttl value for channel/),
    });
    const { id } = await watch({ params: { ttl: '60' } });
    await admin(simulator.url, 'POST', '/admin/clock', { advanceMs: 61_000 });
    await add('unheard');
    expect(await channel(id)).toMatchObject({ state: 'expired', deliveries: [{ state: 'sync' }] });
  });

  it('is refused for generated calendars, plain http elsewhere, and without what it needs', async () => {
    const holidays = ada.calendars.find(({ id }) => id.includes('#holiday@'))?.id ?? '';
    expect(await refusal(watch({}, ada, holidays))).toMatchObject({
      status: 400,
      reason: 'pushNotSupportedForRequestedResource',
    });
    expect(await refusal(watch({ address: 'http://hooks.example.com/x' }))).toMatchObject({
      status: 400,
      reason: 'push.webhookUrlNotHttps',
    });
    expect(await refusal(watch({ id: 'x'.repeat(65) }))).toMatchObject({ status: 400 });
    expect(await refusal(watch({ token: 'x'.repeat(257) }))).toMatchObject({ status: 400 });
    expect(await refusal(watch({ type: 'carrier_pigeon' }))).toMatchObject({ status: 400 });
  });

  it('refuses an expired sync token in its query as the list does', async () => {
    const { syncToken = '' } = await pull(ada.api);
    await faults({ expireSyncTokens: true });
    const call = ada.api.events.watch({
      calendarId: 'primary',
      syncToken,
      requestBody: { id: randomUUID(), type: 'web_hook', address: hook.url },
    });
    expect(await refusal(call)).toMatchObject({ status: 410, reason: 'fullSyncRequired' });
  });
});

describe('a notification', () => {
  it('is repeated after 503 and not after 429', async () => {
    await faults({ pushRetryMs: 5 });
    hook.answers.push(503, 500, 204, 429);
    const { id } = await watch();
    await until(async () => (await channel(id))?.deliveries[0]?.outcome === 'delivered');
    await add('a');
    await until(async () => (await channel(id))?.deliveries[1]?.outcome === 'refused');
    expect((await channel(id))?.deliveries.map(({ attempts }) => attempts)).toEqual([3, 1]);
  });

  it('can be dropped, doubled, switched off and sent late', async () => {
    const { id = '' } = await watch();
    await until(() => hook.received.length === 1);
    await faults({ push: { drop: 1 } });
    await add('dropped');
    await faults({ push: { off: true } });
    await add('off');
    await faults({ push: { duplicate: 1, delayMs: [1, 5] } });
    await add('doubled');
    const changes = await until(() => hook.changes(id ?? '').length === 2 && hook.changes(id ?? ''));
    expect(new Set(changes.map(({ headers }) => headers['x-goog-message-number'])).size).toBe(1);
    expect((await channel(id))?.deliveries.map(({ outcome }) => outcome)).toEqual([
      'delivered',
      'dropped',
      'dropped',
      'delivered',
    ]);
  });

  it('of a silent or forgotten channel never comes', async () => {
    const { id, resourceId } = await watch();
    await faults({ silentChannels: { account: 'ada@example.com' } });
    await add('unheard');
    expect(await channel(id)).toMatchObject({ state: 'live', deliveries: [{}, { outcome: 'dropped' }] });
    await admin(simulator.url, 'DELETE', `/admin/channels/${id}`);
    expect(await refusal(ada.api.channels.stop({ requestBody: { id, resourceId } }))).toMatchObject({ status: 404 });
  });

  it('of the opening can come before the answer to watch', async () => {
    await faults({ syncBeforeWatchResponse: true });
    await watch();
    expect(hook.received).toHaveLength(1);
  });
});

it('watch can be refused and shortened on purpose', async () => {
  await faults({ shortExpirationSeconds: 30 });
  expect(Number((await watch()).expiration)).toBeLessThanOrEqual(Date.now() + 30_000);
  await faults({ pushNotSupported: { times: 1 } });
  expect(await refusal(watch())).toMatchObject({ reason: 'pushNotSupportedForRequestedResource' });
  await faults({ channelIdNotUnique: { times: 1 } });
  expect(await refusal(watch())).toMatchObject({ reason: 'channelIdNotUnique' });
  await faults({ webhookUrlUnauthorized: { times: 1 } });
  expect(await refusal(watch())).toMatchObject({ status: 401, reason: 'push.webhookUrlUnauthorized' });
  await watch();
});
