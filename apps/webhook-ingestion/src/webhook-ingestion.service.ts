import { calendarSyncs } from '@calendar-sync/contracts-sync';
import { webhookIngestionCommands } from '@calendar-sync/contracts-webhook-ingestion';
import { defineService } from '@calendar-sync/service-host';
import { CreateWebhookLogs1767312000000 } from './migrations/1767312000000-create-webhook-logs.migration';
import { notificationPublications } from './publishing/notifications.publications';
import { WebhookIngestionConfig } from './webhook-ingestion.config';

export const webhookIngestion = defineService({
  name: 'webhook-ingestion',
  config: WebhookIngestionConfig,
  http: { variable: 'WEBHOOK_PORT', port: 3001, bodyLimit: 16_384 },
  migrations: [CreateWebhookLogs1767312000000],
  publications: notificationPublications,
  subscriptions: [calendarSyncs],
  commands: webhookIngestionCommands,
  // A push only needs the database: what cannot be published now is published later.
  readyWithout: ['relay', 'consumer'],
});
