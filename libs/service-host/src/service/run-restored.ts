import type { Message } from '@calendar-sync/contracts-envelope';
import {
  advanceEpoch,
  type Database,
  isTransientDatabaseError,
  openDatabase,
  type Transaction,
} from '@calendar-sync/event-sourcing-postgres';
import { createKafka, eachLostMessage, publications } from '@calendar-sync/kafka';
import { ConfigError, type Environment, loadConfig } from '../config/load-config';
import { ServiceConfig } from '../config/service-config';
import { createLogger } from '../logging/logger';
import { scrubText } from '../logging/scrub';
import { type ServiceDefinition, variableNames } from './define-service';

/** A message that the service published and that its restored database does not know. */
export interface LostMessage {
  topic: string;
  message: Message;
}

/** What a service does besides publishing anew once its database was restored from an older copy. */
export interface AfterRestore {
  /** The topics whose lost messages `follow` needs. */
  topics: readonly string[];
  /** Locks, in the order of the running service, what `follow` will write. */
  prepare?(tx: Transaction): Promise<void>;
  /** In the transaction of the new epoch. Gives lines for the operator. */
  follow(tx: Transaction, lost: readonly LostMessage[]): Promise<string[]>;
}

export interface RestoredReport {
  epoch: number;
  lost: number;
  /** False where the topics no longer hold everything that the database has forgotten. */
  complete: boolean;
  lines: string[];
}

const ATTEMPTS = 5;

/** Begins a new epoch of the service's log, so that its relay publishes everything again and consumers take that instead of what they have. The service may run. */
export async function restored(
  service: ServiceDefinition,
  environment: Environment,
  after?: AfterRestore,
): Promise<RestoredReport> {
  const config = loadConfig(ServiceConfig, environment, variableNames(service));
  const name = `${service.name} after a restore`;
  const logger = createLogger({ service: name, level: 'silent' });
  const database = openDatabase({
    url: config.DATABASE_URL,
    applicationName: name,
    maxConnections: 2,
    lockTimeoutMs: 30_000,
    idleInTransactionTimeoutMs: 60_000,
  });
  try {
    const kafka = createKafka({ brokers: config.KAFKA_BROKERS, clientId: name.replaceAll(' ', '-'), logger });
    const lost: LostMessage[] = [];
    let count = 0;
    const { complete } = await eachLostMessage(
      {
        kafka,
        database,
        source: `/calendar-sync/${service.name}`,
        publications: service.publications ?? publications<never>({}),
        topicPrefix: config.TOPIC_PREFIX,
      },
      (topic, message) => {
        count += 1;
        if (after?.topics.includes(topic) === true) lost.push({ topic, message });
      },
    );
    return { ...(await beginEpoch(database, lost, after)), lost: count, complete };
  } finally {
    await database.close();
  }
}

async function beginEpoch(database: Database, lost: readonly LostMessage[], after: AfterRestore | undefined) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.transaction(
        async (tx) => {
          await after?.prepare?.(tx);
          const epoch = await advanceEpoch(tx);
          return { epoch, lines: (await after?.follow(tx, lost)) ?? [] };
        },
        { statementTimeoutMs: 0 }, // the whole log may have to be rewritten
      );
    } catch (error) {
      // The running service may hold what this waits for, in another order.
      if (attempt === ATTEMPTS || !isTransientDatabaseError(error)) throw error;
    }
  }
}

/** `src/restored.ts` of a service: to be run once after its database was restored from an older copy; exits 1 when it could not. */
export async function runRestored(service: ServiceDefinition, after?: AfterRestore): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  try {
    const { epoch, lost, complete, lines } = await restored(service, process.env, after);
    say(
      `${service.name}: epoch ${epoch} has begun. Its relay publishes the whole log again; consumers take that instead.`,
    );
    say(`${lost} messages that it had published are not in this copy.`);
    if (!complete) say('The topics no longer hold all of them: the copy is older than what they keep.');
    for (const line of lines) say(line);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${error instanceof ConfigError ? message : scrubText(message)}\n`);
    process.exitCode = 1;
  }
}
