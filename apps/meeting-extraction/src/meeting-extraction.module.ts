import { Inject, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import {
  DATABASE,
  LOGGER,
  type Logger,
  ServiceHostModule,
  ServiceMetrics,
  type Worker,
} from '@calendar-sync/service-host';
import { CalendarsConsumer } from './features/follow-calendars/calendars.consumer';
import { occurrenceGauges } from './features/publish-occurrences/occurrence-gauges';
import { OccurrencePublisher } from './features/publish-occurrences/occurrence-publisher';
import { EntriesConsumer } from './features/record-entries/entries.consumer';
import { MeetingExtractionConfig } from './meeting-extraction.config';
import { meetingExtraction } from './meeting-extraction.service';

const OCCURRENCE_GAUGES = Symbol('OCCURRENCE_GAUGES');

@Module({
  imports: [ServiceHostModule.for(meetingExtraction)],
  controllers: [EntriesConsumer, CalendarsConsumer],
  providers: [
    {
      provide: OccurrencePublisher,
      inject: [DATABASE, MeetingExtractionConfig, LOGGER, ServiceMetrics],
      useFactory: (database: Database, config: MeetingExtractionConfig, logger: Logger, metrics: ServiceMetrics) =>
        new OccurrencePublisher({ database, horizonDays: config.MEETING_HORIZON_DAYS, logger, metrics }),
    },
    {
      provide: OCCURRENCE_GAUGES,
      inject: [DATABASE, ServiceMetrics, LOGGER],
      useFactory: occurrenceGauges,
    },
  ],
})
export class MeetingExtractionModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly occurrences: OccurrencePublisher,
    @Inject(OCCURRENCE_GAUGES) private readonly gauges: Worker,
  ) {}

  onApplicationBootstrap(): void {
    this.occurrences.start();
    this.gauges.start();
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([this.occurrences.stop(), this.gauges.stop()]);
  }
}
