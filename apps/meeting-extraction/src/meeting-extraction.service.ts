import { meetingExtractionCommands } from '@calendar-sync/contracts-meeting-extraction';
import { calendarEntries } from '@calendar-sync/contracts-sync';
import { defineService } from '@calendar-sync/service-host';
import { MeetingExtractionConfig } from './meeting-extraction.config';
import { readModels } from './migrations/read-models.migration';
import { meetingPublications } from './publishing/meeting.publications';

export const meetingExtraction = defineService({
  name: 'meeting-extraction',
  config: MeetingExtractionConfig,
  http: { port: 3003 },
  migrations: [readModels],
  publications: meetingPublications,
  subscriptions: [calendarEntries],
  commands: meetingExtractionCommands,
});
