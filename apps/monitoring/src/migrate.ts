import { runMigrations } from '@calendar-sync/service-host';
import { monitoring } from './monitoring.service';

void runMigrations(monitoring);
