import { runRestored } from '@calendar-sync/service-host';
import { monitoring } from './monitoring.service';

void runRestored(monitoring);
