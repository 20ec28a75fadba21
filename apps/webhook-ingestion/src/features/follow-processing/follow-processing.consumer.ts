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
import type { MessageContext } from '@calendar-sync/kafka';
import { markFailed, markProcessed } from '../../webhook-logs';

@Controller()
export class FollowProcessingConsumer {
  @EventPattern<string>(calendarSyncs.name)
  async receive(@Payload() message: Message, @Ctx() context: MessageContext): Promise<void> {
    if (message.type === Processed.type) {
      await markProcessed(context.transaction, message.data as NotificationProcessedV1);
    }
    if (message.type === Failed.type) await markFailed(context.transaction, message.data as NotificationFailedV1);
  }
}
