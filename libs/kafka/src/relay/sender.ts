import { setTimeout as delay } from 'node:timers/promises';
import { type Kafka, type Producer, type RecordMetadata } from 'kafkajs';
import { describeError, type Logger, type Metrics } from '../observability';
import { MAX_MESSAGE_BYTES } from '../topics';
import type { RelayLease } from './lease';
import type { PublishedUpTo } from './own-history';
import { partitionByKey } from './partition-by-key';
import { topicsMissing } from './topic-tail';

export interface Outgoing {
  /** With the prefix of the environment. */
  topic: string;
  key: string;
  value: string;
  headers: Record<string, string>;
}

/** The broker will never take this message: its key is to be quarantined. */
export class MessageTooLarge extends Error {
  override readonly name = 'MessageTooLarge';

  constructor(
    readonly outgoing: Outgoing,
    bytes: number,
  ) {
    super(`${bytes} bytes are more than the topic takes (${MAX_MESSAGE_BYTES})`);
  }
}

/** A topic that isn't there. Only lanes that can wait without holding up others are told. */
export class TopicUnknown extends Error {
  override readonly name = 'TopicUnknown';

  constructor(readonly topics: readonly string[]) {
    super(`the broker knows no topic ${topics.join(', ')}`);
  }
}

export class RelayStopping extends Error {
  override readonly name = 'RelayStopping';
}

// All messages of one send for one partition are one batch to the broker, and the batch as a whole must fit the topic's limit.
const SEND_BYTES = 1_000_000;
const SEND_MESSAGES = 500;
const TOO_LARGE = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];
const UNKNOWN = ['UNKNOWN_TOPIC_OR_PARTITION'];
// A topic that was just created, or whose leader is being elected, is unknown for a moment.
const UNKNOWN_TIMES = 3;

export interface SenderOptions {
  kafka: Kafka;
  lease: RelayLease;
  logger: Logger;
  metrics: Metrics;
  topicPrefix: string;
  /** What keeps a send from being acknowledged, and undefined once one was. */
  onTrouble(problem: string | undefined): void;
}

/**
 * One send at a time, repeated until it is acknowledged by all replicas. kafkajs' own retries are off and its producer
 * is not idempotent: with both, concurrent sends and one cut connection lost a message that had been acknowledged.
 */
export class Sender {
  private readonly producer: Producer;
  private connected = false;
  private stopping = new AbortController();
  /** How many messages of the send in flight go to each partition, which the broker does not tell. */
  private placed = new Map<string, number>();

  constructor(private readonly options: SenderOptions) {
    this.producer = options.kafka.producer({
      idempotent: false,
      allowAutoTopicCreation: false,
      retry: { retries: 0 },
      createPartitioner: () => {
        const place = partitionByKey();
        return (message) => {
          const partition = place(message);
          const name = `${message.topic}/${partition}`;
          this.placed.set(name, (this.placed.get(name) ?? 0) + 1);
          return partition;
        };
      },
    });
  }

  /**
   * In the order given. Throws MessageTooLarge (what stands before it is sent), LeaseLost, RelayStopping, and, where the
   * topic is somebody else's, TopicUnknown.
   */
  async send(messages: readonly Outgoing[], { foreign = false }: { foreign?: boolean } = {}): Promise<void> {
    let batch: Outgoing[] = [];
    let bytes = 0;
    for (const outgoing of messages) {
      const size = sizeOf(outgoing);
      const tooLarge = size > MAX_MESSAGE_BYTES;
      if (batch.length > 0 && (tooLarge || bytes + size > SEND_BYTES || batch.length >= SEND_MESSAGES)) {
        await this.untilAcknowledged(batch, foreign);
        batch = [];
        bytes = 0;
      }
      if (tooLarge) throw new MessageTooLarge(outgoing, size);
      batch.push(outgoing);
      bytes += size;
    }
    if (batch.length > 0) await this.untilAcknowledged(batch, foreign);
  }

  /** Ends waits between repetitions; the send in flight is waited for by the caller. */
  interrupt(): void {
    this.stopping.abort();
  }

  async disconnect(): Promise<void> {
    if (this.connected) await this.producer.disconnect();
    this.connected = false;
  }

  private async untilAcknowledged(batch: readonly Outgoing[], foreign: boolean): Promise<void> {
    let missing: readonly string[] | undefined;
    for (let attempt = 1; ; attempt += 1) {
      // A rejected send may have been written. Whoever repeats it must still lead, or it would come after a newer leader's.
      await this.options.lease.ensure();
      try {
        await this.once(batch);
        if (attempt > 1) this.options.onTrouble(undefined);
        if (missing !== undefined) this.missing([]);
        return;
      } catch (error) {
        if (hasType(error, TOO_LARGE)) {
          const [first] = batch;
          if (batch.length === 1 && first) throw new MessageTooLarge(first, sizeOf(first));
          for (const outgoing of batch) await this.untilAcknowledged([outgoing], foreign);
          return;
        }
        if (foreign && attempt >= UNKNOWN_TIMES && hasType(error, UNKNOWN)) {
          throw new TopicUnknown([...new Set(batch.map(({ topic }) => topic))]);
        }
        this.options.metrics.count('relay_send_failures_total', 'Sends that were not acknowledged and are repeated');
        if (attempt >= UNKNOWN_TIMES && hasType(error, UNKNOWN)) missing = await this.findMissing(batch, missing);
        this.options.onTrouble(
          missing === undefined || missing.length === 0 ? describeError(error) : new TopicUnknown(missing).message,
        );
        const log = attempt === 1 || attempt % 20 === 0 ? 'warn' : 'debug';
        this.options.logger[log](
          { attempt, messages: batch.length, cause: describeError(error) },
          'send not acknowledged, repeating',
        );
        await this.pause(attempt);
      }
    }
  }

  /** An own topic that is not there keeps everything that this service publishes, until somebody makes it. */
  private async findMissing(
    batch: readonly Outgoing[],
    before: readonly string[] | undefined,
  ): Promise<readonly string[] | undefined> {
    const { kafka, topicPrefix, logger } = this.options;
    const topics = [...new Set(batch.map(({ topic }) => topic))];
    const missing = await topicsMissing(kafka, topics).catch(() => before ?? []);
    const named = missing.map((topic) => topic.slice(topicPrefix.length));
    this.missing(named);
    if ((before?.length ?? 0) === 0 && missing.length > 0) {
      logger.error(
        { alarm: 'topic-missing', topics: named, waiting: batch.length },
        'everything that this service publishes waits for topics that are not there; it goes on once they are made',
      );
    }
    return missing;
  }

  private missing(topics: readonly string[]): void {
    this.options.metrics.gauge(
      'relay_topics_missing',
      'Topics of this service that are not there and that its relay waits for',
      {},
      topics.length,
    );
  }

  private async once(batch: readonly Outgoing[]): Promise<void> {
    if (!this.connected) {
      await this.producer.connect();
      this.connected = true;
    }
    const byTopic = new Map<string, { key: string; value: string; headers: Record<string, string> }[]>();
    for (const { topic, key, value, headers } of batch) {
      const messages = byTopic.get(topic) ?? [];
      messages.push({ key, value, headers });
      byTopic.set(topic, messages);
    }
    const started = performance.now();
    this.placed = new Map();
    const acknowledged = await this.producer.sendBatch({
      acks: -1,
      timeout: 5_000,
      topicMessages: [...byTopic].map(([topic, messages]) => ({ topic, messages })),
    });
    this.options.metrics.observe(
      'relay_send_seconds',
      'One send until all replicas have it',
      {},
      (performance.now() - started) / 1000,
    );
    this.options.lease.noteWritten(this.endsAfter(acknowledged));
    for (const [topic, messages] of byTopic) {
      this.options.metrics.count('relay_published_total', 'Messages acknowledged', { topic }, messages.length);
    }
  }

  private endsAfter(acknowledged: readonly RecordMetadata[]): PublishedUpTo {
    const ends: Record<string, number> = {};
    for (const { topicName, partition, baseOffset } of acknowledged) {
      const placed = this.placed.get(`${topicName}/${partition}`);
      if (baseOffset === undefined || placed === undefined) continue;
      ends[`${topicName.slice(this.options.topicPrefix.length)}/${partition}`] = Number(baseOffset) + placed;
    }
    return ends;
  }

  private async pause(attempt: number): Promise<void> {
    const ms = Math.min(2_000, 50 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random() / 2);
    try {
      await delay(ms, undefined, { signal: this.stopping.signal });
    } catch {
      throw new RelayStopping('stopping');
    }
  }
}

function sizeOf({ key, value, headers }: Outgoing): number {
  let size = Buffer.byteLength(value) + Buffer.byteLength(key) + 64;
  for (const [name, text] of Object.entries(headers)) size += name.length + Buffer.byteLength(text) + 8;
  return size;
}

function hasType(error: unknown, types: readonly string[]): boolean {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if ('type' in current && typeof current.type === 'string' && types.includes(current.type)) return true;
  }
  return false;
}
