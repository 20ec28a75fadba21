import { randomUUID } from 'node:crypto';
import { decode, encode, type Message } from '@calendar-sync/contracts-envelope';
import { meetingExtractionTopics, meetings } from '@calendar-sync/contracts-meeting-extraction';
import { calendarEntries, type EntryAddedV1, type EntryV1 } from '@calendar-sync/contracts-sync';
import { createKafka, createTopics } from '@calendar-sync/kafka';
import { createLogger, migrate, openService, type RunningService } from '@calendar-sync/service-host';
import { eventually, startTestDatabase, type TestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { MeetingExtractionModule } from './meeting-extraction.module';
import { meetingExtraction } from './meeting-extraction.service';

jest.setTimeout(60_000);

const { brokers, topicPrefix } = testKafka();
const kafka = createKafka({ brokers, clientId: 'test', logger: createLogger({ service: 'test', level: 'silent' }) });
const producer = kafka.producer();
const consumer = kafka.consumer({ groupId: `${topicPrefix}reader`, maxWaitTimeInMs: 250 });
const published: Message[] = [];
let server: TestDatabase;
let service: RunningService;
let environment: Record<string, string>;

beforeAll(async () => {
  server = await startTestDatabase();
  environment = {
    MEETING_EXTRACTION_DATABASE_URL: server.url,
    MEETING_EXTRACTION_PORT: '0',
    KAFKA_BROKERS: brokers.join(','),
    TOPIC_PREFIX: topicPrefix,
    LOG_LEVEL: 'silent',
  };
  await createTopics(kafka, [calendarEntries, ...meetingExtractionTopics], {
    prefix: topicPrefix,
    replicationFactor: 1,
    partitions: 2,
    replaysFor: { consumer: 'meeting-extraction', topics: [calendarEntries] },
  });
  await migrate(meetingExtraction, environment);
  await producer.connect();
  await consumer.connect();
  await consumer.subscribe({ topic: topicPrefix + meetings.name, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      const decoded = decode(meetings, message);
      if (decoded.outcome === 'message') published.push(decoded.message);
    },
  });
  service = await openService(MeetingExtractionModule, meetingExtraction, { environment });
});

afterAll(async () => {
  await service?.stop();
  await consumer.disconnect();
  await producer.disconnect();
  await server.drop();
});

const calendarId = randomUUID();
const entry: EntryV1 = {
  entryId: randomUUID(),
  calendarId,
  providerEntryId: 'abc',
  providerCalendarId: 'ada@example.com',
  status: 'confirmed',
  title: 'Standup',
  start: { dateTime: '2026-11-30T09:00:00Z', timeZone: 'UTC' },
  end: { dateTime: '2026-11-30T09:15:00Z', timeZone: 'UTC' },
  description: '<a href="https://zoom.us/j/123456789?pwd=x&amp;tk=y">Join</a>',
  visibility: 'default',
  busy: true,
  kind: 'default',
};
const about = { ownerId: 'ada', connectionId: randomUUID(), calendarId, entryId: entry.entryId };

let sequence = 0;
const message = (type: string, data: object): Message => ({
  id: randomUUID(),
  source: '/calendar-sync/sync',
  type,
  time: '2026-11-23T10:00:00Z',
  key: calendarId,
  sequence: (sequence += 1),
  epoch: 1,
  ownerId: 'ada',
  correlationId: 'push-1',
  data,
});
const send = (...messages: Message[]) =>
  producer.send({
    topic: topicPrefix + calendarEntries.name,
    messages: messages.map((each) => encode(calendarEntries, each)),
  });

it('turns entries into meetings on its topic, each once, however often they are sent', async () => {
  const added = message('EntryAdded.v1', { ...about, entry } satisfies EntryAddedV1);
  const moved = { ...entry, start: { dateTime: '2026-11-30T10:00:00Z', timeZone: 'UTC' } };
  const changed = message('EntryChanged.v1', { ...about, entry: moved, changed: [{ field: 'start' }] });
  const gone = message('EntryCancelled.v1', {
    ...about,
    entry: { ...moved, status: 'cancelled' },
    reason: 'cancelled-at-provider',
    changed: [],
  });
  await send(added, added, changed);
  await send(added, changed, gone);

  await eventually(() => published.length >= 3, { timeoutMs: 30_000 });
  expect(published.map(({ type, sequence: place }) => [type, place])).toEqual([
    ['MeetingScheduled.v1', 1],
    ['MeetingRescheduled.v1', 2],
    ['MeetingCancelled.v1', 3],
  ]);
  expect(published[0]).toMatchObject({
    source: '/calendar-sync/meeting-extraction',
    key: calendarId,
    ownerId: 'ada',
    correlationId: 'push-1',
    data: {
      ownerId: 'ada',
      meeting: {
        entryId: entry.entryId,
        join: { url: 'https://zoom.us/j/123456789?pwd=x&tk=y', provider: 'zoom', source: 'description', passcode: 'x' },
      },
    },
  });
});

it('goes on where it stopped, without telling anything twice', async () => {
  const before = published.length;
  await service.stop();
  const back = message('EntryAdded.v1', { ...about, entry });
  await send(back);
  service = await openService(MeetingExtractionModule, meetingExtraction, { environment });
  await eventually(() => published.length > before, { timeoutMs: 30_000 });
  expect(published.slice(before).map(({ type, sequence: place }) => [type, place])).toEqual([
    ['MeetingScheduled.v1', 4],
  ]);
});
