import { randomBytes, randomUUID } from 'node:crypto';
import { decode, encode, type Message, type Topic } from '@calendar-sync/contracts-envelope';
import {
  calendarEntries,
  ConnectAccountV1,
  sealGrant,
  syncCommands,
  syncOperations,
  syncTopics,
} from '@calendar-sync/contracts-sync';
import {
  CalendarChangeNotifiedV1,
  calendarChanges,
  webhookIngestionTopics,
} from '@calendar-sync/contracts-webhook-ingestion';
import { startSimulator, type Simulator } from '@calendar-sync/google-calendar-simulator';
import { createKafka, createTopics, type Kafka } from '@calendar-sync/kafka';
import { createLogger, migrate, openService, type RunningService } from '@calendar-sync/service-host';
import { eventually, startTestDatabase, type TestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { SyncModule } from './sync.module';
import { sync } from './sync.service';
import { type GoogleAccount, meeting, simulatedGoogle } from './testing/google-account';

const OWNER = 'ada';
const base64url = (bytes: Buffer) => bytes.toString('base64url');

describe('the sync service on its topics', () => {
  const { brokers, topicPrefix } = testKafka();
  const logger = createLogger({ service: 'test', level: 'silent' });
  const kafka: Kafka = createKafka({ brokers, clientId: 'test', logger });
  const producer = kafka.producer({ idempotent: false });
  const consumer = kafka.consumer({ groupId: `${topicPrefix}reader`, maxWaitTimeInMs: 50 });
  const received: { topic: string; message: Message }[] = [];
  const sequences = new Map<string, number>();
  let simulator: Simulator;
  let testDatabase: TestDatabase;
  let service: RunningService;
  let ada: GoogleAccount;
  let publicKey: JWK;

  const send = async (topic: Topic<readonly never[]> | Topic, type: string, data: object, source: string) => {
    const key = topic.keyOf(data);
    const sequence = (sequences.get(topic.name + key) ?? 0) + 1;
    sequences.set(topic.name + key, sequence);
    const message = encode(topic, {
      id: randomUUID(),
      source,
      type,
      time: new Date().toISOString(),
      key,
      sequence,
      epoch: 1,
      data,
      correlationId: 'followed-through',
    });
    await producer.send({ topic: topicPrefix + topic.name, acks: -1, messages: [message] });
  };
  const of = (topic: Topic<never> | { name: string }, type: string) =>
    received.filter((one) => one.topic === topic.name && one.message.type === type).map(({ message }) => message);

  beforeAll(async () => {
    [simulator, testDatabase] = await Promise.all([startSimulator(), startTestDatabase()]);
    await createTopics(kafka, [...syncTopics, ...webhookIngestionTopics], {
      prefix: topicPrefix,
      replicationFactor: 1,
      partitions: 2,
      replaysFor: { consumer: 'sync', topics: [calendarChanges] },
    });
    const pair = await generateKeyPair('ECDH-ES', { extractable: true });
    publicKey = { ...(await exportJWK(pair.publicKey)), kid: 'k1' };
    const environment = {
      SYNC_DATABASE_URL: testDatabase.url,
      SYNC_PORT: '0',
      KAFKA_BROKERS: brokers.join(','),
      TOPIC_PREFIX: topicPrefix,
      LOG_LEVEL: process.env['SYNC_TEST_LOG'] ?? 'silent',
      GOOGLE_CLIENT_ID: 'test',
      GOOGLE_CLIENT_SECRET: 'test',
      GOOGLE_API_ROOT_URL: `${simulator.url}/`,
      GOOGLE_OAUTH_TOKEN_URL: `${simulator.url}/token`,
      GOOGLE_OAUTH_REVOKE_URL: `${simulator.url}/revoke`,
      CREDENTIAL_KEYS: `1:${base64url(randomBytes(32))}`,
      CHANNEL_TOKEN_KEYS: `1:${base64url(randomBytes(32))}`,
      SEALING_PRIVATE_KEYS: JSON.stringify([{ ...(await exportJWK(pair.privateKey)), kid: 'k1' }]),
    };
    await migrate(sync, environment);
    service = await openService(SyncModule, sync, { environment });
    await producer.connect();
    await consumer.connect();
    await consumer.subscribe({
      topics: syncTopics.map(({ name }) => topicPrefix + name),
      fromBeginning: true,
    });
    await consumer.run({
      eachMessage: async ({ topic, message }) => {
        const name = topic.slice(topicPrefix.length);
        const decoded = decode(
          syncTopics.find((known) => known.name === name)!,
          message,
        );
        if (decoded.outcome !== 'message') throw new Error(`${name}: ${JSON.stringify(decoded)}`);
        received.push({ topic: name, message: decoded.message });
      },
    });
    ada = await simulatedGoogle(simulator.url).account('ada@example.com');
  }, 300_000);

  afterAll(async () => {
    await consumer.disconnect();
    await producer.disconnect();
    await service.stop();
    await simulator.close();
    await testDatabase.drop();
  });

  test('a command to connect leads to entries on the topic, and a push to the next change', async () => {
    const { id } = await ada.add(meeting('Stand-up'));
    const connectionId = randomUUID();
    const operationId = randomUUID();
    await send(
      syncCommands,
      ConnectAccountV1.type,
      {
        operationId,
        ownerId: OWNER,
        actor: { sub: OWNER, roles: ['owner'] },
        connectionId,
        provider: 'google',
        sealedGrant: await sealGrant(publicKey, { connectionId, refreshToken: ada.refreshToken }),
      },
      '/calendar-sync/gateway',
    );
    const added = await eventually(
      () => of(calendarEntries, 'EntryAdded.v1').find(({ data }) => JSON.stringify(data).includes('Stand-up')),
      { timeoutMs: 60_000 },
    );
    expect(added.ownerId).toBe(OWNER);
    const done = await eventually(() => of(syncOperations, 'OperationSucceeded.v1')[0]);
    expect(done).toMatchObject({ key: operationId, correlationId: 'followed-through' });
    expect(JSON.stringify(received)).not.toContain(ada.refreshToken);

    await ada.patch(id, { summary: 'Daily' });
    const calendarId = added.key;
    const notificationId = randomUUID();
    await send(
      calendarChanges,
      CalendarChangeNotifiedV1.type,
      {
        notificationId,
        calendarId,
        channelId: 'channel',
        resourceId: 'resource',
        resourceState: 'exists',
        receivedAt: new Date().toISOString(),
      },
      '/calendar-sync/webhook-ingestion',
    );
    const changed = await eventually(() => of(calendarEntries, 'EntryChanged.v1')[0]);
    expect(changed.correlationId).toBe('followed-through');
    expect(changed.data).toMatchObject({ changed: [{ field: 'title', old: 'Stand-up', new: 'Daily' }] });
    const sequence = received
      .filter(({ topic, message }) => topic === calendarEntries.name && message.key === calendarId)
      .map(({ message }) => message.sequence);
    expect(sequence).toEqual(sequence.map((_, index) => index + 1));
  });

  test('says that it is ready', async () => {
    const answer = await fetch(`${service.url}/health/ready`);
    expect([answer.status, await answer.json()]).toMatchObject([200, { status: 'ok' }]);
  });
});
