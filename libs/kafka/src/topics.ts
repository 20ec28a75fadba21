import { setTimeout as delay } from 'node:timers/promises';
import { replayTopicName, type Topic } from '@calendar-sync/contracts-envelope';
import { ConfigResourceTypes, type Kafka } from 'kafkajs';

/** The largest record that a topic takes, in bytes. What is larger quarantines its key at the relay. */
export const MAX_MESSAGE_BYTES = 5_000_000;

const REPLAY_PARTITIONS = 3;
const WAIT_MS = 100;
const PATIENCE_MS = 20_000;

export interface CreateTopicsOptions {
  prefix?: string;
  replicationFactor: number;
  partitions?: number;
  /** The topics on which this consumer is answered when it asks for messages again, one per topic that it reads. */
  replaysFor?: { consumer: string; topics: readonly Topic[] };
}

export interface TopicDrift {
  topic: string;
  setting: string;
  expected: string;
  found: string;
}

/**
 * Creates what is missing and changes nothing that is there: partitions never grow (a key would move to another one and
 * lose its order), settings that differ are reported. Safe to run by many at once.
 */
export async function createTopics(
  kafka: Kafka,
  topics: readonly Topic[],
  { prefix = '', replicationFactor, partitions = 12, replaysFor }: CreateTopicsOptions,
): Promise<{ created: string[]; drift: TopicDrift[] }> {
  const wanted = [
    ...topics.map((topic) => ({ name: topic.name, topic, partitions })),
    ...(replaysFor?.topics ?? [])
      .filter((topic) => topic.kind === 'facts')
      .map((topic) => ({
        name: replayTopicName(topic.name, replaysFor?.consumer ?? ''),
        topic,
        partitions: Math.min(partitions, REPLAY_PARTITIONS),
      })),
  ].map((each) => ({ ...each, name: prefix + each.name, settings: settingsOf(each.topic, replicationFactor) }));
  const admin = kafka.admin();
  await admin.connect();
  try {
    const there = new Set(await admin.listTopics());
    const missing = wanted.filter(({ name }) => !there.has(name));
    if (missing.length > 0) await patiently(() => create(admin, missing, replicationFactor));
    // Also of those that were there: somebody else may have made them a moment ago.
    await patiently(() => requireLeaders(admin, wanted));
    const existing = wanted.filter(({ name }) => there.has(name));
    return {
      created: missing.map(({ name }) => name),
      drift: existing.length === 0 ? [] : await patiently(() => driftOf(admin, existing)),
    };
  } finally {
    await admin.disconnect();
  }
}

type Admin = ReturnType<Kafka['admin']>;

interface Wanted {
  name: string;
  partitions: number;
  settings: Record<string, string>;
}

/** kafkajs' own wait for the leaders fails when the broker it asks has not heard of the topic yet, so it is waited for by itself. */
async function create(admin: Admin, topics: readonly Wanted[], replicationFactor: number): Promise<void> {
  await admin.createTopics({
    waitForLeaders: false,
    topics: topics.map(({ name, settings, partitions: numPartitions }) => ({
      topic: name,
      numPartitions,
      replicationFactor,
      configEntries: Object.entries(settings).map(([setting, value]) => ({ name: setting, value })),
    })),
  });
}

class WithoutLeader extends Error {
  readonly retriable = true;
}

async function requireLeaders(admin: Admin, topics: readonly Wanted[]): Promise<void> {
  const { topics: metadata } = await admin.fetchTopicMetadata({ topics: topics.map(({ name }) => name) });
  const waiting = metadata.filter(({ partitions }) => partitions.some(({ leader }) => leader < 0));
  if (waiting.length > 0) throw new WithoutLeader(`${waiting.map(({ name }) => name).join(', ')}: without a leader`);
}

/** A broker hears of a topic a moment after the controller has made it, and of its own start likewise. */
async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isRetriable(error) || performance.now() > until) throw error;
      await delay(WAIT_MS);
    }
  }
}

function isRetriable(error: unknown): boolean {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if ('retriable' in current && current.retriable === true) return true;
    if ('errors' in current && Array.isArray(current.errors) && current.errors.some(isRetriable)) return true;
  }
  return false;
}

function settingsOf(topic: Topic, replicationFactor: number): Record<string, string> {
  return {
    'cleanup.policy': 'delete',
    'retention.ms': String(topic.retentionMs),
    'message.timestamp.type': 'LogAppendTime',
    'compression.type': 'uncompressed',
    'max.message.bytes': String(MAX_MESSAGE_BYTES + 100_000),
    'min.insync.replicas': replicationFactor >= 3 ? '2' : '1',
  };
}

async function driftOf(admin: Admin, topics: readonly Wanted[]): Promise<TopicDrift[]> {
  const { topics: metadata } = await admin.fetchTopicMetadata({ topics: topics.map(({ name }) => name) });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map(({ name, settings }) => ({
      type: ConfigResourceTypes.TOPIC,
      name,
      configNames: Object.keys(settings),
    })),
  });
  return topics.flatMap(({ name, partitions, settings }) => {
    const found = new Map(
      resources
        .find(({ resourceName }) => resourceName === name)
        ?.configEntries.map(({ configName, configValue }) => [configName, configValue]),
    );
    found.set('partitions', String(metadata.find((topic) => topic.name === name)?.partitions.length));
    return Object.entries({ ...settings, partitions: String(partitions) })
      .filter(([setting, expected]) => found.get(setting) !== expected)
      .map(([setting, expected]) => ({ topic: name, setting, expected, found: found.get(setting) ?? 'absent' }));
  });
}
