import { calendarEntries } from '@calendar-sync/contracts-sync';
import type { Collector, MessageContext } from '@calendar-sync/kafka';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { MeetingExtractionConfig } from '../../meeting-extraction.config';
import { EntriesUnderWay } from './entries-under-way';
import { type EntryMessage, type ReceivedEntry, recordEntries } from './record-entries.handler';

@Controller()
export class EntriesConsumer {
  private readonly entries: Collector<ReceivedEntry>;

  constructor({ MEETING_SERVICES_FILE: services }: MeetingExtractionConfig, underWay: EntriesUnderWay) {
    this.entries = {
      flush: (tx, received) => {
        underWay.note(received.length);
        return recordEntries(tx, received, services);
      },
    };
  }

  @EventPattern<string>(calendarEntries.name)
  receive(@Payload() message: EntryMessage, @Ctx() context: MessageContext): void {
    context.collect(this.entries, { message, metadata: context.metadata });
  }
}
