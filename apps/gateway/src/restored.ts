import { runRestored } from '@calendar-sync/service-host';
import { gateway } from './gateway.service';

void runRestored(gateway);
