import { randomUUID } from 'node:crypto';
import { encode } from '@calendar-sync/contracts-envelope';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { createKafka, createTopics, type KafkaConsumerStrategy } from '@calendar-sync/kafka';
import { eventually, startTestDatabase, type TestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { ConfigError } from '../config/load-config';
import { createLogger } from '../logging/logger';
import { ExampleModule, exampleService, seen, slowRequest, things } from './example-service.fixture';
import { openService, type RunningService } from './open-service';
import { migrate } from './run-migrations';
import { CONSUMER, DATABASE } from './tokens';

describe('a running service', () => {
  const { brokers, topicPrefix } = testKafka();
  const kafka = createKafka({ brokers, clientId: 'test', logger: createLogger({ service: 'test', level: 'silent' }) });
  const lines: string[] = [];
  const logDestination = { write: (line: string) => void lines.push(line) };
  let testDatabase: TestDatabase;
  let environment: Record<string, string>;
  let running: RunningService;

  beforeAll(async () => {
    testDatabase = await startTestDatabase();
    environment = {
      EXAMPLE_DATABASE_URL: testDatabase.url,
      EXAMPLE_PORT: '0',
      KAFKA_BROKERS: brokers.join(','),
      TOPIC_PREFIX: topicPrefix,
    };
    const kafka = createKafka({
      brokers,
      clientId: 'test',
      logger: createLogger({ service: 'test', level: 'silent' }),
    });
    await createTopics(kafka, [things], {
      prefix: topicPrefix,
      replicationFactor: 1,
      partitions: 2,
      replaysFor: { consumer: 'example', topics: [things] },
    });
  });
  afterAll(() => testDatabase.drop());

  beforeEach(async () => {
    await migrate(exampleService, environment);
    lines.length = 0;
    seen.length = 0;
    running = await openService(ExampleModule, exampleService, { environment, logDestination });
  });
  afterEach(() => running.stop());

  const get = async (path: string) => {
    const response = await fetch(`${running.url}${path}`);
    const text = await response.text();
    return { status: response.status, text };
  };
  const readiness = async () => {
    const { status, text } = await get('/health/ready');
    const { parts, ...rest } = JSON.parse(text) as { status: string; parts: Record<string, string> };
    return { code: status, ...rest, parts };
  };

  it('is live, and ready once its database, its consumer and its relay are', async () => {
    await expect(get('/health/live')).resolves.toMatchObject({ status: 200 });
    await eventually(async () =>
      expect(await readiness()).toEqual({
        code: 200,
        status: 'ok',
        parts: { service: 'ok', database: 'ok', relay: 'ok', consumer: 'ok' },
      }),
    );
  });

  it('shows its figures', async () => {
    const { status, text } = await get('/metrics');
    expect(status).toBe(200);
    expect(text).toMatch(/process_cpu_seconds_total\{service="example"\}/);
  });

  it('answers what it does not know with a problem', async () => {
    const response = await fetch(`${running.url}/nowhere`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toMatch('application/problem+json');
  });

  it('logs requests under the trace that they came with', async () => {
    await fetch(`${running.url}/hello`, {
      headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    });
    const line = lines.find((text) => text.includes('greeting')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', service: 'example' });
  });

  it('handles messages under the trace that they came with, and takes the time of it', async () => {
    const thingId = randomUUID();
    const { key, value, headers } = encode(things, {
      id: randomUUID(),
      source: '/calendar-sync/example',
      type: 'ThingAdded.v1',
      time: new Date().toISOString(),
      key: thingId,
      sequence: 1,
      epoch: 1,
      traceparent: '00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      data: { thingId },
    });
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: topicPrefix + things.name, messages: [{ key, value, headers }] });
    await producer.disconnect();
    await eventually(() => seen.includes('ThingAdded.v1') && seen.includes('ThingAdded.v1 again'));
    const line = lines.find((text) => text.includes('a thing was added')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ traceId: '1af7651916cd43dd8448eb211c80319c' });
    expect((await get('/metrics')).text).toMatch(/handler_seconds_count\{.*type="ThingAdded.v1".*\} 2/);
  });

  it('is not ready once its consumer is dead', async () => {
    await eventually(async () => (await readiness()).parts['consumer'] === 'ok');
    await running.app.get<KafkaConsumerStrategy>(CONSUMER).close();
    const { status, parts } = await readiness();
    expect(status).toBe('unavailable');
    expect(parts).toMatchObject({ database: 'ok', consumer: expect.not.stringMatching(/^ok$/) });
    await expect(get('/health/ready')).resolves.toMatchObject({ status: 503 });
    await expect(get('/health/live')).resolves.toMatchObject({ status: 200 });
  });

  it('ends in order: requests in hand are answered, workers end first, the pool last', async () => {
    const database = running.app.get<Database>(DATABASE);
    const answer = fetch(`${running.url}/slow`);
    await slowRequest.arrived.promise;
    const stopped = running.stop();
    await eventually(() => seen.length > 0);
    expect(seen).toEqual(['worker ended with the relay running']);
    await expect(database.query('select 1')).resolves.toBeDefined();
    slowRequest.goOn.resolve();
    await expect(answer.then((response) => response.json())).resolves.toEqual({ late: true });
    await stopped;
    await expect(database.query('select 1')).rejects.toThrow();
    await expect(fetch(`${running.url}/hello`)).rejects.toThrow();
  });

  it('is not opened with settings that are wrong', async () => {
    const wrong = openService(ExampleModule, exampleService, {
      environment: { ...environment, EXAMPLE_DATABASE_URL: 'nonsense' },
    });
    await expect(wrong).rejects.toThrow(ConfigError);
    await expect(wrong).rejects.toThrow(/^EXAMPLE_DATABASE_URL: must be a URL/);
  });

  it('says why it is not ready when its database is gone', async () => {
    await testDatabase.drop();
    await eventually(async () => {
      const { status, parts } = await readiness();
      expect(status).toBe('unavailable');
      expect(parts['database']).toMatch(/^not reachable \(/);
    });
    await running.stop();
    testDatabase = await startTestDatabase();
    environment['EXAMPLE_DATABASE_URL'] = testDatabase.url;
  });
});

describe('the migrations of a service', () => {
  it('run once, however many replicas start together', async () => {
    const database = await startTestDatabase();
    try {
      const environment = { EXAMPLE_DATABASE_URL: database.url };
      const ran = await Promise.all([1, 2, 3].map(() => migrate(exampleService, environment)));
      expect(ran.filter((names) => names.length > 0)).toHaveLength(1);
      await expect(migrate(exampleService, environment)).resolves.toEqual([]);
    } finally {
      await database.drop();
    }
  });
});
