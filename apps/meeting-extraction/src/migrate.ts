import { runMigrations } from '@calendar-sync/service-host';
import { meetingExtraction } from './meeting-extraction.service';

void runMigrations(meetingExtraction);
