import { ServiceHostModule } from '@calendar-sync/service-host';
import { Module } from '@nestjs/common';
import { EntriesConsumer } from './features/record-entries/entries.consumer';
import { meetingExtraction } from './meeting-extraction.service';

@Module({
  imports: [ServiceHostModule.for(meetingExtraction)],
  controllers: [EntriesConsumer],
})
export class MeetingExtractionModule {}
