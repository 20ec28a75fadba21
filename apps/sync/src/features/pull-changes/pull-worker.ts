import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { type Logger, periodic, type Worker } from '@calendar-sync/service-host';
import type { Puller } from './puller';
import { claimDue, prolongLease } from './sync-state.store';

export interface PullWorkerOptions {
  database: Database;
  puller: Puller;
  /** Tells the leases of processes apart, for people; the fencing token is what counts. */
  worker: string;
  concurrency: number;
  everyMs: number;
  leaseMs: number;
  logger: Logger;
}

/** Kept free of pulls from the beginning, which may take minutes, so that a push never waits for them. */
const SHORT_ONES = 2;

/** Claims calendars that are due and pulls them, as many at a time as allowed, each under a heartbeat. */
export class PullWorker {
  private readonly running = new Set<Promise<void>>();
  private long = 0;
  private readonly loop: Worker;

  constructor(private readonly options: PullWorkerOptions) {
    this.loop = periodic({
      name: 'pull-changes',
      everyMs: options.everyMs,
      logger: options.logger,
      run: (signal) => this.round(signal),
    });
  }

  start = () => this.loop.start();
  /** Something became due; found without it, too, only later. */
  wake = () => this.loop.wake();

  async stop(): Promise<void> {
    await this.loop.stop();
    await Promise.all(this.running);
  }

  private async round(signal: AbortSignal): Promise<void> {
    const { database, puller, worker, leaseMs, concurrency, logger } = this.options;
    const limit = concurrency - this.running.size;
    if (limit <= 0 || signal.aborted) return;
    const longOnes = Math.max(0, Math.max(1, concurrency - SHORT_ONES) - this.long);
    for (const lease of await claimDue(database, { worker, leaseMs, limit, longOnes })) {
      this.long += lease.long ? 1 : 0;
      const heartbeat = setInterval(
        () =>
          void prolongLease(database, lease, leaseMs).catch((error: unknown) =>
            logger.warn({ error, calendarId: lease.calendarId }, 'a lease could not be prolonged'),
          ),
        leaseMs / 3,
      );
      const run: Promise<void> = puller.pull(lease, signal).finally(() => {
        clearInterval(heartbeat);
        this.long -= lease.long ? 1 : 0;
        this.running.delete(run);
        this.wake();
      });
      this.running.add(run);
    }
  }
}
