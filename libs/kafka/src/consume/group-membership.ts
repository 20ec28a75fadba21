import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import type { Consumer, ConsumerGroupJoinEvent, IMemberAssignment } from 'kafkajs';
import { describeError, type Logger } from '../observability';
import type { Membership } from './batch-runner';
import { storedOffsets } from './offset-store';
import type { SubscribedTopic } from './subscribed-topic';

export interface GroupMembershipOptions {
  consumer: Consumer;
  database: Database;
  topics: readonly SubscribedTopic[];
  logger: Logger;
  onLost(topic: SubscribedTopic, partition: number, next: bigint): Promise<void>;
  endsBefore(topic: SubscribedTopic, partition: number, next: bigint): Promise<boolean>;
  onContradiction(error: Error): void;
}

/** Which partitions this process reads, and from where: after every join the offsets of the database win over Kafka's. */
export class GroupMembership implements Membership {
  generation = 0;
  closing = false;
  joined = false;
  /** Since when assigned partitions are not read, because their offsets are not known yet; by `performance`. */
  pausedSince: number | undefined;
  private assignment: { topic: SubscribedTopic; partition: number }[] = [];

  constructor(private readonly options: GroupMembershipOptions) {}

  get assigned(): readonly { topic: SubscribedTopic; partition: number }[] {
    return this.assignment;
  }

  /** Everything up to the first await happens before kafkajs can fetch again. */
  onJoin({ payload }: ConsumerGroupJoinEvent): void {
    this.generation += 1;
    if (this.closing) {
      // It was on its way when we closed: without this a ghost would keep the partitions. Not at once: until the join has
      // returned, kafkajs forgets its runner without stopping it.
      setImmediate(() => void this.options.consumer.disconnect().catch(() => undefined));
      return;
    }
    this.joined = true;
    this.assignment = this.partitionsOf(payload.memberAssignment);
    this.pausedSince = undefined;
    if (this.assignment.length === 0) return;
    this.pausedSince = performance.now();
    this.options.consumer.pause(this.byTopic());
    void this.takePositions(this.generation);
  }

  onLeft(): void {
    this.generation += 1;
    this.joined = false;
    this.assignment = [];
    this.pausedSince = undefined;
  }

  seek(topic: SubscribedTopic, partition: number, next: bigint): void {
    this.options.consumer.seek({ topic: topic.physicalName, partition, offset: String(next) });
  }

  async couldNotSeek(topic: SubscribedTopic, partition: number, next: bigint): Promise<void> {
    await this.options.onLost(topic, partition, next);
  }

  endsBefore(topic: SubscribedTopic, partition: number, next: bigint): Promise<boolean> {
    return this.options.endsBefore(topic, partition, next);
  }

  stopLoudly(error: Error): void {
    this.closing = true;
    this.generation += 1;
    this.options.onContradiction(error);
  }

  private async takePositions(generation: number): Promise<void> {
    const current = () => this.generation === generation && !this.closing;
    const asked = this.assignment.map(({ topic, partition }) => ({ topic: topic.name, partition }));
    for (let attempt = 1; current(); attempt += 1) {
      try {
        const stored = await storedOffsets(this.options.database, asked);
        if (!current()) return;
        for (const { topic, partition } of this.assignment) {
          const offset = stored.find((each) => each.topic === topic.name && each.partition === partition);
          this.seek(topic, partition, offset?.next ?? 0n);
        }
        this.options.consumer.resume(this.byTopic());
        this.pausedSince = undefined;
        this.options.logger.info({ partitions: asked.length }, 'reading from the offsets of the database');
        return;
      } catch (error) {
        this.options.logger.warn(
          { attempt, cause: describeError(error) },
          'the stored offsets can not be read, trying again',
        );
        await delay(Math.min(3_000, 100 * 2 ** Math.min(attempt, 5)) * (0.5 + Math.random() / 2));
      }
    }
  }

  private partitionsOf(assigned: IMemberAssignment) {
    return this.options.topics.flatMap((topic) =>
      (assigned[topic.physicalName] ?? []).map((partition) => ({ topic, partition })),
    );
  }

  private byTopic(): { topic: string; partitions: number[] }[] {
    const byTopic = new Map<string, number[]>();
    for (const { topic, partition } of this.assignment) {
      byTopic.set(topic.physicalName, [...(byTopic.get(topic.physicalName) ?? []), partition]);
    }
    return [...byTopic].map(([topic, partitions]) => ({ topic, partitions }));
  }
}
