import { request as plainRequest } from 'node:http';
import { startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { type Asked, type Gateway, startGateway } from './gateway.fixture';

jest.setTimeout(300_000);

interface ProblemBody {
  code: string;
  detail?: string;
  errors?: { field: string; detail: string }[];
}

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ database: await startTestDatabase(), kafka: testKafka() });
});
afterAll(() => gateway?.stop());

const ask = async (path: string, asked: Asked = {}) =>
  gateway.ask<ProblemBody>(`/api/v1/calendar/${path}`, { token: await gateway.sign({ sub: 'ada' }), ...asked });
const asProblem = expect.stringContaining('application/problem+json');

describe('a body that is not as it must be', () => {
  it.each([
    ['calendarIds', { calendarIds: ['primary'] }],
    ['calendarIds', { calendarIds: 'all' }],
    ['full', { full: 'yes' }],
    ['colour', { colour: 'red' }],
  ])('is refused with the name of its field %s: %j', async (field, body) => {
    const { status, body: problem } = await ask('sync/ada', { method: 'POST', body });
    expect({ status, fields: problem.errors?.map((error) => error.field) }).toEqual({ status: 400, fields: [field] });
  });

  it.each(['"full"', '[{"full":true}]', '5'])('is refused when it is no object: %s', async (body) => {
    expect((await ask('sync/ada', { method: 'POST', body })).status).toBe(400);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml'])(
    'is refused when its type is %s',
    async (type) => {
      const answer = await ask('sync/ada', { method: 'POST', body: 'full=true', headers: { 'content-type': type } });
      expect(answer).toMatchObject({ status: 415, body: { detail: 'send a body of the type application/json' } });
      expect(answer.headers.get('content-type')).toEqual(asProblem);
    },
  );
});

it('takes a body that is announced and not there as none', async () => {
  const headers = { 'content-type': 'application/json' };
  expect((await ask('sync/ada', { method: 'POST', headers })).status).toBe(202);
  expect(await ask('connections', { method: 'POST', headers })).toMatchObject({
    status: 400,
    body: {
      code: 'invalid-request',
      errors: expect.arrayContaining([{ field: 'provider', detail: 'must be google' }]),
    },
  });
});

describe('a path', () => {
  it('may hold a user id of 255 characters', async () => {
    const long = 'ä'.repeat(255);
    const { status } = await gateway.ask(`/api/v1/calendar/calendars/${encodeURIComponent(long)}`, {
      token: await gateway.sign({ sub: long }),
    });
    expect(status).toBe(200);
  });

  it.each([
    ['that is badly encoded', '/api/v1/calendar/calendars/ada%zz', 400],
    ['with a part beyond measure', `/api/v1/calendar/calendars/${'a'.repeat(5_000)}`, 414],
    ['beyond all measure', `/api/v1/calendar/calendars/${'a'.repeat(20_000)}`, 431],
  ])('%s is answered with a problem', async (_what, path, expected) => {
    const { status, type } = await unchecked(path);
    expect({ status, type }).toEqual({ status: expected, type: asProblem });
  });
});

it.each([
  'calendars/ada',
  'connections/ada',
  'sync/ada',
  'operations/0f8fad5b-d9cb-469f-a165-70867728950e',
  'entries/ada/0f8fad5b-d9cb-469f-a165-70867728950e/history',
])('names a parameter that %s does not know', async (path) => {
  expect(await ask(`${path}?colour=red`)).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'colour', detail: 'is not known here: leave it out' }] },
  });
});

it('says of a number once what would be right', async () => {
  expect((await ask('entries/ada?limit=ten')).body.errors).toEqual([
    { field: 'limit', detail: 'must be a whole number from 1 to 500' },
  ]);
});

it('refuses an hour that there is not', async () => {
  expect((await ask('entries/ada?from=2026-11-23T24:00:00Z')).body.errors?.map(({ field }) => field)).toEqual(['from']);
});

it('answers a subject with a NUL, which Postgres can not hold, as it does a stranger', async () => {
  const token = await gateway.sign({ sub: 'a\u0000b' });
  expect((await gateway.ask('/api/v1/calendar/calendars/a%00b', { token })).status).toBe(401);
});

it('refuses an account for a subject with a NUL', async () => {
  const body = { userId: 'a\u0000b', provider: 'google', refreshToken: '1//x' };
  const token = await gateway.sign({ sub: 'someone', roles: ['operator'] });
  expect(await ask('connections', { method: 'POST', token, body })).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'userId' }] },
  });
  expect((await ask('entries/a%00b', { token })).status).toBe(404);
});

/** As sent, without the help of fetch. */
const unchecked = async (path: string) => {
  const token = await gateway.sign({ sub: 'ada' });
  return new Promise<{ status?: number; type?: string }>((done, fail) => {
    plainRequest(`${gateway.url}${path}`, { headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      done({ status: response.statusCode, type: response.headers['content-type'] });
    })
      .once('error', fail)
      .end();
  });
};
