import { createHash } from 'node:crypto';
import {
  applyProjection,
  ConcurrencyConflict,
  type Database,
  decideOnStreams,
  isTransientDatabaseError,
  type Transaction,
} from '@calendar-sync/event-sourcing-postgres';
import { type Logger, periodic, type ServiceMetrics, type Worker } from '@calendar-sync/service-host';
import { streamOf } from '../../domain/meeting';
import { type Meeting, meeting, type MeetingCommand, type MeetingEvent } from '../../domain/meeting.decider';
import { dueFor, publishedUntil } from '../../domain/occurrence-schedule';
import { asMessage, meetings } from '../../projections/meetings.projection';
import { meetingPublications } from '../../publishing/meeting.publications';
import { readFamilies } from './family-rows';
import {
  claimJobs,
  type ClaimedJobs,
  extendHorizon,
  holdJobs,
  type OccurrenceJob,
  postponeJobs,
  type Settled,
  settleJobs,
} from './occurrence-jobs';
import { type OccurrencePlan, planOccurrences } from './plan-occurrences';

export interface OccurrencePublisherOptions {
  database: Database;
  horizonDays: number;
  logger: Logger;
  metrics: ServiceMetrics;
  /** Something goes before occurrences at the moment. */
  waitsFor?: () => boolean;
  /** How often due series are looked for. */
  everyMs?: number;
  /** At most so many occurrences are told of in one transaction. */
  chunk?: number;
  /** The database's by default. */
  now?: () => Date;
  random?: () => number;
}

/** Series claimed at once, all of one calendar. */
const familiesAtOnce = 20;
/** What one transaction writes of meetings, in characters: one with hundreds of guests counts more. */
const charactersAtOnce = 1_000_000;
/** Of a series in a day: one of every hour has its occurrences published, a denser one none. */
const mostPerDay = 24;

/**
 * Publishes the occurrences of series for the coming days: soon where something changed, else when the next one comes within the
 * horizon. Each transaction claims, decides and writes a bounded part and leaves the rest due, so that it may end anywhere.
 */
export class OccurrencePublisher {
  private readonly loop: Worker;
  private horizonIsKnown = false;

  constructor(private readonly options: OccurrencePublisherOptions) {
    this.loop = periodic({
      name: 'occurrences',
      everyMs: options.everyMs ?? 1_000,
      logger: options.logger,
      run: () => this.round(),
    });
  }

  start = () => this.loop.start();

  stop = () => this.loop.stop();

  /** One part of what is due; `'again'` when there was some. */
  async round(): Promise<'again' | void> {
    const { database, horizonDays, logger } = this.options;
    if (this.options.waitsFor?.() === true) return undefined;
    if (!this.horizonIsKnown) {
      await extendHorizon(database, horizonDays);
      this.horizonIsKnown = true;
    }
    let families: string[] = [];
    try {
      return await database.transaction(async (tx) => {
        const claimed = await claimJobs(tx, familiesAtOnce, this.options.now?.());
        if (claimed === undefined) return undefined;
        families = claimed.jobs.map(({ family }) => family);
        await this.publish(tx, claimed);
        return 'again';
      });
    } catch (error) {
      if (error instanceof ConcurrencyConflict || isTransientDatabaseError(error)) throw error;
      logger.error({ error, families: families.length }, 'occurrences could not be published');
      await postponeJobs(database, families, this.options.now?.());
      return 'again';
    }
  }

  private async publish(tx: Transaction, { calendarId, now, jobs }: ClaimedJobs): Promise<void> {
    const { rows } = await tx.query<{ time_zone: string | null; removed: boolean }>(
      'SELECT time_zone, removed FROM calendars WHERE calendar_id = $1',
      [calendarId],
    );
    if (rows[0]?.removed)
      return holdJobs(
        tx,
        jobs.map(({ family }) => family),
      );

    const anew = jobs.filter(({ changed }) => changed).map(({ family }) => family);
    const known = await readFamilies(
      tx,
      jobs.map(({ family }) => family),
      { families: anew, from: now },
    );
    const horizon = publishedUntil(now, this.options.horizonDays);
    const share = new Share(this.options.chunk ?? 500, charactersAtOnce);
    const parts: { job: OccurrenceJob; to: number; plan: OccurrencePlan; taken: OccurrencePlan['follow'] }[] = [];
    for (const job of jobs) {
      // What no room is left for stays due as it is.
      if (share.isUsedUp()) break;
      const to = Math.max(horizon, job.publishedUntil ?? horizon);
      const plan = planOccurrences(known.get(job.family)!, {
        from: job.changed ? now : (job.publishedUntil ?? now),
        to,
        anew: job.changed,
        timeZone: rows[0]?.time_zone ?? 'UTC',
        most: mostPerDay * (this.options.horizonDays + 2),
      });
      this.countUnusable(plan.unusable);
      parts.push({ job, to, plan, taken: share.of(plan.follow) });
    }

    const decided = await decideOnStreams<Meeting, MeetingCommand, MeetingEvent>(
      tx,
      meeting,
      parts.flatMap(({ job, taken }) =>
        taken.map(({ about, verdict }) => ({
          streamId: streamOf(about.meetingId),
          ownerId: about.ownerId,
          commands: [{ type: 'FollowSeries', data: { about, verdict } }],
          metadata: job.cause,
        })),
      ),
      { route: meetingPublications.route },
    );
    await applyProjection(tx, meetings, decided.map(asMessage));
    await settleJobs(
      tx,
      parts.map(({ job, plan, taken, to }) => this.settle(job, plan, taken.length, { now, to })),
      this.options.horizonDays,
    );
    tx.afterCommit(() => this.count(decided));
  }

  private settle(
    { family, changed }: OccurrenceJob,
    { follow, next, overAt }: OccurrencePlan,
    taken: number,
    { now, to }: { now: number; to: number },
  ): Settled {
    const rest = follow[taken];
    // Due again at once, but behind what others wait for.
    if (rest !== undefined)
      return { family, dueAt: now, complete: false, ...(!changed && { publishedUntil: rest.startsAt }) };
    const told = { family, complete: true, publishedUntil: to };
    const { horizonDays, random = Math.random } = this.options;
    if (next !== undefined)
      return { ...told, dueAt: dueFor(next, { now, horizonDays, place: placeOf(family), random: random() }) };
    // What was told of may still change, so that the job stays until that is over.
    return overAt !== undefined && overAt > now ? { ...told, dueAt: overAt } : told;
  }

  private countUnusable(series: number): void {
    if (series === 0) return;
    this.options.metrics.count(
      'meeting_series_not_expanded_total',
      'Looks at series whose rules are broken or denser than once an hour: they have no occurrences published',
      {},
      series,
    );
  }

  private count(decided: readonly { type: string }[]): void {
    for (const { type } of decided)
      this.options.metrics.count('meeting_occurrences_total', 'Messages about occurrences of series', { type });
  }
}

/** The time of day of a family: the same in every process, spread evenly over families. */
const placeOf = (family: string): number => createHash('sha256').update(family).digest().readUInt32BE(0) / 2 ** 32;

/** What fits into one transaction; one always does. */
class Share {
  constructor(
    private count: number,
    private characters: number,
  ) {}

  isUsedUp = () => this.count <= 0 || this.characters <= 0;

  of<Part>(parts: readonly Part[]): Part[] {
    let end = 0;
    while (end < parts.length && !this.isUsedUp()) {
      this.characters -= JSON.stringify(parts[end]).length;
      this.count -= 1;
      end += 1;
    }
    return parts.slice(0, end);
  }
}
