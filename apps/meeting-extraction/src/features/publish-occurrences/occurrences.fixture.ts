import type { EntryV1 } from '@calendar-sync/contracts-sync';
import { createLogger, ServiceMetrics } from '@calendar-sync/service-host';
import { meetingEntry, openMeetingExtraction, type ToldMeeting } from '../../meeting-extraction.fixture';
import { OccurrencePublisher, type OccurrencePublisherOptions } from './occurrence-publisher';

const logger = createLogger({ service: 'test', level: 'silent' });

/** Ahead of every clock, so that what was just made due is due. */
export const start = new Date('2046-11-26T12:00:00Z');

/** A database of the service, and publishers on it that look six days ahead unless told otherwise. */
export async function openOccurrences() {
  const service = await openMeetingExtraction();
  const publisherAt = (now: Date, more: Partial<OccurrencePublisherOptions> = {}) =>
    new OccurrencePublisher({
      database: service.database,
      logger,
      metrics: new ServiceMetrics('test'),
      horizonDays: 6,
      random: () => 0,
      now: () => now,
      ...more,
    });
  return {
    ...service,
    publisherAt,
    /** Publishes until nothing is due; gives in how many transactions. */
    async publish(now = start, more: Partial<OccurrencePublisherOptions> = {}): Promise<number> {
      const publisher = publisherAt(now, more);
      let rounds = 0;
      while ((await publisher.round()) === 'again') rounds += 1;
      return rounds;
    },
    toldSince: async (series: EntryV1, before = 0) =>
      inWords(series, (await service.told(series.calendarId)).slice(before)),
    count: async (series: EntryV1) => (await service.told(series.calendarId)).length,
    /** What is left of one test must not be work of the next. */
    forgetJobs: () => service.database.query('DELETE FROM occurrence_jobs'),
  };
}

export type Occurrences = Awaited<ReturnType<typeof openOccurrences>>;

/** At nine, daily since six days before. */
export const daily = (more: Partial<EntryV1> = {}): EntryV1 =>
  meetingEntry({
    start: { dateTime: '2046-11-20T09:00:00Z', timeZone: 'UTC' },
    end: { dateTime: '2046-11-20T09:15:00Z', timeZone: 'UTC' },
    recurrence: ['RRULE:FREQ=DAILY'],
    ...more,
  });

export const nine = (dayOfMonth: number) => `2046-11-${String(dayOfMonth).padStart(2, '0')}T09:00:00Z`;

/** What, of the series or of which start, with what changed or why, and whether as the series gives it. */
export const inWords = (series: EntryV1, told: readonly ToldMeeting[]): string[] =>
  told.map(({ type, provider, data }) => {
    const place = provider.replace(series.providerEntryId.replace(/_R.*$/, ''), '') || 'series';
    const changed = data.changed?.map(({ field }) => field).join();
    return [type.replace('Meeting', ''), place, changed ?? data.reason, data.about.fromSeries && 'from series']
      .filter(Boolean)
      .join(' ');
  });
