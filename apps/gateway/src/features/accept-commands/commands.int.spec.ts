import { randomUUID } from 'node:crypto';
import type { Message } from '@calendar-sync/contracts-envelope';
import {
  CalendarAddedV1,
  calendars,
  ConnectionEstablishedV1,
  ConnectionRemovedV1,
  connections,
  OperationSucceededV1,
  syncOperations,
} from '@calendar-sync/contracts-sync';
import { openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { type Claims, type Gateway, ownerWithCalendar, startGateway } from '../../gateway.fixture';
import type { OperationDto } from '../follow-operations/operation.dto';
import { OperationExpiry } from '../follow-operations/operation-expiry';
import { connecting, readWhatIsSent, refreshToken, type Sent, type SentCommand } from './commands.fixture';

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
    expect(sent.connectsOf(ownerId)).toHaveLength(2);
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
