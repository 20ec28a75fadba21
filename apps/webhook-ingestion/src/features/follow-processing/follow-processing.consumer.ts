import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { Message } from '@calendar-sync/contracts-envelope';
import {
  calendarSyncs,
  type NotificationFailedV1,
  NotificationFailedV1 as Failed,
  type NotificationProcessedV1,
  NotificationProcessedV1 as Processed,
} from '@calendar-sync/contracts-sync';
import type { Collector, MessageContext } from '@calendar-sync/kafka';
import { markFailed, markProcessed } from '../../webhook-logs';

@Controller()
export class FollowProcessingConsumer {
  // Of a chunk the successes go first: no order of the two can then let a failure stand behind a success.
  private readonly outcomes: Collector<Message> = {
    async flush(tx, messages) {
      const dataOf = <Data>(type: string) =>
        messages.filter((message) => message.type === type).map(({ data }) => data as Data);
      await markProcessed(tx, dataOf<NotificationProcessedV1>(Processed.type));
      await markFailed(tx, dataOf<NotificationFailedV1>(Failed.type));
    },
  };

  @EventPattern<string>(calendarSyncs.name)
  receive(@Payload() message: Message, @Ctx() context: MessageContext): void {
    if (message.type === Processed.type || message.type === Failed.type) context.collect(this.outcomes, message);
  }
}
