import { createHash } from 'node:crypto';
import { type Simulator, startSimulator } from '../simulator';
import { admin, type Person, person, pull, refusal } from '../testing/connect';

const PREFIX = 'https://www.googleapis.com/auth/';
let simulator: Simulator;
let ada: Person;

beforeEach(async () => {
  simulator = await startSimulator();
  ada = await person(simulator.url, 'ada@example.com');
});
afterEach(() => simulator.close());

const post = async (path: string, form: { [field: string]: string }) => {
  const response = await fetch(`${simulator.url}${path}`, { method: 'POST', body: new URLSearchParams(form) });
  return { status: response.status, body: (await response.json()) as { [field: string]: string } };
};
const refresh = (token = ada.refreshToken) =>
  post('/token', { grant_type: 'refresh_token', client_id: 'client', client_secret: 'secret', refresh_token: token });
const claims = (idToken: string) => JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString());

describe('the token endpoint', () => {
  it('gives an access token for a refresh token, without a new refresh token', async () => {
    const { status, body } = await refresh();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      access_token: expect.stringMatching(/^ya29\.sim-/),
      expires_in: 3599,
      token_type: 'Bearer',
    });
    expect(body).not.toHaveProperty('refresh_token');
    expect(claims(body['id_token'] ?? '')).toMatchObject({
      sub: ada.sub,
      aud: 'client',
      iss: 'https://accounts.google.com',
    });
  });

  it('says invalid_grant for what is revoked or unknown, and invalid_client without a client', async () => {
    expect(await refresh('1//nothing')).toEqual({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
    });
    expect((await post('/revoke', { token: ada.refreshToken })).status).toBe(200);
    expect((await refresh()).body).toMatchObject({ error: 'invalid_grant' });
    expect(await post('/revoke', { token: ada.refreshToken })).toMatchObject({
      status: 400,
      body: { error: 'invalid_token' },
    });
    expect((await post('/token', { grant_type: 'refresh_token' })).body).toMatchObject({ error: 'invalid_client' });
  });

  it('takes the refresh token along when an access token is revoked', async () => {
    const { body } = await refresh();
    await post('/revoke', { token: body['access_token'] ?? '' });
    expect((await refresh()).body).toMatchObject({ error: 'invalid_grant' });
  });

  it('exchanges a code once, with its redirect and its verifier', async () => {
    const verifier = 'v'.repeat(50);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const query = new URLSearchParams({
      client_id: 'client',
      redirect_uri: 'http://localhost/back',
      response_type: 'code',
      scope: `openid ${PREFIX}calendar.readonly ${PREFIX}calendar`,
      state: 'abc',
      access_type: 'offline',
      login_hint: 'ada@example.com',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    const asked = await fetch(`${simulator.url}/o/oauth2/v2/auth?${query.toString()}`, { redirect: 'manual' });
    const back = new URL(asked.headers.get('location') ?? '');
    expect(back.searchParams.get('state')).toBe('abc');
    const form = {
      grant_type: 'authorization_code',
      client_id: 'client',
      client_secret: 'secret',
      code: back.searchParams.get('code') ?? '',
      redirect_uri: 'http://localhost/back',
      code_verifier: verifier,
    };
    const first = await post('/token', form);
    expect(first.body).toMatchObject({
      refresh_token: expect.stringMatching(/^1\/\/sim-/),
      scope: `openid ${PREFIX}calendar`,
    });
    expect((await post('/token', form)).body).toMatchObject({ error: 'invalid_grant' });
  });

  it('knows only its own clients where they are named', async () => {
    const strict = await startSimulator({ clients: [{ id: 'known', secret: 'right' }] });
    try {
      const account = await admin<{ refreshToken: string }>(strict.url, 'POST', '/admin/accounts', {
        email: 'x@example.com',
      });
      const ask = (secret: string) =>
        fetch(`${strict.url}/token`, {
          method: 'POST',
          body: new URLSearchParams({
            grant_type: 'refresh_token',
            client_id: 'known',
            client_secret: secret,
            refresh_token: account.refreshToken,
          }),
        });
      expect((await ask('wrong')).status).toBe(401);
      expect((await ask('right')).status).toBe(200);
    } finally {
      await strict.close();
    }
  });
});

describe('a call', () => {
  const call = async (headers: { [name: string]: string }) => {
    const response = await fetch(`${simulator.url}/calendar/v3/calendars/primary/events`, { headers });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as { error: { status?: string; errors: { reason: string }[] } },
    };
  };

  it('without a token, or with a wrong one, is refused in the envelope of each', async () => {
    const none = await call({});
    expect(none).toMatchObject({ status: 401, body: { error: { errors: [{ reason: 'required' }] } } });
    expect(none.body.error).not.toHaveProperty('status');
    const wrong = await call({ authorization: 'Bearer ya29.sim-wrong' });
    expect(wrong).toMatchObject({
      status: 401,
      body: { error: { status: 'UNAUTHENTICATED', errors: [{ reason: 'authError' }] } },
    });
    expect(wrong.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it('fails once its token has expired, and the client renews it by itself', async () => {
    const { body } = await refresh();
    await admin(simulator.url, 'POST', '/admin/clock', { advanceMs: 3_600_000 });
    expect((await call({ authorization: `Bearer ${body['access_token'] ?? ''}` })).status).toBe(401);
    expect((await pull(ada.api)).items).toEqual([]);
  });

  it('needs a scope that covers its method', async () => {
    const narrow = await person(simulator.url, 'narrow@example.com', { scopes: [`${PREFIX}calendar.events.readonly`] });
    expect((await pull(narrow.api)).items).toEqual([]);
    const refused = await refusal(narrow.api.calendarList.list());
    expect(refused).toEqual({ status: 403, reason: 'insufficientPermissions', message: 'Insufficient Permission' });
    expect(await refusal(narrow.api.events.insert({ calendarId: 'primary', requestBody: {} }))).toMatchObject({
      status: 403,
    });
    expect(await refusal(narrow.api.freebusy.query({ requestBody: {} }))).toMatchObject({ status: 403 });
  });

  it('loses what its owner unticks', async () => {
    await pull(ada.api);
    await admin(simulator.url, 'PATCH', '/admin/accounts/ada%40example.com', {
      scopes: [`${PREFIX}calendar.calendarlist.readonly`],
    });
    const { body } = await refresh();
    expect(body['scope']).toBe(`${PREFIX}calendar.calendarlist.readonly`);
    const response = await call({ authorization: `Bearer ${body['access_token'] ?? ''}` });
    expect(response).toMatchObject({ status: 403, body: { error: { status: 'PERMISSION_DENIED' } } });
  });

  it('counts toward the quota of its user and of the project', async () => {
    const ben = await person(simulator.url, 'ben@example.com');
    await admin(simulator.url, 'PUT', '/admin/faults', { quotas: { perUserPerMinute: 2 } });
    await pull(ada.api);
    await pull(ada.api);
    expect(await refusal(pull(ada.api))).toMatchObject({ status: 403, reason: 'userRateLimitExceeded' });
    await pull(ben.api);
    await admin(simulator.url, 'PUT', '/admin/faults', { quotas: { perProjectPerMinute: 1, status: 429 } });
    await pull(ada.api);
    expect(await refusal(pull(ben.api))).toMatchObject({ status: 429, reason: 'rateLimitExceeded' });
    await admin(simulator.url, 'POST', '/admin/clock', { advanceMs: 60_000 });
    await pull(ben.api);
  });
});
