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
import { EntriesUnderWay } from './features/record-entries/entries-under-way';
import { MeetingExtractionConfig } from './meeting-extraction.config';
import { meetingExtraction } from './meeting-extraction.service';

const OCCURRENCE_GAUGES = Symbol('OCCURRENCE_GAUGES');

@Module({
  imports: [ServiceHostModule.for(meetingExtraction)],
  controllers: [EntriesConsumer, CalendarsConsumer],
  providers: [
    { provide: EntriesUnderWay, useFactory: () => new EntriesUnderWay() },
    {
      provide: OccurrencePublisher,
      inject: [DATABASE, MeetingExtractionConfig, EntriesUnderWay, LOGGER, ServiceMetrics],
      useFactory: (
        database: Database,
        { MEETING_HORIZON_DAYS: horizonDays }: MeetingExtractionConfig,
        entries: EntriesUnderWay,
        logger: Logger,
        metrics: ServiceMetrics,
      ) => new OccurrencePublisher({ database, horizonDays, waitsFor: () => entries.goBefore(), logger, metrics }),
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
