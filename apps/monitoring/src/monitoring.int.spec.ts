import { randomUUID } from 'node:crypto';
import { decode, encode, type Message, type Topic } from '@calendar-sync/contracts-envelope';
import { calendarHealth, type CalendarHealthChangedV1, monitoringTopics } from '@calendar-sync/contracts-monitoring';
import { calendars, calendarSyncs, connections } from '@calendar-sync/contracts-sync';
import { calendarChanges } from '@calendar-sync/contracts-webhook-ingestion';
import { type Database, openDatabase, rebuildProjection } from '@calendar-sync/event-sourcing-postgres';
import { createKafka, createTopics } from '@calendar-sync/kafka';
import { createLogger, migrate, openService, type RunningService } from '@calendar-sync/service-host';
import { eventually, startTestDatabase, type TestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { forgetOlderThan } from './features/forget-old-messages/log-retention';
import { MonitoringModule } from './monitoring.module';
import { monitoring } from './monitoring.service';
import { calendarMonitoringResults } from './projections/calendar-monitoring-results.projection';

jest.setTimeout(300_000);

const { brokers, topicPrefix } = testKafka();
const kafka = createKafka({ brokers, clientId: 'test', logger: createLogger({ service: 'test', level: 'silent' }) });
const producer = kafka.producer();
const consumer = kafka.consumer({ groupId: `${topicPrefix}reader`, maxWaitTimeInMs: 250 });
const published: Message<CalendarHealthChangedV1>[] = [];
let server: TestDatabase;
let database: Database;
let service: RunningService;

beforeAll(async () => {
  server = await startTestDatabase();
  database = openDatabase({ url: server.url, applicationName: 'test' });
  const environment = {
    MONITORING_DATABASE_URL: server.url,
    MONITORING_PORT: '0',
    KAFKA_BROKERS: brokers.join(','),
    TOPIC_PREFIX: topicPrefix,
    LOG_LEVEL: 'silent',
  };
  await createTopics(kafka, [...monitoring.subscriptions, ...monitoringTopics], {
    prefix: topicPrefix,
    replicationFactor: 1,
    partitions: 2,
    replaysFor: { consumer: 'monitoring', topics: monitoring.subscriptions },
  });
  await migrate(monitoring, environment);
  await producer.connect();
  await consumer.connect();
  await consumer.subscribe({ topic: topicPrefix + calendarHealth.name, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      const decoded = decode(calendarHealth, message);
      if (decoded.outcome === 'message') published.push(decoded.message as Message<CalendarHealthChangedV1>);
      return Promise.resolve();
    },
  });
  service = await openService(MonitoringModule, monitoring, { environment });
});

afterAll(async () => {
  await service?.stop();
  await consumer.disconnect();
  await producer.disconnect();
  await database.close();
  await server.drop();
});

const sequences = new Map<string, number>();

async function send(topic: Topic, type: string, data: object, correlationId?: string) {
  const key = topic.keyOf(data);
  const counter = `${topic.name} ${key}`;
  const sequence = (sequences.get(counter) ?? 0) + 1;
  sequences.set(counter, sequence);
  const message = encode(topic, {
    id: randomUUID(),
    source: `/calendar-sync/${topic.name.split('.', 1)[0]}`,
    type,
    time: new Date().toISOString(),
    key,
    sequence,
    epoch: 1,
    data,
    ...('ownerId' in data && typeof data.ownerId === 'string' && { ownerId: data.ownerId }),
    ...(correlationId !== undefined && { correlationId }),
  });
  await producer.send({ topic: topicPrefix + topic.name, messages: [message, message] }); // everything comes twice
}

interface About {
  ownerId: string;
  connectionId: string;
  calendarId: string;
}
const newCalendar = (connectionId: string = randomUUID()): About => ({
  ownerId: 'ada',
  connectionId,
  calendarId: randomUUID(),
});

const connected = ({ ownerId, connectionId }: About) =>
  send(connections, 'ConnectionEstablished.v1', {
    ownerId,
    connectionId,
    provider: 'google',
    account: 'ada',
    scopes: [],
    connectedAt: '2026-01-05T08:00:00Z',
  });
const suspended = ({ ownerId, connectionId }: About) =>
  send(connections, 'ConnectionSuspended.v1', { ownerId, connectionId, reason: 'access-revoked' });
const added = (about: About) =>
  send(calendars, 'CalendarAdded.v1', {
    ...about,
    calendar: {
      ...about,
      provider: 'google',
      providerCalendarId: 'ada@example.com',
      title: 'Ada',
      timeZone: 'Europe/Berlin',
      accessRole: 'owner',
      primary: true,
      hidden: false,
    },
  });
const pushed = ({ calendarId }: About, receivedAt: string, correlationId: string) =>
  send(
    calendarChanges,
    'CalendarChangeNotified.v1',
    {
      notificationId: randomUUID(),
      calendarId,
      channelId: 'channel',
      resourceId: 'resource',
      resourceState: 'exists',
      receivedAt,
    },
    correlationId,
  );
const synced = (about: About, finishedAt: string, notifiedAt?: string) =>
  send(calendarSyncs, 'CalendarSynced.v1', {
    ...about,
    pullId: randomUUID(),
    kind: 'incremental',
    trigger: notifiedAt ? 'notification' : 'poll',
    startedAt: finishedAt,
    finishedAt,
    pages: 1,
    items: 1,
    added: 1,
    changed: 0,
    cancelled: 0,
    ...(notifiedAt && { notifiedAt }),
  });
const failed = (about: About, failedAt: string, consecutiveFailures: number) =>
  send(calendarSyncs, 'CalendarSyncFailed.v1', {
    ...about,
    trigger: 'poll',
    failedAt,
    failure: 'ProviderUnavailable',
    consecutiveFailures,
    parked: false,
  });

const told = ({ calendarId }: About) => published.filter(({ key }) => key === calendarId);
const row = async ({ calendarId }: About) =>
  (
    await database.query<{
      owner_id: string | null;
      outcomes: string;
      last_push_at: Date | null;
      sync_delay_ms: string | null;
    }>('SELECT * FROM calendar_monitoring_results WHERE calendar_id = $1', [calendarId])
  ).rows[0];
const outcomes = async (about: About, expected: string) =>
  eventually(async () => (await row(about))?.outcomes === expected, { timeoutMs: 60_000 });
/** As if a minute had gone by since the last report. */
const aMinuteGoesBy = ({ calendarId }: About) =>
  database.query(
    `UPDATE calendar_health_reports SET reported_at = reported_at - interval '1 minute', due_at = due_at - interval '1 minute' WHERE calendar_id = $1`,
    [calendarId],
  );

it('tells of a calendar once it is known, at once of its failures, and of its figures when the minute is over', async () => {
  const calendar = newCalendar();
  await added(calendar);
  await eventually(() => told(calendar).length === 1, { timeoutMs: 60_000 });
  expect(told(calendar)[0]).toMatchObject({
    source: '/calendar-sync/monitoring',
    sequence: 1,
    ownerId: 'ada',
    data: { ...calendar, status: 'healthy', consecutiveFailures: 0, errorRate: 0 },
  });

  await synced(calendar, '2026-01-05T09:00:01.500Z', '2026-01-05T09:00:00Z');
  await synced(calendar, '2026-01-05T09:05:00Z');
  await outcomes(calendar, 'ss');
  await failed(calendar, '2026-01-05T09:10:00Z', 1);
  await eventually(() => told(calendar).length === 2, { timeoutMs: 60_000 });
  expect(told(calendar)[1]!.data).toEqual({
    ...calendar,
    status: 'healthy',
    lastPushAt: '2026-01-05T09:00:00.000Z',
    lastSyncAt: '2026-01-05T09:05:00.000Z',
    lastFailureAt: '2026-01-05T09:10:00.000Z',
    lastFailure: 'ProviderUnavailable',
    syncDelayMs: 1500,
    consecutiveFailures: 1,
    errorRate: 1 / 3,
  });

  await pushed(calendar, '2026-01-05T09:11:00Z', 'push-1');
  await eventually(async () => (await row(calendar))?.last_push_at?.toISOString() === '2026-01-05T09:11:00.000Z', {
    timeoutMs: 60_000,
  });
  await aMinuteGoesBy(calendar);
  await eventually(() => told(calendar).length === 3, { timeoutMs: 60_000 });
  expect(told(calendar)[2]).toMatchObject({ sequence: 3, data: { lastPushAt: '2026-01-05T09:11:00.000Z' } });
});

it('says that a calendar fails after three failures in a row, and that it recovered, with what caused it', async () => {
  const calendar = newCalendar();
  for (const failures of [1, 2, 3]) await failed(calendar, `2026-01-05T09:0${failures}:00Z`, failures);
  await eventually(() => told(calendar).at(-1)?.data.status === 'failing', { timeoutMs: 60_000 });
  await synced(calendar, '2026-01-05T10:00:00Z');
  await eventually(() => told(calendar).at(-1)?.data.status === 'healthy', { timeoutMs: 60_000 });
  expect(told(calendar).at(-1)!.data).toMatchObject({ consecutiveFailures: 0, errorRate: 0.75 });
  expect(told(calendar).map(({ sequence }) => sequence)).toEqual(told(calendar).map((_, index) => index + 1));
});

it('keeps a push of a calendar that it has not heard of, and tells of it once its owner is known', async () => {
  const calendar = newCalendar();
  await pushed(calendar, '2026-01-05T09:00:00Z', 'push-2');
  await eventually(async () => (await row(calendar)) !== undefined, { timeoutMs: 60_000 });
  expect(await row(calendar)).toMatchObject({ owner_id: null });
  await added(calendar);
  await eventually(() => told(calendar).length === 1, { timeoutMs: 60_000 });
  expect(told(calendar)[0]!.data.lastPushAt).toBe('2026-01-05T09:00:00.000Z');
});

it('says of every calendar of a suspended account that it fails, until the account is connected again', async () => {
  const [one, two] = [newCalendar(), newCalendar()] as [About, About];
  two.connectionId = one.connectionId;
  await connected(one);
  await Promise.all([added(one), added(two)]);
  await eventually(() => told(one).length === 1 && told(two).length === 1, { timeoutMs: 60_000 });
  await suspended(one);
  for (const calendar of [one, two]) {
    await eventually(() => told(calendar).at(-1)?.data.status === 'failing', { timeoutMs: 60_000 });
    expect(told(calendar).at(-1)!.data.lastFailure).toBe('access-revoked');
  }
  await connected(one);
  for (const calendar of [one, two]) {
    await eventually(() => told(calendar).at(-1)?.data.status === 'healthy', { timeoutMs: 60_000 });
  }
});

it('folds the same results again from its own log', async () => {
  const calendar = newCalendar();
  await added(calendar);
  await synced(calendar, '2026-01-05T09:00:01.500Z', '2026-01-05T09:00:00Z');
  await outcomes(calendar, 's');
  const { comparison } = await rebuildProjection(database, calendarMonitoringResults);
  expect(comparison).toMatchObject({ onlyBefore: 0, onlyAfter: 0, different: 0 });
  expect(comparison!.rows.after).toBeGreaterThan(0);
});

it('forgets old messages, and goes on telling of a calendar afterwards', async () => {
  const calendar = newCalendar();
  await added(calendar);
  await eventually(() => told(calendar).length === 1, { timeoutMs: 60_000 }); // two topics: either may come first
  await failed(calendar, '2026-01-05T09:00:00Z', 1);
  await eventually(() => told(calendar).length === 2, { timeoutMs: 60_000 });
  await database.query(
    `UPDATE events SET recorded_at = recorded_at - interval '40 days' WHERE stream_id LIKE '%' || $1`,
    [calendar.calendarId],
  );
  expect(await forgetOlderThan(database, 30)).toBeGreaterThan(0);
  const { rows } = await database.query<{ type: string }>(
    `SELECT type FROM events WHERE stream_id LIKE '%' || $1 ORDER BY type`,
    [calendar.calendarId],
  );
  expect(rows.map(({ type }) => type)).toEqual(['CalendarAdded.v1', 'CalendarHealthChanged']);
  await synced(calendar, '2026-01-05T10:00:00Z');
  await eventually(() => told(calendar).length === 3, { timeoutMs: 60_000 });
  expect(told(calendar)[2]!.sequence).toBe(3);
});
