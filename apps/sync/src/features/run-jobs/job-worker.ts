import { CredentialsGone } from '../guard-credentials/credential-vault';
import { isTransientDatabaseError } from '@calendar-sync/event-sourcing-postgres';
import { type Logger, periodic, scrubText, type Worker } from '@calendar-sync/service-host';
import { failureOf } from '../pull-changes/failure-of';
import { type Reaction, reactTo, type RetryLimits } from '../../domain/retry-policy';
import { type QuotaBuckets, QuotaExhausted } from '../respect-quotas/quota-buckets';
import { type ClaimedJob, type JobKind, type JobQueue, LeaseLost } from './job-queue';

export interface JobHandler {
  readonly kind: JobKind;
  run(job: ClaimedJob): Promise<void>;
  /** What a failure means here; false: the usual backoff. */
  failed(job: ClaimedJob, reaction: Reaction, failure: { code: string; detail: string }): Promise<boolean>;
}

export interface JobWorkerOptions {
  queue: JobQueue;
  quotas: QuotaBuckets;
  handlers: readonly JobHandler[];
  concurrency: number;
  everyMs: number;
  leaseMs: number;
  limits: RetryLimits;
  logger: Logger;
}

/** Claims due jobs and runs them, each under a heartbeat. */
export class JobWorker {
  private readonly running = new Set<Promise<void>>();
  private readonly handlers: ReadonlyMap<JobKind, JobHandler>;
  private readonly loop: Worker;

  constructor(private readonly options: JobWorkerOptions) {
    this.handlers = new Map(options.handlers.map((handler) => [handler.kind, handler]));
    this.loop = periodic({
      name: 'jobs',
      everyMs: options.everyMs,
      logger: options.logger,
      run: (signal) => this.round(signal),
    });
  }

  start = () => this.loop.start();
  wake = () => this.loop.wake();

  async stop(): Promise<void> {
    await this.loop.stop();
    await Promise.all(this.running);
  }

  private async round(signal: AbortSignal): Promise<'again' | void> {
    const free = this.options.concurrency - this.running.size;
    if (free <= 0 || signal.aborted) return;
    const jobs = await this.options.queue.claim(free);
    for (const job of jobs) {
      const run: Promise<void> = this.run(job).finally(() => {
        this.running.delete(run);
        this.wake();
      });
      this.running.add(run);
    }
    if (jobs.length === free) return;
  }

  private async run(job: ClaimedJob): Promise<void> {
    const { queue, leaseMs, logger } = this.options;
    const heartbeat = setInterval(
      () =>
        void queue
          .prolong(job)
          .catch((error: unknown) => logger.warn({ error, job: job.kind }, 'a lease could not be prolonged')),
      leaseMs / 3,
    );
    try {
      await this.handlers.get(job.kind)!.run(job);
    } catch (error) {
      await this.failed(job, error).catch((inFailing: unknown) =>
        logger.error({ error: inFailing, job: job.kind }, 'the failure of a job could not be recorded'),
      );
    } finally {
      clearInterval(heartbeat);
    }
  }

  private async failed(job: ClaimedJob, error: unknown): Promise<void> {
    const { queue, quotas, logger, limits } = this.options;
    if (error instanceof LeaseLost) return;
    if (error instanceof QuotaExhausted) return queue.postpone(job, error.waitMs * (1 + Math.random()));
    if (error instanceof CredentialsGone) return queue.complete(job, async () => undefined);
    const attempt = job.attempts + 1;
    const failure = failureOf(error);
    const told = { code: failure.code, detail: scrubText(failure.detail) };
    logger.warn({ error, job: job.kind, subject: job.subject, attempt }, 'a job failed');
    if (isTransientDatabaseError(error)) return queue.postpone(job, 500 + Math.random() * 1_000);
    const reaction = reactTo(failure, attempt, Math.random(), limits);
    if (reaction.kind === 'wait') await quotas.blockFor(job.connectionId, reaction.bucket, reaction.delayMs);
    if (await this.handlers.get(job.kind)!.failed(job, reaction, told)) return;
    const delayMs = 'delayMs' in reaction ? reaction.delayMs : limits.capMs;
    await queue.postpone(job, delayMs, told.code);
  }
}
