import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { Message } from '@calendar-sync/contracts-envelope';
import { calendarChanges, type CalendarChangeNotifiedV1 } from '@calendar-sync/contracts-webhook-ingestion';
import type { MessageContext } from '@calendar-sync/kafka';
import { NoteNotifications } from './note-notifications';

@Controller()
export class CalendarChangesConsumer {
  constructor(private readonly notes: NoteNotifications) {}

  @EventPattern<string>(calendarChanges.name)
  receive(@Payload() { data }: Message<CalendarChangeNotifiedV1>, @Ctx() context: MessageContext): void {
    context.collect(this.notes, { push: data, metadata: context.metadata });
  }
}
