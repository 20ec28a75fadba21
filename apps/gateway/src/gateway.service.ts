import { gatewayCommands } from '@calendar-sync/contracts-gateway';
import { meetings } from '@calendar-sync/contracts-meeting-extraction';
import { calendarHealth } from '@calendar-sync/contracts-monitoring';
import { calendarEntries, calendars, calendarSyncs, connections, syncOperations } from '@calendar-sync/contracts-sync';
import { projectionMigration } from '@calendar-sync/event-sourcing-postgres';
import { defineService } from '@calendar-sync/service-host';
import { describeApi } from './features/describe-api/api-description';
import { takeLargeEvents } from './features/preview-meeting/large-events';
import { GatewayConfig } from './gateway.config';
import { ClientOwnersAndKeys1767225900000 } from './migrations/1767225900000-client-owners-and-keys.migration';
import { ShownTexts1795737600000 } from './migrations/1795737600000-shown-texts.migration';
import { readModels } from './projections/read-models';
import { operationPublications } from './publishing/operation.publications';

/** What the host needs to know of the gateway. */
export const gateway = defineService({
  name: 'gateway',
  config: GatewayConfig,
  http: { port: 3000, bodyLimit: 65_536 },
  migrations: [projectionMigration(readModels), ClientOwnersAndKeys1767225900000, ShownTexts1795737600000],
  publications: operationPublications,
  subscriptions: [calendarEntries, calendars, connections, calendarSyncs, syncOperations, meetings, calendarHealth],
  commands: gatewayCommands,
  configure: (app) => {
    describeApi(app);
    takeLargeEvents(app);
  },
});
