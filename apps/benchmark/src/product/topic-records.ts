import { randomUUID } from 'node:crypto';
import { decode, type Message, type Topic } from '@calendar-sync/contracts-envelope';
import { createKafka } from '@calendar-sync/kafka';
import type { Stack } from '@calendar-sync/local-stack';
import { eventually } from '@calendar-sync/test-infrastructure';
import type { Bench } from '../part';

export interface TopicRecord {
  message: Message;
  /** When the broker appended it, epoch milliseconds. */
  appendedAt: number;
}

const ignore = () => undefined;
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

const kafkaOf = ({ brokers }: Stack) => createKafka({ brokers: [...brokers], clientId: 'benchmark', logger: silent });

/** Follows a topic from its beginning or its end, as a downstream product would, until the part ends. */
export async function followTopic(
  bench: Bench,
  stack: Stack,
  topic: Topic,
  { fromBeginning }: { fromBeginning: boolean },
  onRecord: (record: TopicRecord) => void,
): Promise<void> {
  const consumer = kafkaOf(stack).consumer({
    groupId: `benchmark-${randomUUID()}`,
    maxWaitTimeInMs: 100,
    retry: { retries: 20 },
  });
  bench.onEnd(() => consumer.disconnect());
  await consumer.connect();
  await consumer.subscribe({ topics: [topic.name], fromBeginning });
  const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message: { key, value, headers, timestamp } }) => {
      const decoded = decode(topic, { key, value, headers: headers ?? {} });
      if (decoded.outcome === 'message') onRecord({ message: decoded.message, appendedAt: Number(timestamp) });
    },
  });
  await joined;
}

/** When the broker appended the last record of each key. */
export async function lastAppended(bench: Bench, stack: Stack, topic: Topic): Promise<ReadonlyMap<string, number>> {
  const admin = kafkaOf(stack).admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic.name).finally(() => admin.disconnect());
  const expected = offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  const last = new Map<string, number>();
  let seen = 0;
  await followTopic(bench, stack, topic, { fromBeginning: true }, ({ message: { key }, appendedAt }) => {
    seen += 1;
    last.set(key, Math.max(appendedAt, last.get(key) ?? 0));
  });
  await eventually(() => seen >= expected, { timeoutMs: 60_000 });
  return last;
}
