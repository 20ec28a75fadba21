import {
  accepts,
  type KafkaBroker,
  kafkaBroker,
  kafkaJars,
  type PostgresServer,
  postgresServer,
  requireJava,
} from '@calendar-sync/test-infrastructure';
import { type Environment, Refusal } from '../settings/settings';
import type { StackDirectory } from '../stack-directory';
import { withClient } from './databases';

export interface ServerOptions {
  directory: StackDirectory;
  settings: Environment;
  ports: { postgres: number; kafka: number };
  postgresPassword: string;
  durable: boolean;
  /** False where every service brings its own database URL. */
  needsPostgres: boolean;
  kafkaDetour?: { listen: number; advertise: number };
}

/** The Postgres and the Kafka of a stack: its own, or those that KAFKA_BROKERS and POSTGRES_URL name. */
export class Servers {
  readonly postgres: PostgresServer | undefined;
  readonly kafka: KafkaBroker | undefined;

  constructor(private readonly options: ServerOptions) {
    const { directory, settings, ports, postgresPassword, durable, needsPostgres, kafkaDetour } = options;
    if (needsPostgres && settings['POSTGRES_URL'] === undefined) {
      this.postgres = postgresServer(directory.postgres, { port: ports.postgres, password: postgresPassword, durable });
    }
    if (settings['KAFKA_BROKERS'] === undefined) {
      this.kafka = kafkaBroker(directory.kafka, { port: ports.kafka, ...(kafkaDetour && { detour: kafkaDetour }) });
    }
  }

  get brokers(): string[] {
    const { KAFKA_BROKERS: named } = this.options.settings;
    return this.kafka?.brokers ?? (named ?? '').split(',').map((broker) => broker.trim());
  }

  get superuserUrl(): string | undefined {
    return this.postgres?.url ?? this.options.settings['POSTGRES_URL'];
  }

  async start(report: (text: string) => void): Promise<void> {
    // Both to their end, so that neither is still starting when a failure stops them.
    const results = await Promise.allSettled([this.startPostgres(report), this.startKafka(report)]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  async stop(): Promise<void> {
    await Promise.all([this.kafka?.stop({ graceMs: 3_000 }), this.postgres?.stop({ graceMs: 3_000 })]);
  }

  private async startPostgres(report: (text: string) => void): Promise<void> {
    const { ports, settings } = this.options;
    if (this.postgres === undefined) {
      const url = settings['POSTGRES_URL'];
      if (url !== undefined)
        await reachable('POSTGRES_URL', () => withClient(url, (client) => client.query('select 1')));
      return;
    }
    if (this.postgres.pid === undefined) await portIsFree(ports.postgres, 'POSTGRES_PORT');
    const postgres = this.postgres;
    report(`Postgres ${await inOneLine(() => postgres.start())}, port ${postgres.port}`);
  }

  private async startKafka(report: (text: string) => void): Promise<void> {
    const { ports } = this.options;
    if (this.kafka === undefined) {
      const answering = await Promise.all(
        this.brokers.map((broker) => accepts(Number(broker.split(':')[1]), broker.split(':')[0], 3_000)),
      );
      if (!answering.includes(true)) throw new Refusal('KAFKA_BROKERS: no Kafka answers there.');
      return;
    }
    const kafka = this.kafka;
    if (kafka.pid === undefined) {
      await portIsFree(ports.kafka, 'KAFKA_PORT');
      // Before Maven is asked, which needs Java too and says so in words of its own.
      await inOneLine(async () => requireJava());
    }
    await inOneLine(() =>
      kafkaJars({ onFetch: (version) => report(`fetching Kafka ${version} with Maven, once (about 43 MB)`) }),
    );
    report(`Kafka ${await inOneLine(() => kafka.start())}, port ${this.brokers[0]?.split(':')[1]}`);
  }
}

/** Throws a Refusal when a program listens there. */
export async function portIsFree(port: number, variable: string): Promise<void> {
  if (await accepts(port)) {
    throw new Refusal(`Port ${port} is taken by another program: end it, or set ${variable} to another port.`);
  }
}

/** Missing Java or Maven, a full disk: what a person can mend is told without a stack trace. */
async function inOneLine<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Refusal(error instanceof Error ? error.message : String(error));
  }
}

async function reachable(variable: string, attempt: () => Promise<unknown>): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    const code = (error as { code?: string }).code;
    throw new Refusal(`${variable}: no Postgres lets us in there${code === undefined ? '' : ` (${code})`}.`);
  }
}
