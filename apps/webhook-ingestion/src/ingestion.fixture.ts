import { randomBytes, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { decode, type Message } from '@calendar-sync/contracts-envelope';
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
import { WebhookIngestionModule } from './webhook-ingestion.module';
import { webhookIngestion } from './webhook-ingestion.service';

/** Of a calm window; a storm's is ten times as long. */
export const WINDOW_MS = 300;

export interface LogRow {
  notification_id: string;
  status: string;
  coalesced_into: string | null;
  owner_id: string | null;
  error: string | null;
  processed_at: Date | null;
  received_at: Date;
}

interface Channel {
  calendarId: string;
  channelId: string;
  token: string;
}

const DELIVERED = {
  'content-type': 'application/json; utf-8',
  'user-agent': 'APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)',
  'x-goog-message-number': '10',
  'x-goog-resource-id': 'o3hgv1538sdjfh',
  'x-goog-resource-state': 'exists',
  'x-goog-resource-uri': 'https://www.googleapis.com/calendar/v3/calendars/primary/events?alt=json',
  'x-goog-channel-expiration': 'Tue, 19 Nov 2030 01:13:52 GMT',
};

/** The service on a database and topics of its own, with somebody who reads what it publishes. */
export async function startIngestion(
  { brokers, topicPrefix }: { brokers: string[]; topicPrefix: string },
  testDatabase: { url: string; drop(): Promise<void> },
) {
  const keys = new Map([[1, randomBytes(32)]]);
  const kafka = createKafka({ brokers, clientId: 'test', logger: createLogger({ service: 'test', level: 'silent' }) });
  const environment = {
    WEBHOOK_INGESTION_DATABASE_URL: testDatabase.url,
    WEBHOOK_PORT: '0',
    KAFKA_BROKERS: brokers.join(','),
    TOPIC_PREFIX: topicPrefix,
    CHANNEL_TOKEN_KEYS: `1:${keys.get(1)!.toString('base64url')}`,
    PUSH_WINDOW_MS: String(WINDOW_MS * 10),
    UNVERIFIED_PER_MINUTE: '5',
  };
  await createTopics(kafka, [...webhookIngestionTopics, calendarSyncs], {
    prefix: topicPrefix,
    replicationFactor: 1,
    partitions: 2,
    replaysFor: { consumer: webhookIngestion.name, topics: [calendarSyncs] },
  });
  await migrate(webhookIngestion, environment);

  const published: Message<CalendarChangeNotifiedV1>[] = [];
  const reader = kafka.consumer({ groupId: `${topicPrefix}reader`, maxWaitTimeInMs: 100 });
  await reader.connect();
  await reader.subscribe({ topic: topicPrefix + calendarChanges.name, fromBeginning: true });
  await reader.run({
    eachMessage: async ({ message }) => {
      const decoded = decode(calendarChanges, message);
      if (decoded.outcome !== 'message') throw new Error(JSON.stringify(decoded));
      published.push(decoded.message as Message<CalendarChangeNotifiedV1>);
    },
  });
  const database = openDatabase({ url: testDatabase.url, applicationName: 'test' });
  const lines: string[] = [];
  const open = () =>
    openService(WebhookIngestionModule, webhookIngestion, {
      environment,
      logDestination: { write: (line: string) => void lines.push(line) },
    });
  return new Ingestion(kafka, topicPrefix, keys, database, published, lines, open, await open(), async () => {
    await reader.disconnect();
    await database.close();
    await testDatabase.drop();
  });
}

export class Ingestion {
  constructor(
    readonly kafka: ReturnType<typeof createKafka>,
    readonly topicPrefix: string,
    private readonly keys: ReadonlyMap<number, Buffer>,
    readonly database: Database,
    private readonly published: readonly Message<CalendarChangeNotifiedV1>[],
    /** What it logged. */
    readonly lines: readonly string[],
    /** One more replica of it. */
    readonly open: () => Promise<RunningService>,
    public running: RunningService,
    private readonly dispose: () => Promise<void>,
  ) {}

  async restart(): Promise<void> {
    await this.running.stop();
    this.running = await this.open();
  }

  async end(): Promise<void> {
    await this.running.stop();
    await this.dispose();
  }

  channel(keys = this.keys): Channel {
    const [calendarId, channelId] = [randomUUID(), randomUUID()];
    return { calendarId, channelId, token: channelToken(keys, channelId, calendarId) };
  }

  /** As Google sends it: no body, and a content type that is none. */
  push(
    to: { channelId: string; token?: string },
    headers: Record<string, string> = {},
    body = '',
    replica = this.running,
  ) {
    return new Promise<{ status: number; retryAfter: string | undefined }>((resolve, reject) => {
      const sending = httpRequest(
        `${replica.url}/webhooks/google`,
        {
          method: 'POST',
          headers: {
            ...DELIVERED,
            'content-length': String(Buffer.byteLength(body)),
            'x-goog-channel-id': to.channelId,
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
  }

  messagesOf({ calendarId }: Channel) {
    return this.published.filter(({ key }) => key === calendarId);
  }

  /** How many pushes the messages of a channel's calendar speak for. */
  speaksFor(channel: Channel) {
    return this.messagesOf(channel).reduce((sum, { data }) => sum + 1 + (data.coalesced ?? 0), 0);
  }

  async logOf({ calendarId }: Channel): Promise<LogRow[]> {
    const { rows } = await this.database.query<LogRow>(
      'SELECT * FROM calendar_webhook_logs WHERE calendar_id = $1 ORDER BY received_at, coalesced_into NULLS FIRST',
      [calendarId],
    );
    return rows;
  }
}
