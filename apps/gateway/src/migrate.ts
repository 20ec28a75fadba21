import { runMigrations } from '@calendar-sync/service-host';
import { gateway } from './gateway.service';

void runMigrations(gateway);
