import { meetingExtractionCommands } from '@calendar-sync/contracts-meeting-extraction';
import { calendarEntries, calendars } from '@calendar-sync/contracts-sync';
import { defineService } from '@calendar-sync/service-host';
import { MeetingExtractionConfig } from './meeting-extraction.config';
import { Occurrences1795393000000 } from './migrations/1795393000000-occurrences.migration';
import { readModels } from './migrations/read-models.migration';
import { meetingPublications } from './publishing/meeting.publications';

export const meetingExtraction = defineService({
  name: 'meeting-extraction',
  config: MeetingExtractionConfig,
  http: { port: 3003 },
  migrations: [readModels, Occurrences1795393000000],
  publications: meetingPublications,
  subscriptions: [calendarEntries, calendars],
  commands: meetingExtractionCommands,
});
