import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { calendarEntries, EntryAddedV1 } from '@calendar-sync/contracts-sync';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import {
  audience,
  type Claims,
  type Gateway,
  issuer,
  ownerWithCalendar,
  startGateway,
  tokenIssuer,
} from '../../gateway.fixture';
import { KeysUnavailable, TokenVerifier, UnacceptableToken } from './token-verifier';

jest.setTimeout(300_000);

let gateway: Gateway;
const owner = ownerWithCalendar();
const path = owner.path('entries');

beforeAll(async () => {
  gateway = await startGateway({ database: await startTestDatabase(), kafka: testKafka() });
  await gateway.tell(calendarEntries, EntryAddedV1, owner.of(owner.entry('mine')));
  await eventually(async () => {
    const { body } = await gateway.ask<{ items: unknown[] }>(path, {
      token: await gateway.sign({ sub: owner.ownerId }),
    });
    expect(body.items).toHaveLength(1);
  });
});
afterAll(() => gateway?.stop());

const refusedToken = (headers: Headers) => headers.get('www-authenticate');

describe('without a token that can be trusted', () => {
  it('asks for one, saying how', async () => {
    const { status, headers, body } = await gateway.ask(path);
    expect(status).toBe(401);
    expect(refusedToken(headers)).toBe('Bearer realm="calendar-sync"');
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({
      status: 401,
      code: 'unauthenticated',
      type: 'urn:calendar-sync:problem:unauthenticated',
    });
  });

  const claims = { iss: issuer, aud: audience, sub: owner.ownerId };
  const bad: [string, () => Promise<string> | string][] = [
    ['that has expired', () => gateway.sign({ sub: owner.ownerId }, { expires: '1 minute ago' })],
    ['that is not valid yet', () => gateway.sign({ sub: owner.ownerId, nbf: Math.floor(Date.now() / 1_000) + 600 })],
    ['of another issuer', () => gateway.sign({ sub: owner.ownerId, iss: 'https://evil.example/' })],
    ['for another audience', () => gateway.sign({ sub: owner.ownerId, aud: 'another-api' })],
    ['that names nobody', () => gateway.sign({})],
    ['signed with a key of somebody else', async () => (await tokenIssuer()).sign({ sub: owner.ownerId })],
    ['without a signature', () => new UnsecuredJWT(claims).setExpirationTime('10 minutes').encode()],
    [
      'signed with an algorithm that is not allowed',
      () =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256' })
          .setExpirationTime('10 minutes')
          .sign(new Uint8Array(32)),
    ],
    ['that is no JWT', () => 'abc.def'],
  ];
  it.each(bad)('refuses a token %s', async (_what, token) => {
    const { status, headers } = await gateway.ask(path, { token: await token() });
    expect(status).toBe(401);
    expect(refusedToken(headers)).toMatch(/^Bearer realm="calendar-sync", error="invalid_token", error_description="/);
  });

  it('refuses another scheme than Bearer', async () => {
    const { status } = await gateway.ask(path, { headers: { authorization: 'Basic YWRhOmFkYQ==' } });
    expect(status).toBe(401);
  });

  it.each(['/health/live', '/metrics', '/docs', '/docs/swagger-ui.css', '/docs-json'])(
    'answers %s all the same',
    async (open) => {
      expect((await gateway.ask(open)).status).toBe(200);
    },
  );

  it('closes every route of the API, whatever its method', async () => {
    const { body } = await gateway.ask<{ paths: Record<string, Record<string, unknown>> }>('/docs-json');
    const routes = Object.entries(body.paths).flatMap(([route, methods]) =>
      Object.keys(methods).map(
        (method) => [method.toUpperCase(), route.replace(/\{[a-z_]*_id\}/g, randomUUID())] as const,
      ),
    );
    expect(routes.length).toBeGreaterThanOrEqual(10);
    for (const [method, route] of routes)
      expect([method, route, (await gateway.ask(route, { method })).status]).toEqual([method, route, 401]);
  });
});

describe('who may see what', () => {
  const scoped = (sub: string, ...scope: string[]) => ({ sub, client_id: 'acme', scope: scope.join(' ') });
  const cases: [string, Claims, number][] = [
    ['the owner', { sub: owner.ownerId }, 200],
    [
      'the owner through an issuer that puts client_id into every token',
      { sub: owner.ownerId, client_id: 'app', scope: 'openid' },
      200,
    ],
    ['another owner', { sub: 'somebody-else' }, 404],
    ['an operator', { sub: 'op', roles: ['operator'] }, 200],
    ['one who only calls himself so', { sub: 'operator', roles: ['admin'] }, 404],
    ['a client that has nothing to do with the owner', scoped('backend', 'entries:read'), 404],
    ['a client of the owner himself', scoped(owner.ownerId, 'entries:read'), 200],
    ['a client of the owner without the scope', scoped(owner.ownerId, 'meetings:read'), 403],
  ];
  it.each(cases)('%s', async (_who, claims, expected) => {
    const { status, body } = await gateway.ask<{ code: string; items?: unknown[] }>(path, {
      token: await gateway.sign(claims),
    });
    expect(status).toBe(expected);
    if (expected === 200) expect(body.items).toHaveLength(1);
    if (expected === 403) expect(body.code).toBe('insufficient-scope');
  });
});

describe('the keys of an issuer', () => {
  let issuerServer: Server;
  let asked = 0;
  let url: string;
  let sign: (kid: string) => Promise<string>;

  beforeAll(async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
    issuerServer = createServer((_request, response) => {
      asked += 1;
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => issuerServer.listen(0, '127.0.0.1', resolve));
    const address = issuerServer.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/jwks`;
    sign = (kid) =>
      new SignJWT({ iss: issuer, aud: audience, sub: `ada-${kid}` })
        .setProtectedHeader({ alg: 'RS256', kid })
        .setExpirationTime('10 minutes')
        .sign(privateKey);
  });
  afterAll(() => {
    issuerServer.closeAllConnections();
    return new Promise((resolve) => issuerServer.close(resolve));
  });

  it('are fetched once, also when forged key ids come again and again', async () => {
    const verifier = new TokenVerifier({ JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_JWKS_URL: url });
    expect(await verifier.verify(await sign('one'), Date.now())).toMatchObject({ sub: 'ada-one' });
    for (let index = 0; index < 5; index += 1)
      await expect(verifier.verify(await sign(`forged-${index}`), Date.now())).rejects.toThrow(UnacceptableToken);
    expect(asked).toBe(1);
  });

  it('that cannot be had are no reason to call the token wrong', async () => {
    const nobody = new TokenVerifier({
      JWT_ISSUER: issuer,
      JWT_AUDIENCE: audience,
      JWT_JWKS_URL: 'http://127.0.0.1:1/jwks',
    });
    await expect(nobody.verify(await sign('one'), Date.now())).rejects.toThrow(KeysUnavailable);
  });
});
