import { projectionMigration } from '@calendar-sync/event-sourcing-postgres';
import { calendarMonitoringResults } from '../projections/calendar-monitoring-results.projection';
import { monitoredConnections } from '../projections/monitored-connections.projection';

export const readModels = projectionMigration(
  [calendarMonitoringResults, monitoredConnections],
  'MonitoringReadModels1795392000000',
);
