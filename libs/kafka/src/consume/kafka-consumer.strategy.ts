import { type Message, type Topic } from '@calendar-sync/contracts-envelope';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import type { Kafka } from 'kafkajs';
import { isObservable, lastValueFrom } from 'rxjs';
import { type Logger, type Metrics, noMetrics } from '../observability';
import { ConsumerGroup } from './consumer-group';
import type { ConsumerState } from './consumer-health';
import type { MessageContext } from './message-context';
import { handlerErrorsReachUs } from './nest-errors';

export interface KafkaConsumerOptions {
  kafka: Kafka;
  database: Database;
  /** One per service. Also the name under which it asks for replays. */
  group: string;
  /** What it reads; of a command topic, the service's own. The replay topics of the others come by themselves. */
  topics: readonly Topic[];
  /** The command topic of a topic's owner, where a replay is asked for. */
  replayCommandsTo?: (topic: Topic) => Topic | undefined;
  /** Of the environment; empty in production. */
  topicPrefix?: string;
  logger: Logger;
  metrics?: Metrics;
  /** Messages per transaction; 500 by default. */
  chunkSize?: number;
  /** The process can't do its work any more and must end: the consumer died, or Kafka contradicts what was applied. */
  onFatal?: (error: Error) => void;
  /** How often parked messages are looked at; 3000 ms by default. */
  parkedEveryMs?: number;
  /** How long an asked replay may take before it is asked for again; 60,000 ms by default. */
  askAgainAfterMs?: number;
  /** How often the broker's offsets are compared with the database's; 15,000 ms by default. */
  compareEveryMs?: number;
  /** How long a member may be silent; 6000 ms by default. */
  sessionTimeoutMs?: number;
}

/**
 * Nest's transport for `@EventPattern(topic.name)`: effect, offset and sequence commit in one transaction. A handler gets
 * the message (`@Payload()`) and a MessageContext (`@Ctx()`).
 */
export class KafkaConsumerStrategy extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  private readonly group: ConsumerGroup;

  constructor(private readonly options: KafkaConsumerOptions) {
    super();
    handlerErrorsReachUs();
    this.group = new ConsumerGroup({
      ...options,
      metrics: options.metrics ?? noMetrics,
      handler: (topicName) => this.handlerOf(topicName),
    });
  }

  /** Joins in the background: a service answers its requests also while no broker can be reached. Readiness reads `state()`. */
  listen(callback: (error?: unknown) => void = failLoudly): void {
    try {
      this.requireHandlers();
    } catch (error) {
      callback(error);
      return;
    }
    this.group.start();
    callback();
  }

  /** Ends the chunk in hand, leaves the group. */
  async close(): Promise<void> {
    await this.group.close();
  }

  state(): ConsumerState {
    return this.group.state();
  }

  /** Parked messages are looked at now instead of within seconds. */
  wakeParked(): void {
    this.group.wakeParked();
  }

  on(): never {
    throw new Error('There are no events to listen to; see state()');
  }

  unwrap<T>(): T {
    throw new Error('The consumer is not handed out: whoever uses it directly loses messages');
  }

  private requireHandlers(): void {
    for (const topic of this.options.topics) {
      // The request for a replay is answered here; a service without commands of its own needs no handler.
      const own = topic.messages.filter(({ type }) => type !== 'ReplayRequested.v1');
      if (own.length > 0 && this.getHandlerByPattern(topic.name) === null) {
        throw new Error(`${topic.name} is subscribed to, but no @EventPattern handles it`);
      }
    }
  }

  /** Asked for each message: `getHandlerByPattern` would first fail to read the name as JSON, which costs more than most handlers. */
  private handlerOf(topicName: string) {
    const handler = this.messageHandlers.get(topicName);
    if (handler === undefined) return undefined;
    return async (message: Message, context: MessageContext) => {
      const result: unknown = await handler(message, context);
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    };
  }
}

function failLoudly(error?: unknown): void {
  if (error !== undefined) throw error;
}
