import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import type { Admin, Kafka } from 'kafkajs';
import type { Logger, Metrics } from '../observability';
import type { MessageApplier } from './message-applier';
import { lockOffset, saveOffset, storedOffsets } from './offset-store';
import type { SubscribedTopic } from './subscribed-topic';

export interface PartitionLag {
  topic: string;
  partition: number;
  lag: number;
}

export interface BrokerOffsetsOptions {
  kafka: Kafka;
  database: Database;
  applier: MessageApplier;
  logger: Logger;
  metrics: Metrics;
}

const ASK_AGAIN_MS = 500;

/** Compares what the broker holds with what the database has applied. */
export class BrokerOffsets {
  private readonly admin: Admin;
  private connected: Promise<void> | undefined;
  private closed = false;
  private readonly asking = new Set<Promise<unknown>>();

  constructor(private readonly options: BrokerOffsetsOptions) {
    this.admin = options.kafka.admin({ retry: { retries: 2 } });
  }

  /** For good: kafkajs would open a new connection for a question that comes, or is still on its way, after its disconnect. */
  async disconnect(): Promise<void> {
    this.closed = true;
    await Promise.allSettled([this.connected, ...this.asking]);
    if (this.connected !== undefined) await this.admin.disconnect();
  }

  /**
   * How far these partitions are behind. Messages that retention ate before they were read are dealt with on the way;
   * a partition that ends before what was applied is given as `contradictions`.
   */
  async compare(
    assigned: readonly { topic: SubscribedTopic; partition: number }[],
  ): Promise<{ lags: PartitionLag[]; contradictions: string[] }> {
    const lags: PartitionLag[] = [];
    const contradictions: string[] = [];
    for (const topic of new Set(assigned.map((each) => each.topic))) {
      const partitions = assigned.filter((each) => each.topic === topic).map(({ partition }) => partition);
      const stored = await storedOffsets(
        this.options.database,
        partitions.map((partition) => ({ topic: topic.name, partition })),
      );
      // Asked second: what was applied can't lie behind an end that was read later.
      const held = await this.held(topic);
      for (const { partition, next } of stored) {
        const ends = held.get(partition);
        if (ends === undefined) continue;
        if (ends.high < next)
          contradictions.push(
            `${topic.physicalName}/${partition} ends at ${ends.high}, before messages that were applied`,
          );
        if (ends.low > next) await this.takeLoss(topic, partition, ends.low);
        const lag = Number(ends.high > next ? ends.high - next : 0n);
        lags.push({ topic: topic.name, partition, lag });
        this.options.metrics.gauge('kafka_lag', 'Messages not applied yet', { topic: topic.name, partition }, lag);
      }
    }
    return { lags, contradictions };
  }

  /** The first offset that the broker still has. */
  async firstHeld(topic: SubscribedTopic, partition: number): Promise<bigint> {
    return (await this.held(topic)).get(partition)?.low ?? 0n;
  }

  /** Whether the partition ends before this offset. A broker that has just started may give an older end for a moment: it is asked again. */
  async endsBefore(topic: SubscribedTopic, partition: number, next: bigint): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      const ends = (await this.held(topic)).get(partition);
      if (ends !== undefined && ends.high >= next) return false;
      if (attempt === 3) return true;
      await delay(ASK_AGAIN_MS);
    }
  }

  /** Goes on at the first message that is there, and asks the owner for every key: what is gone may have been the last of one. */
  async takeLoss(topic: SubscribedTopic, partition: number, low: bigint): Promise<void> {
    const { database, applier, logger, metrics } = this.options;
    await database.transaction(async (tx) => {
      const next = await lockOffset(tx, topic.name, partition);
      if (next >= low) return;
      await saveOffset(tx, topic.name, partition, low);
      if (topic.topic.kind === 'facts' && !topic.replay) await applier.askForAll(tx, topic.topic);
      metrics.count('kafka_retention_losses_total', 'Ranges that the broker no longer had', { topic: topic.name });
      logger.error(
        { alarm: 'retention-loss', topic: topic.name, partition, next: String(next), low: String(low) },
        'the broker no longer has messages that were not applied; the owner is asked for them again',
      );
    });
  }

  private async held(topic: SubscribedTopic): Promise<Map<number, { low: bigint; high: bigint }>> {
    if (this.closed) throw new Error('this consumer is closing');
    const asked = this.ask(topic);
    this.asking.add(asked);
    try {
      return await asked;
    } finally {
      this.asking.delete(asked);
    }
  }

  private async ask(topic: SubscribedTopic): Promise<Map<number, { low: bigint; high: bigint }>> {
    this.connected ??= this.admin.connect();
    try {
      await this.connected;
    } catch (error) {
      this.connected = undefined;
      throw error;
    }
    const offsets = await this.admin.fetchTopicOffsets(topic.physicalName);
    return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
  }
}
