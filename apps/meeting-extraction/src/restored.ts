import { runRestored } from '@calendar-sync/service-host';
import { meetingExtraction } from './meeting-extraction.service';

void runRestored(meetingExtraction);
