import { syncCommands } from '@calendar-sync/contracts-sync';
import { calendarChanges } from '@calendar-sync/contracts-webhook-ingestion';
import { defineService } from '@calendar-sync/service-host';
import { CreateSyncTables1767226000000 } from './migrations/1767226000000-create-sync-tables.migration';
import { RestAndUrgency1767226100000 } from './migrations/1767226100000-rest-and-urgency.migration';
import { syncPublications } from './publishing/sync.publications';
import { SyncConfig } from './sync.config';

export const sync = defineService({
  name: 'sync',
  config: SyncConfig,
  http: { port: 3002 },
  migrations: [CreateSyncTables1767226000000, RestAndUrgency1767226100000],
  publications: syncPublications,
  subscriptions: [calendarChanges],
  commands: syncCommands,
});
