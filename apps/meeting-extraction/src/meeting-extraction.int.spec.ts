import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, encode, type Message } from '@calendar-sync/contracts-envelope';
import { meetingExtractionTopics, meetings } from '@calendar-sync/contracts-meeting-extraction';
import { calendarEntries, calendars, type EntryAddedV1, type EntryV1 } from '@calendar-sync/contracts-sync';
import { createKafka, createTopics } from '@calendar-sync/kafka';
import { createLogger, migrate, openService, type RunningService } from '@calendar-sync/service-host';
import { eventually, startTestDatabase, type TestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { MeetingExtractionModule } from './meeting-extraction.module';
import { meetingExtraction } from './meeting-extraction.service';

jest.setTimeout(300_000);

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
  await createTopics(kafka, [calendarEntries, calendars, ...meetingExtractionTopics], {
    prefix: topicPrefix,
    replicationFactor: 1,
    partitions: 2,
    replaysFor: { consumer: 'meeting-extraction', topics: [calendarEntries, calendars] },
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

  await eventually(() => published.length >= 3, { timeoutMs: 60_000 });
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
  await eventually(() => published.length > before, { timeoutMs: 60_000 });
  expect(published.slice(before).map(({ type, sequence: place }) => [type, place])).toEqual([
    ['MeetingScheduled.v1', 4],
  ]);
});

it('publishes the occurrences of a series for the days of its horizon', async () => {
  const inDays = (days: number) => new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + days * 86_400_000);
  const at = (instant: Date) => ({ dateTime: instant.toISOString(), timeZone: 'UTC' });
  const series = {
    ...entry,
    entryId: randomUUID(),
    providerEntryId: 'weekly',
    start: at(inDays(1)),
    end: at(new Date(inDays(1).getTime() + 900_000)),
    recurrence: ['RRULE:FREQ=WEEKLY'],
  };
  await send(message('EntryAdded.v1', { ...about, entryId: series.entryId, entry: series }));
  const ofSeries = () =>
    published.flatMap(({ data }) =>
      isOccurrence(data) && data.meeting.seriesId === series.entryId ? [data.meeting] : [],
    );
  await eventually(() => ofSeries().length >= 13, { timeoutMs: 60_000 });
  expect(ofSeries().every(({ fromSeries }) => fromSeries)).toBe(true);
  const last = Date.parse(ofSeries().at(-1)!.start.dateTime);
  expect(last).toBeLessThan(inDays(93).getTime());
});

const isOccurrence = (
  data: unknown,
): data is { meeting: { seriesId?: string; fromSeries?: boolean; start: { dateTime: string } } } =>
  typeof data === 'object' && data !== null && 'meeting' in data;

it('does not start with services of its own that are wrong, and says what is', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'services-'));
  const file = join(directory, 'services.json');
  writeFileSync(file, '[{"provider":"acme-meet","host":"https://meet.acme.example","path":"/room/{meetingId}"}]');
  await expect(
    openService(MeetingExtractionModule, meetingExtraction, {
      environment: { ...environment, MEETING_SERVICES_FILE: file },
    }),
  ).rejects.toThrow(/^MEETING_SERVICES_FILE: .*meeting service 0, field "host".*must be a host only/);
  rmSync(directory, { recursive: true });
});
