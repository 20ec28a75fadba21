import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { kafkaBroker } from './servers/kafka-broker';
import { postgresServer } from './servers/postgres-server';
import { openTestRun, sweepAbandonedRuns } from './test-run';
import { needsOf, type Selection } from './tests-in-the-run';

declare global {
  /** Ends the run. Jest gives its global teardown nothing, and loads it apart from the setup. */
  var closeTestRun: (() => Promise<void>) | undefined;
}

/** Starts the run's Postgres and Kafka, only when a test in it needs them. */
export default async function startServers(selection: Selection): Promise<void> {
  const needs = needsOf(selection);
  if (!needs.postgres && !needs.kafka) return;
  sweepAbandonedRuns();
  const run = openTestRun();
  globalThis.closeTestRun = run.close;
  const postgres = postgresServer(join(run.dir, 'postgres'), {
    password: randomBytes(12).toString('hex'),
    durable: false,
  });
  const kafka = needs.kafka ? kafkaBroker(join(run.dir, 'kafka')) : undefined;
  // Both to their end: a server that is still starting when the run closes would be left behind.
  for (const result of await Promise.allSettled([postgres.start(), kafka?.start()])) {
    if (result.status === 'fulfilled') continue;
    await run.close();
    throw result.reason;
  }
  run.publish({ dir: run.dir, postgresUrl: postgres.url, ...(kafka && { kafkaBrokers: kafka.brokers }) });
}
