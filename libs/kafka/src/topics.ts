import { setTimeout as delay } from 'node:timers/promises';
import { replayTopicName, type Topic } from '@calendar-sync/contracts-envelope';
import { ConfigResourceTypes, type Kafka } from 'kafkajs';

/** The largest record that a topic takes, in bytes. What is larger quarantines its key at the relay. */
export const MAX_MESSAGE_BYTES = 5_000_000;

const REPLAY_PARTITIONS = 3;
const WAIT_MS = 100;
const WAIT_TIMES = 200;

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
    if (missing.length > 0) await create(admin, missing, replicationFactor);
    const drift = await driftOf(
      admin,
      wanted.filter(({ name }) => there.has(name)),
    );
    return { created: missing.map(({ name }) => name), drift };
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

/** kafkajs' own wait for the leaders fails when the broker it asks has not heard of the topic yet, so it is waited for here. */
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
  const names = topics.map(({ name }) => name);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { topics: metadata } = await admin.fetchTopicMetadata({ topics: names });
      if (metadata.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return;
    } catch (error) {
      if (attempt >= WAIT_TIMES) throw error;
    }
    if (attempt >= WAIT_TIMES) throw new Error(`${names.join(', ')}: created, but without leaders after 20 s`);
    await delay(WAIT_MS);
  }
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
  if (topics.length === 0) return [];
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
