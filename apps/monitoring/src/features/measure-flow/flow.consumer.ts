import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { Message } from '@calendar-sync/contracts-envelope';
import { gatewayOperations } from '@calendar-sync/contracts-gateway';
import { meetings } from '@calendar-sync/contracts-meeting-extraction';
import { calendarEntries, syncOperations } from '@calendar-sync/contracts-sync';
import type { MessageContext } from '@calendar-sync/kafka';
import { ServiceMetrics } from '@calendar-sync/service-host';

/** Topics that say nothing about one calendar's health, and hold what is not monitoring's to keep: counted and timed, never stored. */
@Controller()
export class FlowConsumer {
  constructor(@Inject(ServiceMetrics) private readonly metrics: ServiceMetrics) {}

  @EventPattern<string>(calendarEntries.name)
  entry(@Payload() message: Message, @Ctx() context: MessageContext): void {
    this.measure(message, context);
    context.transaction.afterCommit(() => this.metrics.reached('entry-published', message));
  }

  @EventPattern<string>(meetings.name)
  meeting(@Payload() message: Message, @Ctx() context: MessageContext): void {
    this.measure(message, context);
  }

  @EventPattern<string>(syncOperations.name)
  operationStep(@Payload() message: Message, @Ctx() context: MessageContext): void {
    this.measure(message, context);
  }

  @EventPattern<string>(gatewayOperations.name)
  operation(@Payload() message: Message, @Ctx() context: MessageContext): void {
    this.measure(message, context);
  }

  private measure({ type, time }: Message, { topic, transaction }: MessageContext): void {
    const seconds = Math.max(0, Date.now() - Date.parse(time)) / 1_000;
    // A chunk that is rolled back comes again: only what is committed counts.
    transaction.afterCommit(() => {
      this.metrics.count('monitored_messages_total', 'Messages seen, by topic and type', { topic, type });
      this.metrics.observe(
        'monitored_message_age_seconds',
        'From the recording of a fact to its sight here, by topic',
        { topic },
        seconds,
      );
    });
  }
}
