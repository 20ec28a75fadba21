import { gunzipSync } from 'node:zlib';
import { request } from 'node:http';
import { type Simulator, startSimulator } from '../simulator';
import { admin, at, type Person, person } from '../testing/connect';

let simulator: Simulator;
let ada: Person;
let bearer: string;

beforeEach(async () => {
  simulator = await startSimulator();
  ada = await person(simulator.url, 'ada@example.com');
  const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'c', refresh_token: ada.refreshToken });
  const answer = await fetch(`${simulator.url}/token`, { method: 'POST', body: form });
  bearer = `Bearer ${((await answer.json()) as { access_token: string }).access_token}`;
  await ada.api.events.insert({
    calendarId: 'primary',
    requestBody: { summary: 'one', start: at('2026-12-01T10:00:00'), end: at('2026-12-01T11:00:00') },
  });
});
afterEach(() => simulator.close());

const raw = (path: string, headers: { [name: string]: string }) =>
  new Promise<{ headers: NodeJS.Dict<string | string[]>; body: Buffer }>((resolve, reject) => {
    request(`${simulator.url}${path}`, { headers: { authorization: bearer, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
    })
      .on('error', reject)
      .end();
  });

describe('an answer', () => {
  it('is zipped only for an agent that says so twice', async () => {
    const path = '/calendar/v3/calendars/primary/events';
    const zipped = await raw(path, { 'accept-encoding': 'gzip', 'user-agent': 'me (gzip)' });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(zipped.body).toString()).items).toHaveLength(1);
    expect(
      (await raw(path, { 'accept-encoding': 'gzip', 'user-agent': 'me' })).headers['content-encoding'],
    ).toBeUndefined();
  });

  it('carries Google’s headers', async () => {
    const { headers } = await raw('/calendar/v3/colors', {});
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=UTF-8',
      'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
      vary: 'Origin, X-Origin, Referer',
      server: 'ESF',
    });
  });

  it('holds only the fields that are named', async () => {
    const { data } = await ada.api.events.list({
      calendarId: 'primary',
      fields: 'items(id,start/dateTime),nextPageToken',
    });
    expect(data).toEqual({ items: [{ id: expect.any(String), start: { dateTime: expect.any(String) } }] });
  });
});

it('ids with reserved characters are found in a path', async () => {
  const holidays = ada.calendars.find(({ id }) => id.includes('#'))?.id ?? '';
  const { data } = await ada.api.events.list({ calendarId: holidays });
  expect(data.items?.length).toBeGreaterThan(3);
});

it('a batch answers each of its parts on its own', async () => {
  const part = (id: string, lines: string[], body = '') =>
    [`--b1`, 'Content-Type: application/http', `Content-ID: <${id}>`, '', ...lines, '', body, ''].join('\r\n');
  const event = JSON.stringify({ summary: 'two', start: at('2026-12-01T10:00:00'), end: at('2026-12-01T11:00:00') });
  const body = [
    part('a', ['GET /calendar/v3/calendars/primary/events?fields=items(summary) HTTP/1.1']),
    part('b', ['POST /calendar/v3/calendars/primary/events HTTP/1.1', 'Content-Type: application/json'], event),
    part('c', ['DELETE /calendar/v3/calendars/primary/events/nothing HTTP/1.1']),
    '--b1--',
  ].join('');
  const response = await fetch(`${simulator.url}/batch/calendar/v3`, {
    method: 'POST',
    headers: { authorization: bearer, 'content-type': 'multipart/mixed; boundary=b1' },
    body,
  });
  const text = await response.text();
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^multipart\/mixed; boundary=/);
  const parts = text.split(/--batch_\w+/).slice(1, -1);
  expect(parts[0]).toContain('Content-ID: <response-a>');
  expect(parts[0]).toContain('{"items":[{"summary":"one"}]}');
  expect(parts[1]).toMatch(/HTTP\/1\.1 200[\s\S]*"summary":"two"/);
  expect(parts[2]).toMatch(/HTTP\/1\.1 404[\s\S]*notFound/);
});

it('calls are counted by method, account and outcome, without secrets', async () => {
  await ada.api.events.list({ calendarId: 'primary' });
  await ada.api.events.get({ calendarId: 'primary', eventId: 'nothing' }).catch(() => undefined);
  const log = await admin<{ last: number; counts: object; requests: object[] }>(
    simulator.url,
    'GET',
    '/admin/requests',
  );
  expect(log.counts).toMatchObject({
    'calendar.events.list': { 200: 1 },
    'calendar.events.get': { 404: 1 },
    'calendar.events.insert': { 200: 1 },
  });
  expect(log.requests.at(-1)).toMatchObject({
    operation: 'calendar.events.get',
    account: 'ada@example.com',
    status: 404,
    reason: 'notFound',
  });
  expect(JSON.stringify(log)).not.toContain('ya29');
  const later = await admin<{ requests: object[] }>(simulator.url, 'GET', `/admin/requests?since=${log.last}`);
  expect(later.requests).toEqual([]);
});
