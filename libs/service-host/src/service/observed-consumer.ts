import type { Message } from '@calendar-sync/contracts-envelope';
import { KafkaConsumerStrategy, type MessageContext } from '@calendar-sync/kafka';
import type { MessageHandler } from '@nestjs/microservices';
import type { Logger } from 'pino';
import type { ServiceMetrics } from '../metrics/service-metrics';
import { inTrace } from '../tracing/trace-context';

/** The consumer of a service: each handler runs in the trace of its message, and its time is taken. */
export class ObservedConsumer extends KafkaConsumerStrategy {
  constructor(
    options: ConstructorParameters<typeof KafkaConsumerStrategy>[0],
    private readonly times: ServiceMetrics,
    private readonly log: Logger,
  ) {
    super(options);
  }

  override addHandler(
    pattern: unknown,
    handler: MessageHandler,
    isEventHandler?: boolean,
    extras?: Record<string, unknown>,
  ): void {
    const observed: MessageHandler = (message: Message, context: MessageContext) =>
      inTrace(message.traceparent, async () => {
        const startedAt = performance.now();
        try {
          const result: unknown = await handler(message, context);
          const { type, subject, key, sequence } = message;
          this.log.debug({ topic: context.topic, type, subject, key, sequence }, 'a message was handled');
          return result;
        } finally {
          const seconds = (performance.now() - startedAt) / 1_000;
          this.times.observe(
            'handler_seconds',
            'One message in its handler',
            { topic: context.topic, type: message.type },
            seconds,
          );
        }
      });
    // Nest calls a second handler of the same topic through the first one's `next`.
    Object.defineProperty(observed, 'next', {
      get: () => handler.next,
      set: (next: MessageHandler) => {
        handler.next = next;
      },
    });
    super.addHandler(pattern, observed, isEventHandler, extras);
  }
}
