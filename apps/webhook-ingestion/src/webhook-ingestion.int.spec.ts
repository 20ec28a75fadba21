import { randomBytes, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { decode, encode, type Message } from '@calendar-sync/contracts-envelope';
import { calendarSyncs } from '@calendar-sync/contracts-sync';
import {
  calendarChanges,
  type CalendarChangeNotifiedV1,
  channelToken,
  webhookIngestionTopics,
} from '@calendar-sync/contracts-webhook-ingestion';
import { type Database, openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { createKafka, createTopics } from '@calendar-sync/kafka';
import { createLogger, migrate, openService, type RunningService } from '@calendar-sync/service-host';
import { eventually, startTestDatabase, type TestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { WebhookIngestionModule } from './webhook-ingestion.module';
import { webhookIngestion } from './webhook-ingestion.service';
import { forgetOlderThan } from './webhook-logs';

const keys = new Map([[1, randomBytes(32)]]);
const { brokers, topicPrefix } = testKafka();
const silent = createLogger({ service: 'test', level: 'silent' });
const kafka = createKafka({ brokers, clientId: 'test', logger: silent });
const WINDOW_MS = 300;

interface LogRow {
  notification_id: string;
  status: string;
  coalesced_into: string | null;
  owner_id: string | null;
  error: string | null;
  processed_at: Date | null;
  received_at: Date;
}

describe('webhook ingestion', () => {
  const lines: string[] = [];
  const published: Message<CalendarChangeNotifiedV1>[] = [];
  const consumer = kafka.consumer({ groupId: `${topicPrefix}reader`, maxWaitTimeInMs: 100 });
  const producer = kafka.producer();
  let testDatabase: TestDatabase;
  let database: Database;
  let environment: Record<string, string>;
  let running: RunningService;

  beforeAll(async () => {
    testDatabase = await startTestDatabase();
    environment = {
      WEBHOOK_INGESTION_DATABASE_URL: testDatabase.url,
      WEBHOOK_PORT: '0',
      KAFKA_BROKERS: brokers.join(','),
      TOPIC_PREFIX: topicPrefix,
      CHANNEL_TOKEN_KEYS: `1:${keys.get(1)!.toString('base64url')}`,
      PUSH_WINDOW_MS: String(WINDOW_MS),
      UNVERIFIED_PER_MINUTE: '5',
    };
    await createTopics(kafka, [...webhookIngestionTopics, calendarSyncs], {
      prefix: topicPrefix,
      replicationFactor: 1,
      partitions: 2,
      replaysFor: { consumer: webhookIngestion.name, topics: [calendarSyncs] },
    });
    await migrate(webhookIngestion, environment);
    database = openDatabase({ url: testDatabase.url, applicationName: 'test' });
    await consumer.connect();
    await consumer.subscribe({ topic: topicPrefix + calendarChanges.name, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        const decoded = decode(calendarChanges, message);
        if (decoded.outcome !== 'message') throw new Error(JSON.stringify(decoded));
        published.push(decoded.message as Message<CalendarChangeNotifiedV1>);
      },
    });
    await producer.connect();
  });
  afterAll(async () => {
    await Promise.all([consumer.disconnect(), producer.disconnect()]);
    await database.close();
    await testDatabase.drop();
  });
  beforeEach(async () => {
    lines.length = 0;
    running = await openService(WebhookIngestionModule, webhookIngestion, {
      environment,
      logDestination: { write: (line: string) => void lines.push(line) },
    });
  });
  afterEach(() => running.stop());

  const channel = (calendarId: string = randomUUID()) => {
    const channelId = randomUUID();
    return { calendarId, channelId, token: channelToken(keys, channelId, calendarId) };
  };
  /** As Google sends it: no body, and a content type that is none. */
  const push = (
    to: { channelId: string; token?: string },
    headers: Record<string, string> = {},
    body = '',
    url = running.url,
  ) =>
    new Promise<{ status: number; retryAfter: string | undefined }>((resolve, reject) => {
      const sending = httpRequest(
        `${url}/webhooks/google`,
        {
          method: 'POST',
          headers: {
            'content-type': 'application/json; utf-8',
            'content-length': String(Buffer.byteLength(body)),
            'user-agent': 'APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)',
            'x-goog-channel-id': to.channelId,
            'x-goog-message-number': '10',
            'x-goog-resource-id': 'o3hgv1538sdjfh',
            'x-goog-resource-state': 'exists',
            'x-goog-resource-uri': 'https://www.googleapis.com/calendar/v3/calendars/primary/events?alt=json',
            'x-goog-channel-expiration': 'Tue, 19 Nov 2030 01:13:52 GMT',
            ...(to.token !== undefined && { 'x-goog-channel-token': to.token }),
            ...headers,
          },
        },
        (response) => {
          response.resume();
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] }),
          );
        },
      );
      sending.on('error', reject);
      sending.end(body);
    });
  const messagesOf = ({ calendarId }: { calendarId: string }) => published.filter(({ key }) => key === calendarId);
  const logOf = async ({ calendarId }: { calendarId: string }) =>
    (
      await database.query<LogRow>(
        'SELECT * FROM calendar_webhook_logs WHERE calendar_id = $1 ORDER BY received_at, coalesced_into NULLS FIRST',
        [calendarId],
      )
    ).rows;
  /** By the clock that windows run on. */
  const expectOneMessagePerWindow = async ({ calendarId }: { calendarId: string }) => {
    const { rows } = await database.query<{ ends: number }>(
      `SELECT (data->>'windowEndsAt')::float8 AS ends FROM events WHERE key = $1 ORDER BY sequence`,
      [calendarId],
    );
    for (const [index, { ends }] of rows.entries())
      if (index > 0) expect(ends - rows[index - 1]!.ends).toBeGreaterThanOrEqual(WINDOW_MS);
  };
  const speaksFor = (of: { calendarId: string }) =>
    messagesOf(of).reduce((sum, { data }) => sum + 1 + (data.coalesced ?? 0), 0);
  const totals = async () => {
    const { rows } = await database.query<{ logs: string; events: string }>(
      'SELECT (SELECT count(*) FROM calendar_webhook_logs) AS logs, (SELECT count(*) FROM events) AS events',
    );
    return rows[0];
  };

  it('answers a push with 200 once it is stored, and publishes it under its calendar', async () => {
    const own = channel();
    await expect(push(own)).resolves.toMatchObject({ status: 200 });
    const [log] = await logOf(own);
    expect(log).toMatchObject({
      status: 'received',
      channel_id: own.channelId,
      resource_id: 'o3hgv1538sdjfh',
      message_number: '10',
    });
    await eventually(() => messagesOf(own).length === 1);
    const [message] = messagesOf(own);
    expect(message).toMatchObject({
      source: '/calendar-sync/webhook-ingestion',
      type: 'CalendarChangeNotified.v1',
      subject: own.channelId,
      sequence: 1,
      correlationId: log?.notification_id,
      traceparent: expect.stringMatching(/^00-/),
    });
    expect(message?.data).toEqual({
      notificationId: log?.notification_id,
      calendarId: own.calendarId,
      channelId: own.channelId,
      resourceId: 'o3hgv1538sdjfh',
      resourceState: 'exists',
      messageNumber: 10,
      channelExpiresAt: '2030-11-19T01:13:52.000Z',
      receivedAt: expect.stringMatching(/Z$/),
    });
  });

  it.each<[string, Record<string, string>, string]>([
    ['with a body that is no JSON', {}, '{'],
    ['with an unknown content type', { 'content-type': 'application/x-unknown' }, 'x'],
    ['with a content type that is none', { 'content-type': 'nonsense' }, 'x'],
    [
      'without a message number and an expiration',
      { 'x-goog-message-number': '', 'x-goog-channel-expiration': '' },
      '',
    ],
    ['with an expiration that is no date', { 'x-goog-channel-expiration': 'soon' }, ''],
    ['without a resource id and a state', { 'x-goog-resource-id': '', 'x-goog-resource-state': '' }, ''],
    ['with a resource id far too long', { 'x-goog-resource-id': 'x'.repeat(2_000) }, ''],
  ])('takes a verified push %s', async (_what, headers, body) => {
    const own = channel();
    await expect(push(own, headers, body)).resolves.toMatchObject({ status: 200 });
    await eventually(() => messagesOf(own).length === 1);
  });

  it('refuses a body beyond any push with 413', async () => {
    await expect(push(channel(), {}, 'x'.repeat(20_000))).resolves.toMatchObject({ status: 413 });
  });

  it('answers what does not verify with 404, stores nothing of it, and soon with 429', async () => {
    const before = await totals();
    const own = channel();
    await expect(push({ channelId: own.channelId })).resolves.toMatchObject({ status: 404 });
    await expect(push({ channelId: 'another', token: own.token })).resolves.toMatchObject({ status: 404 });
    const forged = channelToken(new Map([[1, randomBytes(32)]]), own.channelId, own.calendarId);
    await expect(push({ channelId: own.channelId, token: forged })).resolves.toMatchObject({ status: 404 });
    for (const _ of [4, 5]) await expect(push({ channelId: 'x', token: 'y' })).resolves.toMatchObject({ status: 404 });
    await expect(push({ channelId: 'x', token: 'y' })).resolves.toEqual({ status: 429, retryAfter: '60' });
    expect(await totals()).toEqual(before);
    await expect(push(own)).resolves.toMatchObject({ status: 200 });
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    expect(metrics).toMatch(/webhook_pushes_total\{outcome="unverified",service="webhook-ingestion"\} 6/);
    expect(lines.join()).not.toContain(own.token);
    expect(lines.join()).not.toContain(forged);
  });

  it('answers every push of a storm with 200, sends few messages, counts each push once, and one message follows the last', async () => {
    const own = channel();
    const answers = await Promise.all(Array.from({ length: 300 }, () => push(own)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await eventually(() => speaksFor(own) === 300);
    const sent = messagesOf(own);
    expect(sent.length).toBeGreaterThan(1);
    await expectOneMessagePerWindow(own);
    expect(sent.map(({ sequence }) => sequence)).toEqual(sent.map((_message, index) => index + 1));
    const rows = await logOf(own);
    expect(rows).toHaveLength(300);
    const ids = new Set(sent.map(({ data }) => data.notificationId));
    for (const { notification_id, status, coalesced_into } of rows) {
      expect({ notification_id, sent: ids.has(coalesced_into ?? notification_id), status }).toEqual({
        notification_id,
        sent: true,
        status: coalesced_into === null ? 'received' : 'coalesced',
      });
    }
    const lastPushAt = Math.max(...rows.map(({ received_at }) => received_at.getTime()));
    expect(Date.parse(sent.at(-1)!.time)).toBeGreaterThanOrEqual(lastPushAt);
  });

  it('counts each push once and keeps one order when replicas take the pushes of one channel', async () => {
    const own = channel();
    const other = await openService(WebhookIngestionModule, webhookIngestion, {
      environment,
      logDestination: { write: () => undefined },
    });
    try {
      const answers = await Promise.all(
        Array.from({ length: 120 }, (_, index) => push(own, {}, '', index % 2 === 0 ? running.url : other.url)),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      await eventually(() => speaksFor(own) === 120);
    } finally {
      await other.stop();
    }
    const sent = messagesOf(own);
    expect(sent.map(({ sequence }) => sequence)).toEqual(sent.map((_message, index) => index + 1));
    await expectOneMessagePerWindow(own);
  });

  it('sends a message of its own for a push that comes after the message before it left', async () => {
    const own = channel();
    await push(own);
    await eventually(() => messagesOf(own).length === 1);
    // Whatever sync read for the first message, it may have read before this one's change.
    const sentAt = Date.now();
    await push(own);
    await eventually(() => messagesOf(own).length === 2);
    expect(Date.parse(messagesOf(own)[1]!.time)).toBeGreaterThanOrEqual(sentAt);
  });

  it('does not let the opening word of a channel and its changes hold each other up', async () => {
    const own = channel();
    await Promise.all([push(own, { 'x-goog-resource-state': 'sync', 'x-goog-message-number': '1' }), push(own)]);
    await eventually(() => messagesOf(own).length === 2);
    expect(new Set(messagesOf(own).map(({ data }) => data.resourceState))).toEqual(new Set(['sync', 'exists']));
    for (const { data } of messagesOf(own)) expect(data.coalesced).toBeUndefined();
  });

  it('sends what was held back although the process that held it ended', async () => {
    const own = channel();
    await push(own);
    await push(own);
    await running.stop();
    running = await openService(WebhookIngestionModule, webhookIngestion, {
      environment,
      logDestination: { write: (line: string) => void lines.push(line) },
    });
    await eventually(() => messagesOf(own).length === 2);
  });

  it('follows what became of a notification, and of the pushes that it spoke for', async () => {
    const own = channel();
    await Promise.all([push(own), push(own), push(own)]);
    await eventually(() => speaksFor(own) === 3);
    const ids = messagesOf(own).map(({ data }) => data.notificationId);
    const last = ids.at(-1)!;
    const about = { ownerId: 'ada', connectionId: randomUUID(), calendarId: own.calendarId };
    const report = (type: string, sequence: number, data: object) => {
      const { key, value, headers } = encode(calendarSyncs, {
        id: randomUUID(),
        source: '/calendar-sync/sync',
        type,
        time: new Date().toISOString(),
        key: own.calendarId,
        sequence,
        epoch: 1,
        data,
      });
      return producer.send({ topic: topicPrefix + calendarSyncs.name, messages: [{ key, value, headers }] });
    };
    await report('NotificationFailed.v1', 1, {
      ...about,
      notificationIds: [last],
      failedAt: new Date().toISOString(),
      failure: 'ProviderUnavailable',
    });
    await eventually(async () => (await logOf(own)).some(({ status }) => status === 'failed'));
    expect((await logOf(own)).find(({ notification_id }) => notification_id === last)).toMatchObject({
      error: 'ProviderUnavailable',
      processed_at: null,
    });
    await report('NotificationProcessed.v1', 2, {
      ...about,
      notificationIds: ids,
      processedAt: '2026-03-01T10:00:00Z',
      outcome: 'synced',
    });
    await eventually(async () => (await logOf(own)).every(({ processed_at }) => processed_at !== null));
    const rows = await logOf(own);
    expect(rows).toHaveLength(3);
    for (const row of rows) {
      const status = row.coalesced_into === null ? 'processed' : 'coalesced';
      expect(row).toMatchObject({ status, owner_id: 'ada', error: null });
    }
  });

  it('forgets pushes and notifications older than it keeps them, and nothing younger', async () => {
    const old = channel();
    const young = channel();
    await Promise.all([push(old), push(young)]);
    await eventually(() => messagesOf(old).length === 1 && messagesOf(young).length === 1);
    await database.query(
      `UPDATE calendar_webhook_logs SET received_at = now() - interval '31 days' WHERE calendar_id = $1`,
      [old.calendarId],
    );
    await database.query(`UPDATE events SET recorded_at = now() - interval '31 days' WHERE key = $1`, [old.calendarId]);
    await forgetOlderThan(database, 30);
    expect(await logOf(old)).toEqual([]);
    expect(await logOf(young)).toHaveLength(1);
    const { rows } = await database.query<{ key: string }>('SELECT key FROM events WHERE key = ANY ($1)', [
      [old.calendarId, young.calendarId],
    ]);
    expect(rows).toEqual([{ key: young.calendarId }]);
  });

  it('answers 503 when it can store nothing, and 200 again as soon as it can', async () => {
    const own = channel();
    await database.query('ALTER TABLE push_bursts RENAME TO push_bursts_away');
    await expect(push(own)).resolves.toEqual({ status: 503, retryAfter: '5' });
    await database.query('ALTER TABLE push_bursts_away RENAME TO push_bursts');
    await expect(push(own)).resolves.toMatchObject({ status: 200 });
    expect(await logOf(own)).toHaveLength(1);
  });
});
