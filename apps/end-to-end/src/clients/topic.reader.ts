import { calendarEntries, syncTopics } from '@calendar-sync/contracts-sync';
import { meetings } from '@calendar-sync/contracts-meeting-extraction';
import { calendarChanges } from '@calendar-sync/contracts-webhook-ingestion';
import { decode, type Message, type Topic } from '@calendar-sync/contracts-envelope';
import { createKafka } from '@calendar-sync/kafka';
import { randomUUID } from 'node:crypto';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export const factTopics: readonly Topic[] = [calendarChanges, ...syncTopics, meetings].filter(
  ({ kind }) => kind === 'facts',
);

export interface TopicReader {
  /** Everything on the topic so far, in the order of each partition. */
  messages(topic: Topic): readonly Message[];
  close(): Promise<void>;
}

/** Follows topics from their beginning as a downstream product would. */
export async function readTopics(
  brokers: readonly string[],
  topics: readonly Topic[] = [calendarEntries],
): Promise<TopicReader> {
  const kafka = createKafka({ brokers: [...brokers], clientId: 'downstream', logger: silent });
  const consumer = kafka.consumer({
    groupId: `downstream-${randomUUID()}`,
    maxWaitTimeInMs: 100,
    retry: { retries: 20 },
  });
  const seen = new Map<string, Message[]>(topics.map(({ name }) => [name, []]));
  const byName = new Map(topics.map((topic) => [topic.name, topic]));
  await consumer.connect();
  await consumer.subscribe({ topics: [...byName.keys()], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, message }) => {
      const decoded = decode(byName.get(topic)!, {
        key: message.key,
        value: message.value,
        headers: message.headers ?? {},
      });
      if (decoded.outcome === 'message') seen.get(topic)!.push(decoded.message);
    },
  });
  return {
    messages: ({ name }) => seen.get(name) ?? [],
    close: () => consumer.disconnect(),
  };
}
