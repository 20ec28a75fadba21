import { runRestored } from '@calendar-sync/service-host';
import { afterRestore } from './features/take-up-after-restore/after-restore';
import { sync } from './sync.service';

void runRestored(sync, afterRestore);
