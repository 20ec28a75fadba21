import { runMigrations } from '@calendar-sync/service-host';
import { webhookIngestion } from './webhook-ingestion.service';

void runMigrations(webhookIngestion);
