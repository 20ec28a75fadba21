import { startService } from '@calendar-sync/service-host';
import { MonitoringModule } from './monitoring.module';
import { monitoring } from './monitoring.service';

void startService(MonitoringModule, monitoring);
