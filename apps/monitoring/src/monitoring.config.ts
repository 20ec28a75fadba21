import { IntegerSetting, ServiceConfig } from '@calendar-sync/service-host';

export class MonitoringConfig extends ServiceConfig {
  /** How long pushes, syncs and reports are kept in the log. */
  @IntegerSetting({ min: 1, max: 3_650, default: 30 })
  MONITORING_LOG_DAYS: number;
}
