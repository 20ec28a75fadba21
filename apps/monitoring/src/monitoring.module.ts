import { Inject, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE, LOGGER, type Logger, ServiceHostModule } from '@calendar-sync/service-host';
import { LogRetention } from './features/forget-old-messages/log-retention';
import { FlowConsumer } from './features/measure-flow/flow.consumer';
import { CalendarsConsumer } from './features/observe-calendars/calendars.consumer';
import { DueReports } from './features/report-health/due-reports';
import { MonitoringConfig } from './monitoring.config';
import { monitoring } from './monitoring.service';

@Module({
  imports: [ServiceHostModule.for(monitoring)],
  controllers: [CalendarsConsumer, FlowConsumer],
  providers: [
    {
      provide: DueReports,
      inject: [DATABASE, LOGGER],
      useFactory: (database: Database, logger: Logger) => new DueReports(database, logger),
    },
    {
      provide: LogRetention,
      inject: [DATABASE, MonitoringConfig, LOGGER],
      useFactory: (database: Database, config: MonitoringConfig, logger: Logger) =>
        new LogRetention(database, config.MONITORING_LOG_DAYS, logger),
    },
  ],
})
export class MonitoringModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    @Inject(DueReports) private readonly dueReports: DueReports,
    @Inject(LogRetention) private readonly retention: LogRetention,
  ) {}

  onApplicationBootstrap() {
    this.dueReports.start();
    this.retention.start();
  }

  async onModuleDestroy() {
    await Promise.all([this.dueReports.stop(), this.retention.stop()]);
  }
}
