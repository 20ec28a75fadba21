import { setTimeout as delay } from 'node:timers/promises';
import type { Topic } from '@calendar-sync/contracts-envelope';
import { gatewayTopics } from '@calendar-sync/contracts-gateway';
import { meetingExtractionTopics } from '@calendar-sync/contracts-meeting-extraction';
import { monitoringTopics } from '@calendar-sync/contracts-monitoring';
import { syncTopics } from '@calendar-sync/contracts-sync';
import { webhookIngestionTopics } from '@calendar-sync/contracts-webhook-ingestion';
import { createTopics, type TopicDrift } from '@calendar-sync/kafka';
import { factsOf, services, type Service } from '../services/services';

type Cluster = Parameters<typeof createTopics>[0];

const topicsOf: Record<Service, readonly Topic[]> = {
  'webhook-ingestion': webhookIngestionTopics,
  sync: syncTopics,
  'meeting-extraction': meetingExtractionTopics,
  monitoring: monitoringTopics,
  gateway: gatewayTopics,
};

export interface TopicOptions {
  prefix?: string;
  partitions?: number;
  replicationFactor?: number;
}

/** Every topic of every service, and those on which each is answered when it asks again for what it missed. */
export async function createAllTopics(
  kafka: Cluster,
  { prefix = '', partitions = 12, replicationFactor = 1 }: TopicOptions = {},
): Promise<{ created: number; drift: TopicDrift[] }> {
  const drift: TopicDrift[] = [];
  let created = 0;
  for (const service of services) {
    const read = factsOf[service].reads.flatMap((owner) => topicsOf[owner]);
    const done = await createTopics(kafka, topicsOf[service], {
      prefix,
      partitions,
      replicationFactor,
      replaysFor: { consumer: service, topics: read },
    });
    created += done.created.length;
    drift.push(...done.drift);
  }
  return { created, drift };
}

/** A new broker makes the topic of its consumer groups when first asked for one, and turns consumers away meanwhile. */
export async function coordinatorIsThere(kafka: Cluster): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await patiently(() => admin.describeGroups(['local-stack']));
  } finally {
    await admin.disconnect();
  }
}

const PATIENCE_MS = 20_000;

async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if ((error as { retriable?: boolean }).retriable !== true || Date.now() > until) throw error;
      await delay(200);
    }
  }
}
