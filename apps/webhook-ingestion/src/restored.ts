import { runRestored } from '@calendar-sync/service-host';
import { webhookIngestion } from './webhook-ingestion.service';

void runRestored(webhookIngestion);
