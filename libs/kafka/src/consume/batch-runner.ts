import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import type { Batch, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { describeError, type Logger, type Metrics } from '../observability';
import { applyChunks, type Chunk, type ChunkOutcome } from './chunk';
import { EndsBeforeApplied, HandlerFailed, isHeldUp, isTransient, TopicContradicts } from './failures';
import { JoinedChunks } from './joined-chunks';
import type { MessageApplier } from './message-applier';
import { Retries } from './retries';
import type { SubscribedTopic } from './subscribed-topic';

/** What the group's membership lets a batch know and do. */
export interface Membership {
  readonly generation: number;
  readonly closing: boolean;
  seek(topic: SubscribedTopic, partition: number, next: bigint): void;
  /** The stored offset stays before what the broker gives although it was sought. */
  couldNotSeek(topic: SubscribedTopic, partition: number, next: bigint): Promise<void>;
  /** Whether the broker, asked now, has the partition end before this offset. */
  endsBefore(topic: SubscribedTopic, partition: number, next: bigint): Promise<boolean>;
  stopLoudly(error: Error): void;
}

export interface BatchRunnerOptions {
  database: Database;
  applier: MessageApplier;
  membership: Membership;
  topicOf(physicalName: string): SubscribedTopic | undefined;
  chunkSize: number;
  askAgainAfterMs: number;
  heartbeatMs: number;
  /** Called after each commit: applied numbers, and keys whose parked messages may be next. */
  onApplied(chunk: Chunk, outcome: Extract<ChunkOutcome, { outcome: 'applied' }>): void;
  logger: Logger;
  metrics: Metrics;
}

/** Neither applied nor failed: somebody else has the partition, or we are closing. */
const ABANDONED = 'abandoned';

/** As kafkajs 2.2.4 makes them; its types leave these two out. */
type FetchedBatch = Batch & { fetchedOffset: string; rawMessages: { isControlRecord?: boolean }[] };

const BACKOFF_MS = { first: 100, most: 5_000 };
const TELL_KAFKA_EVERY_MS = 5_000;

/** Takes a fetched batch through the database chunk by chunk. Only errors of the heartbeat leave it: they mean a rejoin. */
export class BatchRunner {
  private readonly sought = new Map<string, bigint>();
  private readonly toldKafka = new Map<string, number>();
  private readonly retries = new Retries();

  private readonly joined: JoinedChunks;

  constructor(private readonly options: BatchRunnerOptions) {
    this.joined = new JoinedChunks({ ...options, mostMessages: options.chunkSize });
  }

  /** The chunk that has been retried for longest. */
  get retrying(): { since: number; cause: string } | undefined {
    return this.retries.longest;
  }

  async eachBatch(payload: EachBatchPayload): Promise<void> {
    const batch = payload.batch as FetchedBatch;
    const from = this.options.topicOf(batch.topic);
    if (from === undefined) return;
    const { membership } = this.options;
    const generation = membership.generation;
    const current = () =>
      payload.isRunning() && !payload.isStale() && !membership.closing && membership.generation === generation;
    if (batch.rawMessages.some(({ isControlRecord }) => isControlRecord === true)) {
      membership.stopLoudly(
        new TopicContradicts(`${batch.topic} is written by transactions, whose offsets can't be counted here`),
      );
      return;
    }
    try {
      await this.takeThrough(batch, from, payload, current);
    } finally {
      // Given up for a rejoin: whoever has the partition now repeats it, or we do with a new batch.
      this.retries.end(batch.topic + batch.partition);
    }
  }

  private async takeThrough(
    batch: FetchedBatch,
    from: SubscribedTopic,
    payload: EachBatchPayload,
    current: () => boolean,
  ): Promise<void> {
    const { partition } = batch;
    let start = BigInt(batch.fetchedOffset);
    for (const records of chunksOf(batch.messages, this.options.chunkSize)) {
      const last = records.at(-1);
      if (last === undefined || !current()) return;
      const chunk: Chunk = { from, partition, start, highWatermark: BigInt(batch.highWatermark), records };
      const outcome = await this.untilApplied(chunk, payload, current);
      if (outcome === ABANDONED) return;
      if (outcome.outcome === 'behind') {
        await this.seekBack(from, partition, outcome.next);
        return;
      }
      this.sought.delete(batch.topic + partition);
      payload.resolveOffset(last.offset);
      start = BigInt(last.offset) + 1n;
      await this.tellKafka(payload, batch.topic, partition, outcome.next);
      await payload.heartbeat();
    }
  }

  private async untilApplied(
    chunk: Chunk,
    payload: EachBatchPayload,
    current: () => boolean,
  ): Promise<ChunkOutcome | typeof ABANDONED> {
    let together = true;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const outcome = await (together ? this.applyTogether(chunk) : this.apply(chunk));
        this.retries.end(nameOf(chunk));
        return outcome;
      } catch (error) {
        // Alone from here on: what one chunk fails of must not hold up the others.
        const mayBeOfAnother =
          together &&
          (isHeldUp(error) || error instanceof EndsBeforeApplied || (chunk.records.length > 1 && !isTransient(error)));
        together = false;
        if (mayBeOfAnother) {
          await payload.heartbeat();
          continue;
        }
        if (error instanceof HandlerFailed && !isTransient(error)) return this.oneByOne(chunk, payload, current);
        this.failed(chunk, error, attempt);
        await this.wait(attempt, payload, current);
        if (!current()) return ABANDONED;
      }
    }
  }

  /** A handler refuses some message of the chunk: each alone, and what fails again is parked. */
  private async oneByOne(
    chunk: Chunk,
    payload: EachBatchPayload,
    current: () => boolean,
  ): Promise<ChunkOutcome | typeof ABANDONED> {
    let outcome: ChunkOutcome | typeof ABANDONED = { outcome: 'applied', next: chunk.start, applied: 0, wakened: [] };
    let start = chunk.start;
    for (const record of chunk.records) {
      if (!current()) return ABANDONED;
      outcome = await this.alone({ ...chunk, start, records: [record] }, payload, current);
      if (outcome === ABANDONED || outcome.outcome === 'behind') return outcome;
      start = BigInt(record.offset) + 1n;
      await payload.heartbeat();
    }
    return outcome;
  }

  private async alone(
    chunk: Chunk,
    payload: EachBatchPayload,
    current: () => boolean,
  ): Promise<ChunkOutcome | typeof ABANDONED> {
    let refusal: unknown;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const outcome = await this.apply(chunk, refusal);
        this.retries.end(nameOf(chunk));
        return outcome;
      } catch (error) {
        if (refusal === undefined && error instanceof HandlerFailed && !isTransient(error)) {
          refusal = error.cause;
          continue;
        }
        this.failed(chunk, error, attempt);
        await this.wait(attempt, payload, current);
        if (!current()) return ABANDONED;
      }
    }
  }

  /** With the chunks of other partitions that are there at this moment. */
  private async applyTogether(chunk: Chunk): Promise<ChunkOutcome> {
    const started = performance.now();
    const outcome = await this.joined.apply(chunk);
    if (outcome.outcome === 'applied') this.applied(chunk, outcome, started);
    return outcome;
  }

  private async apply(chunk: Chunk, refusal?: unknown): Promise<ChunkOutcome | typeof ABANDONED> {
    const { database, applier, askAgainAfterMs } = this.options;
    const started = performance.now();
    let outcome: ChunkOutcome;
    try {
      [outcome] = (await database.transaction((tx) =>
        applyChunks(tx, applier, [chunk], { askAgainAfterMs, refusal }),
      )) as [ChunkOutcome];
    } catch (error) {
      if (!(error instanceof EndsBeforeApplied)) throw error;
      return this.contradicted(chunk, error.next);
    }
    if (outcome.outcome === 'applied') this.applied(chunk, outcome, started);
    return outcome;
  }

  private applied(chunk: Chunk, outcome: Extract<ChunkOutcome, { outcome: 'applied' }>, started: number): void {
    const { metrics, onApplied } = this.options;
    const topic = chunk.from.name;
    metrics.count('kafka_consumed_total', 'Messages taken through the database', { topic }, outcome.applied);
    metrics.observe(
      'kafka_chunk_seconds',
      'One chunk with its commit',
      { topic },
      (performance.now() - started) / 1000,
    );
    onApplied(chunk, outcome);
  }

  /** What a batch knows of the end is as old as the batch: only the broker's word of now counts. Throws when that is not to be had. */
  private async contradicted(
    { from, partition, highWatermark }: Chunk,
    next: bigint,
  ): Promise<ChunkOutcome | typeof ABANDONED> {
    const { membership } = this.options;
    if (!(await membership.endsBefore(from, partition, next))) return { outcome: 'behind', next };
    membership.stopLoudly(
      new TopicContradicts(
        `${from.physicalName}/${partition} ends at ${highWatermark}, but messages up to ${next} were applied: it was cut or made anew`,
      ),
    );
    return ABANDONED;
  }

  private async seekBack(from: SubscribedTopic, partition: number, next: bigint): Promise<void> {
    const name = from.physicalName + partition;
    const { membership } = this.options;
    if (this.sought.get(name) === next) await membership.couldNotSeek(from, partition, next);
    else {
      this.sought.set(name, next);
      membership.seek(from, partition, next);
    }
  }

  /** Kafka's own offset is telemetry: lag tools read it, nothing depends on it. */
  private async tellKafka(payload: EachBatchPayload, topic: string, partition: number, next: bigint): Promise<void> {
    const name = topic + partition;
    const now = performance.now();
    if (now - (this.toldKafka.get(name) ?? -TELL_KAFKA_EVERY_MS) < TELL_KAFKA_EVERY_MS) return;
    this.toldKafka.set(name, now);
    try {
      await payload.commitOffsetsIfNecessary({
        topics: [{ topic, partitions: [{ partition, offset: String(next) }] }],
      });
    } catch (error) {
      this.options.logger.debug(
        { topic, partition, cause: describeError(error) },
        'the offset was not reported to Kafka',
      );
    }
  }

  private failed(chunk: Chunk, error: unknown, attempt: number): void {
    const { from, partition, start } = chunk;
    const cause = error instanceof HandlerFailed ? describeError(error.cause) : describeError(error);
    this.retries.failed(nameOf(chunk), cause);
    this.options.metrics.count('kafka_chunk_retries_total', 'Chunks that are repeated', { topic: from.name });
    const log = attempt === 1 || attempt % 20 === 0 ? 'warn' : 'debug';
    this.options.logger[log](
      { topic: from.name, partition, offset: String(start), attempt, cause },
      'a chunk was not applied and is repeated',
    );
  }

  /** Backs off with jitter and stays in the group meanwhile. */
  private async wait(attempt: number, payload: EachBatchPayload, current: () => boolean): Promise<void> {
    const full = Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** Math.min(attempt - 1, 10));
    let left = full * (0.5 + Math.random() / 2);
    while (left > 0 && current()) {
      const step = Math.min(left, this.options.heartbeatMs);
      await delay(step);
      left -= step;
      await payload.heartbeat();
    }
  }
}

const nameOf = ({ from, partition }: Chunk) => from.physicalName + partition;

function* chunksOf(messages: readonly KafkaMessage[], size: number): Generator<readonly KafkaMessage[]> {
  for (let at = 0; at < messages.length; at += size) yield messages.slice(at, at + size);
}
