import { encode, type Message, type Topic } from '@calendar-sync/contracts-envelope';
import { createKafka } from '@calendar-sync/kafka';
import { randomUUID } from 'node:crypto';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Another producer than the product's own, which counts for itself. */
export const STRANGER = '/calendar-sync/test';

export interface ForeignRecord {
  key: string;
  value: string | null;
  headers?: Record<string, string>;
  /** Where the key would not lead. */
  partition?: number;
}

/** Kafka's number for zstd. */
export const ZSTD = 4;

/** Writes records to a topic as they are, one after the other, in one batch per partition. */
export async function writeRecords(
  brokers: readonly string[],
  topic: Topic,
  records: readonly ForeignRecord[],
  options: { compression?: number } = {},
): Promise<void> {
  const kafka = createKafka({ brokers: [...brokers], clientId: 'stranger', logger: silent });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    await producer.send({ topic: topic.name, messages: [...records], ...options });
  } finally {
    await producer.disconnect();
  }
}

/** A message of the stranger's, in an envelope that is valid. */
export const foreignMessage = (topic: Topic, message: Pick<Message, 'type' | 'key' | 'sequence' | 'data'>) =>
  encode(topic, { id: randomUUID(), source: STRANGER, time: '2026-11-23T08:00:00Z', epoch: 1, ...message });

/** The same of a type that no contract of the topic knows. */
export function unknownMessage(topic: Topic, key: string, sequence: number): ForeignRecord {
  return {
    key,
    value: JSON.stringify({ painted: 'red' }),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: randomUUID(),
      ce_source: STRANGER,
      ce_type: 'EntryPainted.v1',
      ce_time: '2026-11-23T08:00:00Z',
      ce_partitionkey: key,
      ce_sequence: String(sequence),
      ce_epoch: '1',
      ce_dataschema: `/schemas/${topic.name}/EntryPainted.v1`,
    },
  };
}
