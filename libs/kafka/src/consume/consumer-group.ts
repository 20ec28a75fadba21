import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, ConsumerCrashEvent } from 'kafkajs';
import { describeError, type Metrics } from '../observability';
import { ParkedDrain } from '../parking/parked-drain';
import { Wakeable } from '../relay/wakeable';
import { BatchRunner } from './batch-runner';
import { BrokerOffsets } from './broker-offsets';
import { ConsumerHealth, type ConsumerState } from './consumer-health';
import { TopicContradicts } from './failures';
import { GroupMembership } from './group-membership';
import type { KafkaConsumerOptions } from './kafka-consumer.strategy';
import { type Handle, MessageApplier } from './message-applier';
import { type SubscribedTopic, subscribedTopics } from './subscribed-topic';

export interface ConsumerGroupOptions extends KafkaConsumerOptions {
  metrics: Metrics;
  handler(topicName: string): Handle | undefined;
}

const HEARTBEAT_MS = 1_000;
/** A message ends it at once; what waits for its end are heartbeats, so that a rebalance is heard of, and a shutdown. */
const LONGEST_FETCH_MS = 1_000;
/** What one fetch brings is applied together (`JoinedChunks`): as many as that may find each other. */
const PARTITIONS_AT_ONCE = 24;
const CLOSE_LIMIT_MS = 8_000;
const FIRST_RETRY_MS = 100;
const TOPIC_GONE_MS = 10_000;
const UNREADABLE_TIMES = 20;

/** The kafkajs consumer of a service and everything around it. */
export class ConsumerGroup {
  private readonly topics: SubscribedTopic[];
  private readonly consumer: Consumer;
  private readonly membership: GroupMembership;
  private readonly runner: BatchRunner;
  private readonly drain: ParkedDrain;
  private readonly offsets: BrokerOffsets;
  private readonly health = new ConsumerHealth(() => performance.now());
  private readonly comparison = new Wakeable();
  private comparing: Promise<void> | undefined;
  private starting: Promise<void> | undefined;
  /** kafkajs starts a crashed consumer again by itself, and can't be stopped while it does. */
  private restart: { startsAt: number; ended: PromiseWithResolvers<void> } | undefined;
  private topicGoneSince: number | undefined;
  private unreadable = 0;
  private contradictions = new Set<string>();

  constructor(private readonly options: ConsumerGroupOptions) {
    const { kafka, database, group, topics, topicPrefix = '', logger, metrics } = options;
    const askAgainAfterMs = options.askAgainAfterMs ?? 60_000;
    this.topics = subscribedTopics(topics, group, topicPrefix);
    const byName = new Map(this.topics.map((topic) => [topic.physicalName, topic]));
    this.consumer = kafka.consumer({
      groupId: topicPrefix + group,
      sessionTimeout: options.sessionTimeoutMs ?? 6_000,
      rebalanceTimeout: 10_000,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: LONGEST_FETCH_MS,
      maxBytesPerPartition: 262_144,
      allowAutoTopicCreation: false,
      retry: {
        initialRetryTime: FIRST_RETRY_MS,
        maxRetryTime: 1_000,
        factor: 0.2,
        multiplier: 2,
        retries: 10,
        // A disconnect() during a join would otherwise leave a member that goes on handling.
        restartOnFailure: async () => !this.membership.closing,
      },
    });
    const applier = new MessageApplier(options);
    this.offsets = new BrokerOffsets({ kafka, database, applier, logger, metrics });
    this.membership = new GroupMembership({
      consumer: this.consumer,
      database,
      topics: this.topics,
      logger,
      onLost: (topic, partition, next) => this.lost(topic, partition, next),
      endsBefore: (topic, partition, next) => this.offsets.endsBefore(topic, partition, next),
      onContradiction: (error) => this.fatal(error),
    });
    this.drain = new ParkedDrain({
      database,
      applier,
      topics: this.topics,
      everyMs: options.parkedEveryMs ?? 3_000,
      askAgainAfterMs,
      logger,
      metrics,
    });
    this.runner = new BatchRunner({
      database,
      applier,
      membership: this.membership,
      topicOf: (name) => byName.get(name),
      chunkSize: options.chunkSize ?? 500,
      askAgainAfterMs,
      heartbeatMs: HEARTBEAT_MS,
      onApplied: ({ from, partition }, { wakened }) => {
        this.unreadable = 0;
        this.health.applied(from.name, partition);
        if (wakened.length > 0) this.drain.wake();
      },
      logger,
      metrics,
    });
    this.listen();
  }

  start(): void {
    this.starting ??= this.join();
    this.comparing ??= this.compareForEver();
    this.drain.start();
  }

  wakeParked(): void {
    this.drain.wake();
  }

  state(): ConsumerState {
    const { joined, assigned, pausedSince } = this.membership;
    return this.health.judge({
      joined,
      assigned: assigned.length,
      pausedSince,
      retrying: this.runner.retrying,
      parked: this.drain.parked,
    });
  }

  async close(): Promise<void> {
    this.membership.closing = true;
    this.membership.generation += 1;
    this.comparison.wake();
    const limit = new AbortController();
    const closed = Promise.all([this.starting?.then(() => this.leave()), this.drain.stop(), this.comparing]).finally(
      () => this.offsets.disconnect(),
    );
    await Promise.race([
      closed.catch((error: unknown) =>
        this.options.logger.warn({ cause: describeError(error) }, 'the consumer did not disconnect well'),
      ),
      delay(CLOSE_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined),
    ]);
    limit.abort();
    this.membership.onLeft();
  }

  private async leave(): Promise<void> {
    const { restart } = this;
    if (restart !== undefined && performance.now() >= restart.startsAt) await restart.ended.promise;
    this.restart = undefined;
    await this.consumer.disconnect();
  }

  private listen(): void {
    const { events } = this.consumer;
    this.consumer.on(events.GROUP_JOIN, (event) => {
      this.topicGoneSince = undefined;
      this.health.beat();
      this.membership.onJoin(event);
      setImmediate(restarted, this.restart);
      this.restart = undefined;
      this.comparison.wake();
    });
    this.consumer.on(events.FETCH, () => this.health.fetched());
    this.consumer.on(events.HEARTBEAT, () => this.health.beat());
    this.consumer.on(events.STOP, () => this.membership.onLeft());
    this.consumer.on(events.CRASH, (event) => this.crashed(event));
  }

  private async join(): Promise<void> {
    const { logger } = this.options;
    for (let attempt = 1; !this.membership.closing; attempt += 1) {
      try {
        await this.consumer.connect();
        await this.consumer.subscribe({
          topics: this.topics.map(({ physicalName }) => physicalName),
          fromBeginning: true,
        });
        if (this.membership.closing) return;
        await this.consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
          eachBatch: (payload) => this.runner.eachBatch(payload),
        });
        return;
      } catch (error) {
        logger.warn({ attempt, cause: describeError(error) }, 'the group can not be joined, trying again');
        await delay(Math.min(5_000, 200 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random() / 2));
      }
    }
  }

  private crashed({ payload }: ConsumerCrashEvent): void {
    const { error, restart } = payload;
    this.membership.onLeft();
    restarted(this.restart);
    this.restart = restart ? { startsAt: restartOf(error), ended: Promise.withResolvers() } : undefined;
    this.options.metrics.count('kafka_consumer_crashes_total', 'Times that the consumer ended by itself', {
      restart: String(restart),
    });
    if (this.membership.closing) return;
    // kafkajs restarts for ever, also when a topic is gone for good. While no broker can be reached, or one has just started, that is right.
    const now = performance.now();
    this.topicGoneSince = isTopicGone(error) ? (this.topicGoneSince ?? now) : undefined;
    const gone = this.topicGoneSince !== undefined && now - this.topicGoneSince > TOPIC_GONE_MS;
    if (!restart || gone) this.fatal(error);
  }

  private fatal(error: Error): void {
    if (this.health.fatal !== undefined) return;
    this.health.fatal = describeError(error);
    this.membership.closing = true;
    this.options.logger.error({ alarm: 'consumer-dead', cause: describeError(error) }, 'the consumer stops for good');
    // After the event in hand: only then has kafkajs set the timer of its restart, which this ends.
    setImmediate(() => void this.leave().catch(() => undefined));
    this.options.onFatal?.(error);
  }

  private async lost(topic: SubscribedTopic, partition: number, next: bigint): Promise<void> {
    try {
      const low = await this.offsets.firstHeld(topic, partition);
      if (low > next) {
        await this.offsets.takeLoss(topic, partition, low);
        this.membership.seek(topic, partition, low);
        return;
      }
      this.unreadable += 1;
    } catch (error) {
      this.options.logger.warn({ cause: describeError(error) }, 'the broker can not say what it holds');
    }
    if (this.unreadable >= UNREADABLE_TIMES) {
      this.membership.stopLoudly(
        new TopicContradicts(
          `${topic.physicalName}/${partition} gives nothing at offset ${next}, and says that it has it`,
        ),
      );
      return;
    }
    await delay(100);
    this.membership.seek(topic, partition, next);
  }

  private async compareForEver(): Promise<void> {
    while (!this.membership.closing) {
      await this.comparison.sleep(this.options.compareEveryMs ?? 15_000);
      const { assigned, closing, generation } = this.membership;
      if (closing) return;
      if (assigned.length === 0) {
        this.health.compared([]);
        continue;
      }
      try {
        const { lags, contradictions } = await this.offsets.compare(assigned);
        if (this.membership.closing || generation !== this.membership.generation) continue;
        this.health.compared(lags);
        // A broker that has just started may give an older end for a moment: only what it says twice counts.
        const [contradiction] = contradictions.filter((each) => this.contradictions.has(each));
        this.contradictions = new Set(contradictions);
        if (contradiction !== undefined) this.membership.stopLoudly(new TopicContradicts(contradiction));
      } catch (error) {
        this.options.logger.debug({ cause: describeError(error) }, 'lag is not known at the moment');
      }
    }
  }
}

const restarted = (restart: { ended: PromiseWithResolvers<void> } | undefined) => restart?.ended.resolve();

/** Before this kafkajs has not begun to start it again. */
function restartOf(error: Error): number {
  const inMs = 'retryTime' in error && typeof error.retryTime === 'number' ? error.retryTime : FIRST_RETRY_MS;
  return performance.now() + (inMs || FIRST_RETRY_MS);
}

function isTopicGone(error: unknown): boolean {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if ('type' in current && current.type === 'UNKNOWN_TOPIC_OR_PARTITION') return true;
  }
  return false;
}
