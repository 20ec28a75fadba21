import { startService } from '@calendar-sync/service-host';
import { MeetingExtractionModule } from './meeting-extraction.module';
import { meetingExtraction } from './meeting-extraction.service';

void startService(MeetingExtractionModule, meetingExtraction);
