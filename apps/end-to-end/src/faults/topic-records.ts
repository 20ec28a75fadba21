import { createHash } from 'node:crypto';
import { createKafka } from '@calendar-sync/kafka';
import { randomUUID } from 'node:crypto';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export interface TopicRecord {
  topic: string;
  partition: number;
  offset: bigint;
  key: string;
  /** The headers as text. */
  headers: Record<string, string>;
  /** Of the value. */
  digest: string;
}

export interface Watermark {
  topic: string;
  partition: number;
  low: bigint;
  high: bigint;
}

const kafkaOf = (brokers: readonly string[]) =>
  createKafka({ brokers: [...brokers], clientId: 'fault-suite', logger: silent });

/** Where every partition of every topic of the product begins and ends. */
export async function watermarks(brokers: readonly string[]): Promise<Watermark[]> {
  const admin = kafkaOf(brokers).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((name) => !name.startsWith('__'));
    const found = await Promise.all(
      topics.map(async (topic) =>
        (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({
          topic,
          partition,
          low: BigInt(low),
          high: BigInt(high),
        })),
      ),
    );
    return found.flat();
  } finally {
    await admin.disconnect();
  }
}

/** Consumer groups that have members and are not stable, or have none, in words. */
export const groupFaults = async (brokers: readonly string[]): Promise<string[]> =>
  (await ourGroups(brokers)).flatMap(({ groupId, state, members }) =>
    state === 'Stable' && members.length > 0 ? [] : [`group ${groupId} is ${state} with ${members.length} members`],
  );

/** How many members each consumer group has, in words. */
export const groupMembers = async (brokers: readonly string[]): Promise<string[]> =>
  (await ourGroups(brokers)).map(({ groupId, members }) => `${groupId}: ${members.length}`).sort();

async function ourGroups(brokers: readonly string[]) {
  const admin = kafkaOf(brokers).admin();
  await admin.connect();
  try {
    const { groups } = await admin.listGroups();
    // A relay looks at the end of its topics in a group for that once; the broker forgets it within ten minutes.
    const ours = groups
      .map(({ groupId }) => groupId)
      .filter((name) => !name.startsWith('downstream-') && !name.includes('.own-history.'));
    return (await admin.describeGroups(ours)).groups;
  } finally {
    await admin.disconnect();
  }
}

/** Every record of every topic, in the order of each partition; `look` sees each value as bytes. */
export async function allRecords(
  brokers: readonly string[],
  look: (topic: string, bytes: Buffer) => void = () => undefined,
): Promise<TopicRecord[]> {
  const ends = (await watermarks(brokers)).filter(({ low, high }) => high > low);
  const waiting = new Set(ends.map(({ topic, partition }) => `${topic} ${partition}`));
  if (waiting.size === 0) return [];
  const endOf = new Map(ends.map(({ topic, partition, high }) => [`${topic} ${partition}`, high]));
  const records: TopicRecord[] = [];
  const groupId = `downstream-${randomUUID()}`;
  const kafka = kafkaOf(brokers);
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50, retry: { retries: 20 } });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [...new Set(ends.map(({ topic }) => topic))], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
      consumer
        .run({
          autoCommit: false,
          eachBatch: ({ batch }) => {
            for (const message of batch.messages) {
              if (message.value) look(batch.topic, message.value);
              const headers: Record<string, string> = {};
              for (const [name, value] of Object.entries(message.headers ?? {})) {
                const bytes = Buffer.from(String(value));
                look(batch.topic, bytes);
                headers[name] = String(value);
              }
              records.push({
                topic: batch.topic,
                partition: batch.partition,
                offset: BigInt(message.offset),
                key: String(message.key ?? ''),
                headers,
                digest: createHash('sha256')
                  .update(message.value ?? '')
                  .digest('base64url'),
              });
            }
            const name = `${batch.topic} ${batch.partition}`;
            if (BigInt(batch.lastOffset()) + 1n >= (endOf.get(name) ?? 0n)) waiting.delete(name);
            if (waiting.size === 0) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect();
  }
  return records;
}
