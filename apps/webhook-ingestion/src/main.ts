import { startService } from '@calendar-sync/service-host';
import { WebhookIngestionModule } from './webhook-ingestion.module';
import { webhookIngestion } from './webhook-ingestion.service';

void startService(WebhookIngestionModule, webhookIngestion);
