import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { Message } from '@calendar-sync/contracts-envelope';
import { calendars, calendarSyncs, connections } from '@calendar-sync/contracts-sync';
import { calendarChanges } from '@calendar-sync/contracts-webhook-ingestion';
import type { Collector, MessageContext } from '@calendar-sync/kafka';
import { ServiceMetrics } from '@calendar-sync/service-host';
import { observeCalendars, observeConnections, type Observed } from './observe-calendars.handler';

@Controller()
export class CalendarsConsumer {
  constructor(@Inject(ServiceMetrics) private readonly metrics: ServiceMetrics) {}

  private readonly calendars: Collector<Observed> = { flush: observeCalendars };
  private readonly connections: Collector<Observed> = { flush: observeConnections };

  @EventPattern<string>(calendarChanges.name)
  changed(@Payload() message: Message, @Ctx() context: MessageContext): void {
    context.transaction.afterCommit(() => this.metrics.reached('push-published', message));
    collect(this.calendars, message, context);
  }

  @EventPattern<string>(calendarSyncs.name)
  synced(@Payload() message: Message, @Ctx() context: MessageContext): void {
    collect(this.calendars, message, context);
  }

  @EventPattern<string>(calendars.name)
  listed(@Payload() message: Message, @Ctx() context: MessageContext): void {
    collect(this.calendars, message, context);
  }

  @EventPattern<string>(connections.name)
  connected(@Payload() message: Message, @Ctx() context: MessageContext): void {
    collect(this.connections, message, context);
  }
}

const collect = (collector: Collector<Observed>, message: Message, context: MessageContext) =>
  context.collect(collector, { message: { ...message, topic: context.topic }, metadata: context.metadata });
