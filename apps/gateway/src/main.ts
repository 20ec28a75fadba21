import { startService } from '@calendar-sync/service-host';
import { GatewayModule } from './gateway.module';
import { gateway } from './gateway.service';

void startService(GatewayModule, gateway);
