import { createHash, randomUUID } from 'node:crypto';
import {
  appendToStreams,
  type Database,
  eventStoreMigration,
  openDatabase,
  type RecordedEvent,
} from '@calendar-sync/event-sourcing-postgres';
import type { MessageHandler } from '@nestjs/microservices';
import type { KafkaMessage } from 'kafkajs';
import { DataSource } from 'typeorm';
import {
  createKafka,
  createTopics,
  type Kafka,
  KafkaConsumerStrategy,
  type KafkaConsumerOptions,
  type Logger,
  messagingMigrations,
  OutboxRelay,
  type OutboxRelayOptions,
} from '../index';
import { orders, shopCommands, shopPublications, shopSource, type ShopEvent } from './shop';

export interface Logged {
  level: keyof Logger;
  fields: Record<string, unknown>;
  message: string;
}

/** Keeps what is logged, for tests that ask for an alarm. */
export function recordingLogger(): Logger & { entries: Logged[]; alarms(): unknown[] } {
  const entries: Logged[] = [];
  const write = (level: keyof Logger) => (fields: object, message: string) => {
    entries.push({ level, fields: { ...fields }, message });
    if (process.env['SHOW_LOGS'] !== undefined) process.stderr.write(`${level} ${message} ${JSON.stringify(fields)}\n`);
  };
  return {
    entries,
    alarms: () => entries.flatMap(({ fields }) => fields['alarm'] ?? []),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}

export async function migrated(url: string): Promise<void> {
  const source = new DataSource({ type: 'postgres', url, migrations: [eventStoreMigration, ...messagingMigrations] });
  await source.initialize();
  try {
    await source.runMigrations();
  } finally {
    await source.destroy();
  }
}

/** A database with the tables of relay and consumers, and topics of its own: what one test works on. */
export class Bench {
  private readonly closings: (() => Promise<unknown>)[] = [];
  readonly logger = recordingLogger();

  private constructor(
    readonly database: Database,
    readonly databaseUrl: string,
    readonly brokers: string[],
    readonly topicPrefix: string,
    readonly kafka: Kafka,
  ) {}

  /** On a fresh database and a broker, both of the caller. */
  static async open(
    { url, drop }: { url: string; drop(): Promise<void> },
    { brokers, topicPrefix }: { brokers: string[]; topicPrefix: string },
    { partitions = 2 }: { partitions?: number } = {},
  ): Promise<Bench> {
    await migrated(url);
    const database = openDatabase({ url, applicationName: 'bench' });
    const logger = recordingLogger();
    const kafka = createKafka({ brokers, clientId: 'bench', logger });
    const bench = new Bench(database, url, brokers, topicPrefix, kafka);
    bench.closings.push(drop, () => database.close());
    await createTopics(kafka, [orders, shopCommands], {
      prefix: topicPrefix,
      replicationFactor: 1,
      partitions,
      replaysFor: { consumer: 'counter', topics: [orders] },
    });
    return bench;
  }

  onClose(closing: () => Promise<unknown>): void {
    this.closings.push(closing);
  }

  async close(): Promise<void> {
    for (const closing of this.closings.reverse()) await closing();
  }

  relay(options: Partial<OutboxRelayOptions> = {}): OutboxRelay {
    const relay = new OutboxRelay({
      database: this.database,
      kafka: this.kafka,
      source: shopSource,
      publications: shopPublications,
      topicPrefix: this.topicPrefix,
      logger: this.logger,
      pollMs: 200,
      ...options,
    });
    this.onClose(() => relay.stop());
    return relay;
  }

  /** A consumer in a kafkajs client of its own, as in a process of its own; the handlers by topic name. */
  consumer(
    handlers: Record<string, MessageHandler>,
    options: Partial<KafkaConsumerOptions> = {},
  ): KafkaConsumerStrategy {
    const strategy = new KafkaConsumerStrategy({
      kafka: createKafka({ brokers: this.brokers, clientId: 'bench', logger: this.logger }),
      database: this.database,
      group: 'counter',
      topics: [orders],
      replayCommandsTo: () => shopCommands,
      topicPrefix: this.topicPrefix,
      logger: this.logger,
      parkedEveryMs: 200,
      ...options,
    });
    for (const [name, handler] of Object.entries(handlers)) strategy.addHandler(name, handler, true);
    this.onClose(() => strategy.close());
    return strategy;
  }

  append(events: ShopEvent[], streamId = `order-${randomUUID()}`): Promise<RecordedEvent[]> {
    return this.database.transaction((tx) =>
      appendToStreams(tx, [{ streamId, ownerId: 'owner', expectedVersion: 0, events }], {
        route: shopPublications.route,
      }),
    );
  }

  /** Records on their way to the topic without any relay, to say what no relay of ours would. */
  async produce(
    messages: {
      key: string | null;
      value: string | Buffer | null;
      headers?: Record<string, string>;
      partition?: number;
    }[],
    topicName = orders.name,
  ): Promise<void> {
    const producer = this.kafka.producer({ idempotent: false, allowAutoTopicCreation: false });
    await producer.connect();
    try {
      await producer.send({ topic: this.topicPrefix + topicName, messages });
    } finally {
      await producer.disconnect();
    }
  }

  /** Everything that the topic holds, in the order of its partitions. */
  async held(topicName: string = orders.name): Promise<KafkaMessage[]> {
    const topic = this.topicPrefix + topicName;
    const admin = this.kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(topic).finally(() => admin.disconnect());
    const wanted = ends.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
    if (wanted === 0) return [];
    const consumer = this.kafka.consumer({
      groupId: `${this.topicPrefix}reader-${randomUUID()}`,
      maxWaitTimeInMs: 100,
    });
    const found: KafkaMessage[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve) => {
      void consumer.run({
        autoCommit: false,
        eachMessage: async ({ message }) => {
          found.push(message);
          if (found.length >= wanted) resolve();
        },
      });
    });
    await consumer.disconnect();
    return found;
  }
}

export const placed = (orderId: string, number: number, note = ''): ShopEvent => ({
  type: 'Placed',
  data: { orderId, number, note },
});

export const headerOf = (message: KafkaMessage, name: string) => message.headers?.[name]?.toString();

/** The headers of a message of the shop, as the relay writes them. */
export const shopHeaders = (sequence: number, overrides: Record<string, string> = {}) => ({
  'content-type': 'application/json',
  ce_specversion: '1.0',
  ce_id: randomUUID(),
  ce_source: shopSource,
  ce_type: 'OrderPlaced.v1',
  ce_time: '2026-01-01T00:00:00.000Z',
  ce_sequence: String(sequence),
  ce_epoch: '1',
  ...overrides,
});

/** The same event has the same id, however often it is told. */
const idOf = (...what: unknown[]) =>
  createHash('sha256')
    .update(JSON.stringify(what))
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

/** A message of the shop, as the relay writes it. */
export const placedRecord = (orderId: string, sequence: number, headers: Record<string, string> = {}) => ({
  key: orderId,
  value: JSON.stringify({ orderId, number: sequence, note: '' }),
  headers: shopHeaders(sequence, { ce_id: idOf(orderId, sequence, headers['ce_epoch']), ...headers }),
});
