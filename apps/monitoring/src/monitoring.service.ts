import { gatewayOperations } from '@calendar-sync/contracts-gateway';
import { meetings } from '@calendar-sync/contracts-meeting-extraction';
import { monitoringCommands } from '@calendar-sync/contracts-monitoring';
import { calendarEntries, calendars, calendarSyncs, connections, syncOperations } from '@calendar-sync/contracts-sync';
import { calendarChanges } from '@calendar-sync/contracts-webhook-ingestion';
import { defineService } from '@calendar-sync/service-host';
import { CalendarHealthReports1795392000001 } from './migrations/1795392000001-calendar-health-reports.migration';
import { readModels } from './migrations/read-models.migration';
import { MonitoringConfig } from './monitoring.config';
import { calendarHealthPublications } from './publishing/calendar-health.publications';

export const monitoring = defineService({
  name: 'monitoring',
  config: MonitoringConfig,
  http: { port: 3004 },
  migrations: [readModels, CalendarHealthReports1795392000001],
  publications: calendarHealthPublications,
  subscriptions: [
    calendarChanges,
    calendarEntries,
    calendars,
    calendarSyncs,
    connections,
    syncOperations,
    meetings,
    gatewayOperations,
  ],
  commands: monitoringCommands,
});
