import { type ChangePage, CursorExpired } from '@calendar-sync/calendar-providers-port';
import { type Database, isTransientDatabaseError } from '@calendar-sync/event-sourcing-postgres';
import { type Logger, scrubText, type ServiceMetrics } from '@calendar-sync/service-host';
import { believable } from '../../domain/page-of-changes';
import { reactTo, type RetryLimits } from '../../domain/retry-policy';
import { record } from '../../publishing/record';
import { type CredentialVault, CredentialsGone } from '../guard-credentials/credential-vault';
import { QuotaExhausted, type QuotaBuckets } from '../respect-quotas/quota-buckets';
import { LeaseLost } from '../run-jobs/job-queue';
import { failureOf } from './failure-of';
import { finishPull, type PollLimits } from './finish-pull';
import { slicesOf, sweepStep, writeItems } from './page-writer';
import { abandonPull, openPull, type PullRun, savePull, startPull } from './pull-run.store';
import { loadTarget, type Providers, type PullTarget } from './pull-target';
import { recordFailure } from './record-failure';
import { hold, type Lease, markDirty, releaseLease } from './sync-state.store';

export interface PullerOptions {
  database: Database;
  vault: CredentialVault;
  providers: Providers;
  quotas: QuotaBuckets;
  polling: PollLimits;
  limits: RetryLimits;
  logger: Logger;
  metrics: ServiceMetrics;
}

interface Progress {
  target?: PullTarget;
  pull?: PullRun;
  /** Series of whose end its pages told so far. */
  ended?: ReadonlySet<string>;
  /** It ended, and something was announced meanwhile. */
  dueAgain?: boolean;
}

/** Waits for an answer of the provider, and may make use of the time. */
export type WaitFor = <Answer>(answer: Promise<Answer>) => Promise<Answer>;

/** A cursor that is lost again and again within one pull is a failure like any other. */
const LARGEST_RESTARTS = 3;

/** Pulls one calendar under a lease, page by page; each page is a transaction, and a crash between two costs nothing but time. */
export class Puller {
  constructor(private readonly options: PullerOptions) {}

  /**
   * Ends with the lease given back, whatever happens; only a database that can't be reached leaves it to run out. `rests`: all is pulled, and
   * nothing was announced meanwhile.
   */
  async pull(lease: Lease, stopping: AbortSignal, waitFor: WaitFor = (answer) => answer): Promise<'rests' | void> {
    const { database, vault, providers, logger } = this.options;
    const progress: Progress = {};
    try {
      progress.target = await loadTarget(database, vault, providers, lease.calendarId);
      progress.pull =
        (await startPull(database, lease)) ??
        (await database.transaction(async (tx) => openPull(tx, lease, await hold(tx, lease))));
      return await this.untilDone(lease, progress.target, progress, stopping, waitFor);
    } catch (error) {
      await this.failed(lease, progress, error).catch((inFailing: unknown) => {
        if (inFailing instanceof LeaseLost) return;
        logger.error({ error: inFailing, calendarId: lease.calendarId }, 'the failure of a pull could not be recorded');
      });
    }
  }

  private async untilDone(
    lease: Lease,
    target: PullTarget,
    progress: Progress,
    stopping: AbortSignal,
    waitFor: WaitFor,
  ) {
    for (let restarts = 0; ; restarts += 1) {
      try {
        return await this.pages(lease, target, progress, stopping, waitFor);
      } catch (error) {
        if (!(error instanceof CursorExpired) || restarts >= LARGEST_RESTARTS) throw error;
        progress.pull = await this.restart(lease, progress.pull!);
        delete progress.ended;
      }
    }
  }

  private async pages(lease: Lease, target: PullTarget, progress: Progress, stopping: AbortSignal, waitFor: WaitFor) {
    const first = progress.pull!;
    const pages = target.provider
      .changesSince(target.credentials, target.providerCalendarId, {
        ...(first.cursor === undefined ? {} : { cursor: first.cursor }),
        ...(first.pageToken === undefined ? {} : { pageToken: first.pageToken }),
      })
      [Symbol.asyncIterator]();
    let status: PullRun['status'] | 'finished' = first.status;
    while (status === 'running') {
      if (stopping.aborted) return releaseLease(this.options.database, lease, 0);
      await this.options.quotas.spend(target.user);
      const next = await waitFor(pages.next());
      if (next.done) throw new Error('the pages ended without a cursor');
      status = await this.store(lease, target, progress, next.value);
    }
    while (status === 'sweeping') status = await this.sweep(lease, progress);
    return progress.dueAgain ? undefined : ('rests' as const);
  }

  /** The page's entries with their history, a transaction per slice; the last one moves the pull on, and on the last page ends it. A crash between two repeats the page, which by then is no news. */
  private async store(lease: Lease, target: PullTarget, progress: Progress, page: ChangePage) {
    const { database, polling } = this.options;
    const { items, contradicted } = believable(page.items);
    const slices = slicesOf(items);
    const lastSlice = slices.pop()!;
    for (const slice of slices) {
      const written = await database.transaction(async (tx) => {
        await hold(tx, lease);
        const written = await writeItems(tx, lease, target.providerCalendarId, progress.pull!, slice, progress.ended);
        await savePull(tx, written.pull, 'running');
        await record(tx, written.streams, written.pull.metadata);
        return written;
      });
      progress.pull = written.pull;
      progress.ended = written.ended;
    }
    const { pull, status, ended, dueAgain } = await database.transaction(async (tx) => {
      const state = await hold(tx, lease);
      const ofSlice = await writeItems(tx, lease, target.providerCalendarId, progress.pull!, lastSlice, progress.ended);
      const written = { ...ofSlice, pull: turned(ofSlice.pull, page) };
      if (contradicted && written.pull.kind === 'incremental') {
        await markDirty(tx, [{ calendarId: lease.calendarId }], { trigger: 'poll', full: true });
      }
      const last = page.nextPageToken === undefined;
      if (last && written.pull.kind === 'incremental') {
        const end = await finishPull(tx, lease, state, written.pull, polling);
        await record(tx, [...written.streams, ...end.streams], written.pull.metadata);
        return { ...written, status: 'finished' as const, dueAgain: end.dueAgain };
      }
      // A single page is told by its end alone.
      const told = !last || written.pull.pages > 1;
      const pull = { ...written.pull, streamVersion: written.pull.streamVersion + (told ? 1 : 0) };
      const status = last ? ('sweeping' as const) : ('running' as const);
      await savePull(tx, pull, status);
      await record(tx, [...written.streams, ...(told ? [progressOf(lease, written.pull)] : [])], pull.metadata);
      return { pull, status, ended: written.ended, dueAgain: false };
    });
    progress.pull = pull;
    progress.ended = ended;
    progress.dueAgain = dueAgain;
    if (status === 'finished' && pull.notifiedAt) {
      this.options.metrics.stage('pulled', (Date.now() - pull.notifiedAt.getTime()) / 1000);
    }
    return status;
  }

  private async sweep(lease: Lease, progress: Progress) {
    const { database, polling } = this.options;
    const { pull, status, dueAgain } = await database.transaction(async (tx) => {
      // All was listed, so nothing was refused. Before its state is held: calendars are locked before their states everywhere.
      await tx.query('UPDATE calendars SET refusals = 0 WHERE calendar_id = $1 AND refusals > 0', [lease.calendarId]);
      const state = await hold(tx, lease);
      const { pull, streams, done } = await sweepStep(tx, lease, progress.pull!);
      const end = done ? await finishPull(tx, lease, state, pull, polling) : { streams: [], dueAgain: false };
      if (!done) await savePull(tx, pull, 'sweeping');
      await record(tx, [...streams, ...end.streams], pull.metadata);
      return { pull, status: done ? ('finished' as const) : ('sweeping' as const), dueAgain: end.dueAgain };
    });
    progress.pull = pull;
    progress.dueAgain = dueAgain;
    return status;
  }

  /** The cursor is lost: everything is listed again beside what is there, and only then swept. */
  private restart(lease: Lease, lost: PullRun): Promise<PullRun> {
    const { database, logger, metrics } = this.options;
    logger.info({ calendarId: lease.calendarId, pullId: lost.pullId, page: lost.pages }, 'the cursor is lost');
    metrics.count('sync_cursors_lost_total', 'Sync cursors that the provider no longer accepts');
    return database.transaction(async (tx) => {
      await hold(tx, lease);
      await abandonPull(tx, lost.pullId);
      await tx.query('UPDATE calendar_sync_states SET sync_token = NULL WHERE calendar_id = $1', [lease.calendarId]);
      const { ownerId, connectionId, calendarId } = lease;
      await record(tx, [
        {
          streamId: `calendar-pull-${lost.pullId}`,
          ownerId,
          expectedVersion: lost.streamVersion,
          events: [
            { type: 'CursorLost', data: { ownerId, connectionId, calendarId, pullId: lost.pullId, page: lost.pages } },
          ],
        },
      ]);
      // What the lost pull was to cover is still to be covered, and no more than that is known to be.
      const { notifiedAt, metadata } = lost;
      return (await startPull(tx, lease, { trigger: 'cursor-expired', full: true, notifiedAt, metadata }))!;
    });
  }

  private async failed(lease: Lease, progress: Progress, error: unknown) {
    const { database, quotas, limits, logger, metrics } = this.options;
    const { calendarId } = lease;
    if (error instanceof LeaseLost) {
      logger.info({ calendarId }, 'the calendar was taken over or let go; this pull stops');
      return;
    }
    if (error instanceof QuotaExhausted) return releaseLease(database, lease, apart(error.waitMs));
    if (error instanceof CredentialsGone) return releaseLease(database, lease, 60_000);
    if (isTransientDatabaseError(error) && !isTimeLimit(error)) {
      logger.warn({ error, calendarId }, 'the database failed during a pull');
      return releaseLease(database, lease, 500);
    }
    const failure = failureOf(error);
    const told = { ...failure, detail: scrubText(failure.detail) };
    const level = failure.code === 'Unexpected' ? 'error' : 'warn';
    logger[level]({ error, calendarId, failure: failure.code }, 'a pull failed');
    metrics.count('sync_pulls_failed_total', 'Pulls that failed', { failure: failure.code });
    await database.transaction((tx) =>
      recordFailure(tx, quotas, {
        lease,
        pull: progress.pull,
        failure: told,
        user: progress.target?.user,
        react: (attempt) => reactTo(failure, attempt, Math.random(), limits),
      }),
    );
  }
}

/** Whoever waits for the same budget must not come back for it in the same moment. */
const apart = (waitMs: number) => waitMs + Math.random() * Math.min(waitMs, 60_000);

const turned = (pull: PullRun, { items, nextPageToken, nextCursor }: ChangePage): PullRun => ({
  ...pull,
  pageToken: nextPageToken,
  nextCursor,
  pages: pull.pages + 1,
  items: pull.items + items.length,
});

function progressOf(lease: Lease, pull: PullRun) {
  const { ownerId, connectionId, calendarId } = lease;
  const { pullId, kind, pages, items } = pull;
  return {
    streamId: `calendar-pull-${pullId}`,
    ownerId,
    expectedVersion: pull.streamVersion,
    events: [
      { type: 'PullProgressed' as const, data: { ownerId, connectionId, calendarId, pullId, kind, pages, items } },
    ],
  };
}

/** A page that takes the database too long would take it too long again: that must be seen, not repeated in silence. */
const isTimeLimit = (error: unknown) => error instanceof Error && 'code' in error && error.code === '57014';
