import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Topic } from '@calendar-sync/contracts-envelope';
import type { Publications } from '@calendar-sync/kafka';
import type { MigrationInterface } from 'typeorm';
import type { ServiceConfig } from '../config/service-config';
import type { VariableNames } from '../config/load-config';
import type { RefusalStatuses } from '../problems/problem.filter';

export interface ServiceDefinition<Config extends ServiceConfig = ServiceConfig> {
  /** As in `apps/<name>`; also the consumer group and the `service` of every log line. */
  readonly name: string;
  readonly config: new () => Config;
  /** The service's own; those of the event log and of messaging are added. */
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** Its HTTP port: the variable it is read from (default `<SERVICE>_PORT`) and the port without one. */
  readonly http?: { variable?: string; port: number; bodyLimit?: number };
  /** What it publishes of its own facts. */
  readonly publications?: Publications;
  /** The topics of others that it consumes. */
  readonly subscriptions: readonly Topic[];
  /** The command topic that it owns: consumed like a subscription; replays are answered by the relay. */
  readonly commands?: Topic;
  /**
   * Parts whose trouble is shown but does not make the service unready. Default: none. For a service whose answers need nothing
   * but its database, being sent no work because Kafka is away would make a small trouble a big one.
   */
  readonly readyWithout?: readonly ('consumer' | 'relay')[];
  /** Handled in one transaction per chunk. */
  readonly chunkSize?: number;
  /** HTTP status of a rule's refusal by its code; 409 unless named. */
  readonly refusals?: RefusalStatuses;
  /** What only the whole application can be asked for (a description of its API), called once before its routes are opened. */
  configure?(app: NestFastifyApplication): void;
}

export const defineService = <Config extends ServiceConfig>(
  definition: ServiceDefinition<Config>,
): ServiceDefinition<Config> => definition;

const upper = (name: string) => name.toUpperCase().replaceAll('-', '_');

/** From which variables a service reads the settings that every service has. */
export const variableNames = ({ name, http }: ServiceDefinition): VariableNames => ({
  DATABASE_URL: { variable: `${upper(name)}_DATABASE_URL` },
  PORT: { variable: http?.variable ?? `${upper(name)}_PORT`, fallback: String(http?.port ?? 0) },
});
