import { randomUUID } from 'node:crypto';
import { decode, type Message } from '@calendar-sync/contracts-envelope';
import { gatewayOperations } from '@calendar-sync/contracts-gateway';
import {
  CalendarAddedV1,
  calendars,
  ConnectionEstablishedV1,
  ConnectionRemovedV1,
  connections,
  openGrant,
  OperationFailedV1,
  OperationProgressedV1,
  OperationSucceededV1,
  syncCommands,
  syncOperations,
} from '@calendar-sync/contracts-sync';
import { openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { type Claims, type Gateway, ownerWithCalendar, startGateway } from '../../gateway.fixture';
import type { OperationDto } from '../follow-operations/operation.dto';
import { OperationExpiry } from '../follow-operations/operation-expiry';

jest.setTimeout(60_000);

let gateway: Gateway;
const sent: Message[] = [];
const records: string[] = [];
let stopReading: () => Promise<void>;

beforeAll(async () => {
  gateway = await startGateway({ database: await startTestDatabase(), kafka: testKafka() });
  const consumer = gateway.kafka.consumer({ groupId: `${gateway.topicPrefix}reader`, maxWaitTimeInMs: 250 });
  await consumer.connect();
  const topics = [syncCommands, gatewayOperations];
  await consumer.subscribe({ topics: topics.map(({ name }) => gateway.topicPrefix + name), fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic: name, message }) => {
      records.push(JSON.stringify([message.value?.toString(), message.headers]));
      const topic = topics.find((one) => gateway.topicPrefix + one.name === name);
      const decoded = topic && decode(topic, message);
      if (decoded?.outcome === 'message') sent.push(decoded.message);
    },
  });
  stopReading = () => consumer.disconnect();
});
afterAll(async () => {
  await stopReading?.();
  await gateway?.stop();
});

const tokenOf = (claims: Claims) => gateway.sign(claims);
const refreshToken = () => `1//secret-${randomUUID()}`;

async function connect(
  userId: string,
  headers: Record<string, string> = {},
  body: object = {},
  claims: Claims = { sub: userId },
) {
  return gateway.ask<OperationDto>('/api/v1/calendar/connections', {
    method: 'POST',
    token: await tokenOf(claims),
    headers,
    body: { userId, provider: 'google', refreshToken: refreshToken(), ...body },
  });
}

const commandOf = <Data extends object>(operationId: string) =>
  eventually(() => {
    const found = sent.find(
      ({ type, data }) =>
        !type.startsWith('Operation') && (data as { operationId?: string }).operationId === operationId,
    );
    expect(found).toBeDefined();
    return found as Message<Data & { ownerId: string; actor: object; connectionId: string; sealedGrant: string }>;
  });

const operation = async (operationId: string, sub: string) =>
  gateway.ask<OperationDto>(`/api/v1/calendar/operations/${operationId}`, { token: await tokenOf({ sub }) });

describe('connecting an account', () => {
  it('accepts it as an operation and hands the refresh token on sealed, and nowhere else', async () => {
    const { ownerId } = ownerWithCalendar();
    const secret = refreshToken();
    const { status, headers, body } = await connect(
      ownerId,
      { 'idempotency-key': randomUUID() },
      { refreshToken: secret },
    );
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/api/v1/calendar/operations/${body.operationId}`);
    expect(body).toMatchObject({ userId: ownerId, kind: 'connect-account', status: 'accepted', steps: [] });

    const command = await commandOf(body.operationId);
    expect(command).toMatchObject({
      type: 'ConnectAccount.v1',
      key: body.connectionId,
      data: { ownerId, actor: { sub: ownerId, roles: ['owner'] }, connectionId: body.connectionId, provider: 'google' },
    });
    expect(await openGrant([gateway.privateJwk], command.data.sealedGrant, command.data.connectionId)).toBe(secret);

    const database = openDatabase({ url: gateway.databaseUrl, applicationName: 'test' });
    try {
      const tables = await database.query<{ name: string }>(
        `SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
      );
      for (const { name } of tables.rows) {
        const { rows } = await database.query<{ found: string }>(
          `SELECT t::text AS found FROM ${name} t WHERE t::text LIKE $1`,
          [`%${secret}%`],
        );
        expect([name, rows]).toEqual([name, []]);
      }
    } finally {
      await database.close();
    }
    expect([...gateway.lines, ...records].filter((text) => text.includes(secret))).toEqual([]);
  });

  it('follows the steps that sync reports to the end', async () => {
    const { ownerId } = ownerWithCalendar();
    const { body } = await connect(ownerId);
    const about = { operationId: body.operationId, ownerId };
    await gateway.tell(syncOperations, OperationProgressedV1, { ...about, step: 'grant-checked' });
    await eventually(async () => expect((await operation(body.operationId, ownerId)).body.status).toBe('running'));
    await gateway.tell(syncOperations, OperationSucceededV1, { ...about, result: { calendars: 3 } });
    await eventually(async () => {
      expect((await operation(body.operationId, ownerId)).body).toMatchObject({
        status: 'succeeded',
        steps: [{ step: 'grant-checked' }],
        result: { calendars: 3 },
        links: { result: `/api/v1/calendar/connections/${ownerId}` },
      });
    });
    await eventually(() => {
      const told = sent.filter(
        ({ type, data }) => type.startsWith('Operation') && (data as typeof about).operationId === about.operationId,
      );
      expect(told.map(({ type, sequence }) => [type, sequence])).toEqual([
        ['OperationAccepted.v1', 1],
        ['OperationFinished.v1', 2],
      ]);
    });
  });

  it('answers with the result to whoever prefers to wait', async () => {
    const { ownerId } = ownerWithCalendar();
    const answer = connect(ownerId, { prefer: 'respond-async, wait=20' });
    const command = await eventually(() => {
      const found = sent.find(({ ownerId: of, type }) => of === ownerId && type === 'ConnectAccount.v1');
      expect(found).toBeDefined();
      return found as Message<{ operationId: string; connectionId: string }>;
    });
    const { operationId, connectionId } = command.data;
    await gateway.tell(syncOperations, OperationSucceededV1, {
      operationId,
      ownerId,
      result: { account: 'ada@example.com' },
    });
    const { status, headers, body } = await answer;
    expect(status).toBe(201);
    expect(headers.get('preference-applied')).toBe('wait=20');
    expect(headers.get('location')).toBe(`/api/v1/calendar/connections/${ownerId}`);
    expect(body).toMatchObject({
      operationId,
      connectionId,
      status: 'succeeded',
      result: { account: 'ada@example.com' },
    });
  });

  it('answers with the failure as a problem to whoever prefers to wait', async () => {
    const { ownerId } = ownerWithCalendar();
    const answer = connect(ownerId, { prefer: 'wait=20' });
    const command = await eventually(() => {
      const found = sent.find(({ ownerId: of, type }) => of === ownerId && type === 'ConnectAccount.v1');
      expect(found).toBeDefined();
      return found as Message<{ operationId: string }>;
    });
    await gateway.tell(syncOperations, OperationFailedV1, {
      operationId: command.data.operationId,
      ownerId,
      code: 'access-revoked',
      detail: 'connect the account again',
    });
    const { status, headers, body } = await answer;
    expect(status).toBe(422);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(headers.get('location')).toBe(`/api/v1/calendar/operations/${command.data.operationId}`);
    expect(body).toMatchObject({ code: 'access-revoked', detail: 'connect the account again', status: 422 });
  });

  it('answers with the operation when the wait was too short', async () => {
    const { ownerId } = ownerWithCalendar();
    const { status, headers, body } = await connect(ownerId, { prefer: 'wait=0' });
    expect(status).toBe(202);
    expect(headers.get('preference-applied')).toBe('wait=0');
    expect(body.status).toBe('accepted');
  });

  it('names what is wrong with a body without repeating the token', async () => {
    const token = await tokenOf({ sub: 'ada' });
    const { status, body } = await gateway.ask<{ errors: { field: string }[] }>('/api/v1/calendar/connections', {
      method: 'POST',
      token,
      body: { userId: 'ada', provider: 'outlook', refreshToken: 'a secret with blanks', extra: 1 },
    });
    expect(status).toBe(400);
    expect(body.errors.map(({ field }) => field).sort()).toEqual(['extra', 'provider', 'refreshToken']);
    expect(JSON.stringify(body)).not.toContain('a secret with blanks');
    const broken = await gateway.ask('/api/v1/calendar/connections', {
      method: 'POST',
      token,
      body: '{"refreshToken": "1//very-secret',
    });
    expect(broken.status).toBe(400);
    expect(JSON.stringify(broken.body)).not.toContain('very-secret');
  });

  it("is not for another owner's account", async () => {
    expect((await connect('bob', {}, {}, { sub: 'ada' })).status).toBe(404);
  });
});

describe('a key for idempotency', () => {
  it('gives the same answer again and one command in all', async () => {
    const { ownerId } = ownerWithCalendar();
    const secret = refreshToken();
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all([1, 2, 3].map(() => connect(ownerId, key, { refreshToken: secret })));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const [{ body }] = answers as [(typeof answers)[0]];
    await gateway.tell(syncOperations, OperationSucceededV1, { operationId: body.operationId, ownerId, result: {} });
    await eventually(async () => expect((await operation(body.operationId, ownerId)).body.status).toBe('succeeded'));
    expect((await connect(ownerId, key, { refreshToken: secret })).body).toEqual(body);
    const other = await connect(ownerId);
    await commandOf(other.body.operationId);
    expect(sent.filter(({ ownerId: of, type }) => of === ownerId && type === 'ConnectAccount.v1')).toHaveLength(2);
  });

  it('is a problem when it comes with another body', async () => {
    const { ownerId } = ownerWithCalendar();
    const key = { 'idempotency-key': randomUUID() };
    await connect(ownerId, key);
    const { status, body } = await connect(ownerId, key);
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'idempotency-key-reused' });
  });

  it('belongs to the subject that sent it', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const [one, two] = [ownerWithCalendar().ownerId, ownerWithCalendar().ownerId];
    expect((await connect(one, key)).body.operationId).not.toBe((await connect(two, key)).body.operationId);
  });

  it('must be printable', async () => {
    expect((await connect('ada', { 'idempotency-key': 'a b' })).status).toBe(400);
  });
});

describe('an operation', () => {
  it('is seen by its owner alone', async () => {
    const { ownerId } = ownerWithCalendar();
    const { body } = await connect(ownerId);
    expect((await operation(body.operationId, ownerId)).status).toBe(200);
    expect((await operation(body.operationId, 'somebody-else')).status).toBe(404);
    expect((await operation(randomUUID(), ownerId)).status).toBe(404);
    expect((await operation('abc', ownerId)).status).toBe(400);
  });

  it('expires when nobody answered it within ten minutes', async () => {
    const { ownerId } = ownerWithCalendar();
    const { body } = await connect(ownerId);
    const young = await connect(ownerId);
    const database = openDatabase({ url: gateway.databaseUrl, applicationName: 'test' });
    await database.query(`UPDATE operations SET accepted_at = now() - interval '11 minutes' WHERE operation_id = $1`, [
      body.operationId,
    ]);
    await database.close();
    await gateway.app.get(OperationExpiry).expire();
    expect((await operation(body.operationId, ownerId)).body).toMatchObject({
      status: 'expired',
      problem: { code: 'expired' },
    });
    expect((await operation(young.body.operationId, ownerId)).body.status).toBe('accepted');
  });
});

describe('a client', () => {
  const client = (...scope: string[]) => ({ sub: 'acme-backend', client_id: `acme-${run}`, scope: scope.join(' ') });
  const run = randomUUID();

  it('reaches the owners that it connected itself, and nobody else', async () => {
    const { ownerId, path } = ownerWithCalendar();
    const token = await tokenOf(client('entries:read', 'connections:write'));
    expect((await gateway.ask(path('entries'), { token })).status).toBe(404);
    const { status, body } = await connect(ownerId, {}, {}, client('connections:write'));
    expect(status).toBe(202);
    expect((await commandOf(body.operationId)).data.actor).toEqual({ sub: 'acme-backend', roles: ['client'] });
    expect((await gateway.ask(path('entries'), { token })).status).toBe(200);
    expect((await gateway.ask(body.links.self, { token })).status).toBe(200);
    const rival = { sub: 'rival', client_id: `rival-${run}`, scope: 'entries:read connections:write' };
    expect((await connect(ownerId, {}, {}, rival)).status).toBe(404);
    expect((await gateway.ask(path('entries'), { token: await tokenOf(rival) })).status).toBe(404);
  });

  it('does not get hold of an owner who came by himself', async () => {
    const { ownerId } = ownerWithCalendar();
    await connect(ownerId);
    expect((await connect(ownerId, {}, {}, client('connections:write'))).status).toBe(404);
  });

  it('needs the scope', async () => {
    const { status, headers } = await connect('somebody-new', {}, {}, client('entries:read'));
    expect(status).toBe(403);
    expect(headers.get('www-authenticate')).toContain('scope="connections:write"');
  });
});

describe('connections and calendars', () => {
  it('are listed while they are there, and disconnecting hides them', async () => {
    const owner = ownerWithCalendar();
    const token = await tokenOf({ sub: owner.ownerId });
    await gateway.tell(connections, ConnectionEstablishedV1, {
      ownerId: owner.ownerId,
      connectionId: owner.connectionId,
      provider: 'google',
      account: '1234',
      accountEmail: 'ada@example.com',
      scopes: ['calendar'],
      connectedAt: '2026-11-20T08:00:00Z',
    });
    await gateway.tell(calendars, CalendarAddedV1, { ...owner.about, calendar: owner.calendar });
    const list = async (what: string) =>
      (await gateway.ask<{ items: object[] }>(`/api/v1/calendar/${what}/${owner.ownerId}`, { token })).body.items;
    await eventually(async () => {
      expect(await list('connections')).toEqual([
        {
          connectionId: owner.connectionId,
          userId: owner.ownerId,
          status: 'active',
          provider: 'google',
          account: '1234',
          accountEmail: 'ada@example.com',
          scopes: ['calendar'],
          connectedAt: '2026-11-20T08:00:00.000Z',
        },
      ]);
      expect(await list('calendars')).toMatchObject([
        { calendarId: owner.calendarId, userId: owner.ownerId, title: 'Work' },
      ]);
    });

    const disconnect = (query: string) =>
      gateway.ask<OperationDto>(`/api/v1/calendar/connections/${owner.ownerId}?${query}`, { method: 'DELETE', token });
    expect((await disconnect('')).status).toBe(400);
    expect((await disconnect(`connectionId=${randomUUID()}`)).status).toBe(404);
    const { status, body } = await disconnect(`connectionId=${owner.connectionId}&revoke=true`);
    expect(status).toBe(202);
    expect(await commandOf(body.operationId)).toMatchObject({
      type: 'DisconnectAccount.v1',
      data: { connectionId: owner.connectionId, revoke: true, actor: { sub: owner.ownerId, roles: ['owner'] } },
    });
    await gateway.tell(connections, ConnectionRemovedV1, {
      ownerId: owner.ownerId,
      connectionId: owner.connectionId,
      provider: 'google',
      removedAt: '2026-11-20T09:00:00Z',
    });
    await eventually(async () => {
      expect(await list('connections')).toEqual([]);
      expect(await list('calendars')).toEqual([]);
    });
    expect((await disconnect(`connectionId=${owner.connectionId}`)).status).toBe(404);
  });
});

describe('asking for a sync', () => {
  it('sends the command for all calendars, or for those named', async () => {
    const owner = ownerWithCalendar();
    const token = await tokenOf({ sub: owner.ownerId });
    const path = `/api/v1/calendar/sync/${owner.ownerId}`;
    const all = await gateway.ask<OperationDto>(path, { method: 'POST', token });
    expect(all.status).toBe(202);
    expect((await commandOf(all.body.operationId)).data).toEqual({
      operationId: all.body.operationId,
      ownerId: owner.ownerId,
      actor: { sub: owner.ownerId, roles: ['owner'] },
      full: false,
    });
    await gateway.tell(calendars, CalendarAddedV1, { ...owner.about, calendar: owner.calendar });
    const one = await eventually(async () => {
      const answer = await gateway.ask<OperationDto>(path, {
        method: 'POST',
        token,
        body: { calendarIds: [owner.calendarId], full: true },
      });
      expect(answer.status).toBe(202);
      return answer;
    });
    expect((await commandOf(one.body.operationId)).data).toMatchObject({ calendarIds: [owner.calendarId], full: true });
  });

  it("is a 404 for another owner's calendar", async () => {
    const [mine, his] = [ownerWithCalendar(), ownerWithCalendar()];
    await gateway.tell(calendars, CalendarAddedV1, { ...his.about, calendar: his.calendar });
    const token = await tokenOf({ sub: mine.ownerId });
    const { status } = await gateway.ask(`/api/v1/calendar/sync/${mine.ownerId}`, {
      method: 'POST',
      token,
      body: { calendarIds: [his.calendarId] },
    });
    expect(status).toBe(404);
  });
});
