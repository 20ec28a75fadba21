import { type Simulator, startSimulator } from '../simulator';
import { admin, at, client, type Item, type Person, person, pull, refusal } from '../testing/connect';

let simulator: Simulator;
let ada: Person;

beforeEach(async () => {
  simulator = await startSimulator();
  ada = await person(simulator.url, 'ada@example.com');
});
afterEach(() => simulator.close());

const faults = (switches: object) => admin(simulator.url, 'PUT', '/admin/faults', switches);
const add = async (summary: string) =>
  (
    await ada.api.events.insert({
      calendarId: 'primary',
      requestBody: { summary, start: at('2026-12-01T10:00:00'), end: at('2026-12-01T11:00:00') },
    })
  ).data;
const summaries = (items: Item[]) => items.map(({ summary }) => summary);

describe('a switch', () => {
  it('that does not exist is refused', async () => {
    await expect(faults({ expireSyncToken: true })).rejects.toThrow('There is no switch expireSyncToken');
  });

  it('strikes where, when and how often it says', async () => {
    const ben = await person(simulator.url, 'ben@example.com');
    await faults({
      errors: [{ match: { account: 'ada@example.com', method: 'events.list' }, status: 500, after: 1, times: 2 }],
    });
    await pull(ada.api);
    await ada.api.calendarList.list();
    expect(await refusal(pull(ada.api))).toMatchObject({ status: 500, reason: 'backendError' });
    await pull(ben.api);
    expect(await refusal(pull(ada.api))).toMatchObject({ status: 500 });
    await pull(ada.api);
  });

  it('is taken away alone or with all others', async () => {
    await faults({ hang: { method: 'events.get' }, emptyPages: true });
    await admin(simulator.url, 'PATCH', '/admin/faults', { repeatItems: true });
    await admin(simulator.url, 'DELETE', '/admin/faults/emptyPages');
    expect(await admin(simulator.url, 'GET', '/admin/faults')).toEqual({
      hang: { method: 'events.get' },
      repeatItems: true,
    });
    await admin(simulator.url, 'DELETE', '/admin/faults');
    expect(await admin(simulator.url, 'GET', '/admin/faults')).toEqual({});
  });
});

describe('errors', () => {
  it.each([
    [
      { status: 403, reason: 'rateLimitExceeded' },
      { status: 403, reason: 'rateLimitExceeded', message: 'Rate Limit Exceeded' },
    ],
    [
      { status: 403, reason: 'quotaExceeded' },
      { status: 403, reason: 'quotaExceeded', message: 'Calendar usage limits exceeded.' },
    ],
    [{ status: 429 }, { status: 429, reason: 'rateLimitExceeded', message: 'Rate Limit Exceeded' }],
    [{ status: 500 }, { status: 500, reason: 'backendError', message: 'Backend Error' }],
    [{ status: 401 }, { status: 401, reason: 'authError', message: 'Invalid Credentials' }],
    [
      { status: 400, reason: 'failedPrecondition' },
      { status: 400, reason: 'failedPrecondition', message: 'Precondition check failed.' },
    ],
  ])('are made as asked: %j', async (fault, expected) => {
    await faults({ errors: [{ match: { method: 'events.list' }, ...fault }] });
    expect(await refusal(pull(ada.api))).toEqual(expected);
  });

  it('may be a page of HTML with a Retry-After', async () => {
    await faults({ errors: [{ status: 503, html: true, retryAfter: 7, times: 1, match: { method: 'colors.get' } }] });
    const response = await fetch(`${simulator.url}/calendar/v3/colors`);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toContain('503');
  });
});

describe('connections', () => {
  it('can be reset, cut in the middle of an answer, or left hanging', async () => {
    await pull(ada.api);
    await faults({ reset: { method: 'events.list', times: 1 } });
    await expect(pull(ada.api)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await faults({ truncate: { method: 'events.list', times: 1 } });
    await expect(pull(ada.api)).rejects.toThrow();
    await faults({ hang: { method: 'events.list', times: 1 } });
    await expect(ada.api.events.list({ calendarId: 'primary' }, { timeout: 50 })).rejects.toThrow();
    await pull(ada.api);
  });

  it('can bring the right answer with 100 MB of blanks behind it', async () => {
    await add('a');
    await faults({ hugeBody: { method: 'events.list', times: 1 } });
    const { data } = await ada.api.events.list({ calendarId: 'primary' }, { responseType: 'text' });
    const text = String(data);
    expect(text).toHaveLength(100 * 1024 * 1024);
    expect(JSON.parse(text)).toMatchObject({ items: [{ summary: 'a' }] });
    expect(summaries((await pull(ada.api)).items)).toEqual(['a']);
  });

  it('can keep back the answer to what is done already', async () => {
    await faults({ slowAnswerMs: { method: 'events.insert', ms: 3_000, times: 1 } });
    const order: string[] = [];
    const answer = add('made').then(() => order.push('answered'));
    while (!summaries((await pull(ada.api)).items).includes('made'));
    order.push('made');
    await answer;
    expect(order).toEqual(['made', 'answered']);
  });

  it('can be lost after the change was made', async () => {
    await pull(ada.api);
    await faults({ commitThenReset: { method: 'events.insert', times: 1 } });
    await expect(add('made')).rejects.toThrow();
    expect(summaries((await pull(ada.api)).items)).toEqual(['made']);
  });
});

describe('pulls', () => {
  beforeEach(async () => {
    for (const summary of ['a', 'b', 'c']) await add(summary);
  });

  it('lose their sync token, all at once or between two pages', async () => {
    const { syncToken = '' } = await pull(ada.api);
    await faults({ expireSyncTokens: { account: 'ada@example.com' } });
    expect(await refusal(pull(ada.api, { syncToken }))).toMatchObject({ status: 410, reason: 'fullSyncRequired' });
    const fresh = await pull(ada.api);
    expect((await pull(ada.api, { syncToken: fresh.syncToken ?? '' })).items).toEqual([]);
    await add('d');
    await add('e');
    await faults({ expireSyncTokenBetweenPages: { times: 1 } });
    expect(await refusal(pull(ada.api, { syncToken: fresh.syncToken ?? '', maxResults: 1 }))).toMatchObject({
      status: 410,
    });
    expect(summaries((await pull(ada.api, { syncToken: fresh.syncToken ?? '', maxResults: 1 })).items)).toEqual([
      'd',
      'e',
    ]);
  });

  it('get empty pages in between and lose nothing by it', async () => {
    await faults({ emptyPages: true });
    const { data } = await ada.api.events.list({ calendarId: 'primary', maxResults: 2 });
    expect(data.items).toEqual([]);
    expect(data.nextPageToken).toBeDefined();
    const { items, pages } = await pull(ada.api, { maxResults: 2 });
    expect(summaries(items)).toEqual(['a', 'b', 'c']);
    expect(pages).toBe(4);
  });

  it('get pages smaller than they asked for', async () => {
    await faults({ pageSize: 2 });
    const { items, pages } = await pull(ada.api);
    expect(summaries(items)).toEqual(['a', 'b', 'c']);
    expect(pages).toBe(2);
  });

  it('get an item twice, and an older state after the newer one', async () => {
    const event = await add('old');
    await ada.api.events.patch({ calendarId: 'primary', eventId: event.id ?? '', requestBody: { summary: 'new' } });
    await faults({ repeatItems: { times: 1 } });
    expect(summaries((await pull(ada.api)).items)).toEqual(['a', 'b', 'c', 'new', 'a']);
    await faults({ staleReplay: { times: 1 } });
    const { items } = await pull(ada.api);
    expect(summaries(items)).toEqual(['a', 'b', 'c', 'new', 'old']);
    expect(Date.parse(items[4]?.updated ?? '')).toBeLessThan(Date.parse(items[3]?.updated ?? ''));
  });

  it('get cancelled items with nulls', async () => {
    const { syncToken = '' } = await pull(ada.api);
    const event = await add('x');
    await ada.api.events.delete({ calendarId: 'primary', eventId: event.id ?? '' });
    await faults({ cancelledWithNulls: true });
    expect((await pull(ada.api, { syncToken })).items).toMatchObject([
      { id: event.id, status: 'cancelled', summary: null, start: null },
    ]);
  });

  it('find the calendar gone, or its account without Calendar', async () => {
    await faults({ calendarNotFound: { calendarId: 'ada@example.com' } });
    expect(await refusal(pull(ada.api))).toMatchObject({ status: 404, reason: 'notFound' });
    await faults({ notACalendarUser: true });
    expect(await refusal(ada.api.calendarList.list())).toMatchObject({ status: 403, reason: 'notACalendarUser' });
  });

  it('find types of events and conferences that nobody knows', async () => {
    const event = {
      summary: 'x',
      eventType: 'siesta',
      start: at('2026-12-01T10:00:00'),
      end: at('2026-12-01T11:00:00'),
      conferenceData: { conferenceSolution: { key: { type: 'hologram' } } },
    };
    await admin(simulator.url, 'POST', '/admin/events', { account: 'ada@example.com', event });
    const { items } = await pull(ada.api);
    expect(items.at(-1)).toMatchObject({
      eventType: 'siesta',
      conferenceData: { conferenceSolution: { key: { type: 'hologram' } } },
    });
  });
});

it('a refresh token dies on purpose and comes back', async () => {
  await faults({ invalidGrant: { account: 'ada@example.com' } });
  const api = client(simulator.url, ada.refreshToken);
  await expect(pull(api)).rejects.toMatchObject({ response: { status: 400, data: { error: 'invalid_grant' } } });
  await admin(simulator.url, 'DELETE', '/admin/faults');
  await pull(api);
});
