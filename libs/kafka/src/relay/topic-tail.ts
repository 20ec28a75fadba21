import { randomUUID } from 'node:crypto';
import type { Admin, Kafka, KafkaMessage } from 'kafkajs';

/** Offsets of a partition: from the first, up to and without the second. */
export interface TailRange {
  /** As the broker knows it. */
  topic: string;
  partition: number;
  from: bigint;
  to: bigint;
}

export interface PartitionEnds {
  topic: string;
  partition: number;
  low: bigint;
  high: bigint;
}

const SILENCE_MS = 20_000;

/** Where the partitions of these topics begin and end. Topics that aren't there are left out. */
export async function endsOf(kafka: Kafka, topics: readonly string[]): Promise<PartitionEnds[]> {
  return withAdmin(kafka, async (admin) => {
    const there = new Set(await admin.listTopics());
    const ends = await Promise.all(
      topics
        .filter((topic) => there.has(topic))
        .map(async (topic) =>
          (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({
            topic,
            partition,
            low: BigInt(low),
            high: BigInt(high),
          })),
        ),
    );
    return ends.flat();
  });
}

/** Which of these topics the broker doesn't have. */
export async function topicsMissing(kafka: Kafka, topics: readonly string[]): Promise<string[]> {
  return withAdmin(kafka, async (admin) => {
    const there = new Set(await admin.listTopics());
    return topics.filter((topic) => !there.has(topic));
  });
}

/**
 * Reads the ranges, partition by partition in order, until `take` says that it has seen enough. In a group of its own for
 * this once: kafkajs reads only as a member of one. Nothing is committed. Throws when the broker is silent for 20 s.
 */
export async function readTail(
  kafka: Kafka,
  group: string,
  ranges: readonly TailRange[],
  take: (range: TailRange, messages: readonly KafkaMessage[]) => Promise<'more' | 'enough'>,
): Promise<void> {
  const left = new Map(ranges.map((range) => [`${range.topic}/${range.partition}`, range]));
  if (left.size === 0) return;
  const topics = [...new Set(ranges.map(({ topic }) => topic))];
  const consumer = kafka.consumer({
    groupId: `${group}.${randomUUID()}`,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
    retry: { retries: 5, restartOnFailure: async () => false },
  });
  const ended = Promise.withResolvers<void>();
  const silence = setTimeout(() => ended.reject(new Error('the broker does not give what it holds')), SILENCE_MS);
  consumer.on(consumer.events.CRASH, ({ payload }) => ended.reject(payload.error));
  try {
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        silence.refresh();
        const name = `${batch.topic}/${batch.partition}`;
        const range = left.get(name);
        if (range === undefined) return;
        const messages = batch.messages.filter(
          ({ offset }) => BigInt(offset) >= range.from && BigInt(offset) < range.to,
        );
        if (messages.length > 0 && (await take(range, messages)) === 'enough') left.clear();
        else if (BigInt(batch.lastOffset()) + 1n >= range.to) left.delete(name);
        if (left.size === 0) ended.resolve();
      },
    });
    for (const { topic, partition, from } of ranges) consumer.seek({ topic, partition, offset: String(from) });
    await ended.promise;
  } finally {
    clearTimeout(silence);
    await consumer.disconnect();
  }
}

async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin({ retry: { retries: 2 } });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
