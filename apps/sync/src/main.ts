import { startService } from '@calendar-sync/service-host';
import { SyncModule } from './sync.module';
import { sync } from './sync.service';

void startService(SyncModule, sync);
