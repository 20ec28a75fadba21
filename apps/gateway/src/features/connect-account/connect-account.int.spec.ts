import { randomUUID } from 'node:crypto';
import type { Message } from '@calendar-sync/contracts-envelope';
import {
  openGrant,
  OperationFailedV1,
  OperationProgressedV1,
  OperationSucceededV1,
  syncOperations,
} from '@calendar-sync/contracts-sync';
import { openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { type Claims, type Gateway, ownerWithCalendar, startGateway } from '../../gateway.fixture';
import {
  connecting,
  readWhatIsSent,
  refreshToken,
  type Sent,
  type SentCommand,
} from '../accept-commands/commands.fixture';
import type { OperationDto } from '../follow-operations/operation.dto';

jest.setTimeout(300_000);

let gateway: Gateway;
let sent: Sent;
beforeAll(async () => {
  gateway = await startGateway({ database: await startTestDatabase(), kafka: testKafka() });
  sent = await readWhatIsSent(gateway);
});
afterAll(async () => {
  await sent?.stop();
  await gateway?.stop();
});

const connect = connecting(() => gateway);
const tokenOf = (claims: Claims) => gateway.sign(claims);
const operation = async (operationId: string, sub: string) =>
  gateway.ask<OperationDto>(`/api/v1/calendar/operations/${operationId}`, { token: await tokenOf({ sub }) });
const commandOf = (operationId: string) =>
  eventually(() => {
    const command = sent.commandOf(operationId);
    expect(command).toBeDefined();
    return command as Message<SentCommand>;
  });

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
    expect([...gateway.lines, ...sent.records].filter((text) => text.includes(secret))).toEqual([]);
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
      const told = sent.publishedOf(body.operationId);
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
      const [found] = sent.connectsOf(ownerId);
      expect(found).toBeDefined();
      return found as Message<SentCommand>;
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
      const [found] = sent.connectsOf(ownerId);
      expect(found).toBeDefined();
      return found as Message<SentCommand>;
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
