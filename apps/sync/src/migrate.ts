import { runMigrations } from '@calendar-sync/service-host';
import { sync } from './sync.service';

void runMigrations(sync);
