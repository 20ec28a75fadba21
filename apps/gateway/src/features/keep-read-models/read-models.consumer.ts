import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Message } from '@calendar-sync/contracts-envelope';
import { meetings } from '@calendar-sync/contracts-meeting-extraction';
import { calendarHealth } from '@calendar-sync/contracts-monitoring';
import { calendarEntries, calendars, calendarSyncs, connections } from '@calendar-sync/contracts-sync';
import { MessageContext } from '@calendar-sync/kafka';
import { ServiceMetrics } from '@calendar-sync/service-host';
import { ReadModels } from './read-models';

/** Every message is kept in the log and folded into the read models with the chunk that it came in. */
@ApiExcludeController()
@Controller()
export class ReadModelsConsumer {
  constructor(
    private readonly readModels: ReadModels,
    private readonly metrics: ServiceMetrics,
  ) {}

  @EventPattern<string>(calendarEntries.name)
  receiveEntry(@Payload() message: Message, @Ctx() context: MessageContext) {
    context.transaction.afterCommit(() => this.metrics.reached('entry-readable', message));
    context.collect(this.readModels, { ...message, topic: context.topic });
  }

  @EventPattern<string>(calendars.name)
  receiveCalendar(@Payload() message: Message, @Ctx() context: MessageContext) {
    context.collect(this.readModels, { ...message, topic: context.topic });
  }

  @EventPattern<string>(connections.name)
  receiveConnection(@Payload() message: Message, @Ctx() context: MessageContext) {
    context.collect(this.readModels, { ...message, topic: context.topic });
  }

  @EventPattern<string>(calendarSyncs.name)
  receiveSync(@Payload() message: Message, @Ctx() context: MessageContext) {
    context.collect(this.readModels, { ...message, topic: context.topic });
  }

  @EventPattern<string>(meetings.name)
  receiveMeeting(@Payload() message: Message, @Ctx() context: MessageContext) {
    context.transaction.afterCommit(() => this.metrics.reached('meeting-readable', message));
    context.collect(this.readModels, { ...message, topic: context.topic });
  }

  @EventPattern<string>(calendarHealth.name)
  receiveHealth(@Payload() message: Message, @Ctx() context: MessageContext) {
    context.collect(this.readModels, { ...message, topic: context.topic });
  }
}
