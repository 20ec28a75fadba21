import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { type Logger, periodic, type Worker } from '@calendar-sync/service-host';
import type { Puller } from './puller';
import { claimDue, type Lease, prolongLease } from './sync-state.store';

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
/** From then on an answer of the provider is slow: whoever waits for it does no work and needs no place. */
const SLOW_AFTER_MS = 1_000;
/** How many pulls there may be per place, those that wait for slow answers included. */
const PULLS_PER_PLACE = 4;

interface Pull {
  lease: Lease;
  slow: boolean;
}

/**
 * Claims calendars that are due and pulls them, as many at a time as allowed, each under a heartbeat. A pull whose provider
 * does not answer gives its place to another calendar meanwhile, so that a few accounts that hang hold up nobody else.
 */
export class PullWorker {
  private readonly running = new Map<Promise<void>, Pull>();
  private readonly loop: Worker;
  /** More may be due than there were places for. */
  private wantsPlaces = false;

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
    await Promise.all(this.running.keys());
  }

  private async round(signal: AbortSignal): Promise<void> {
    const { database, puller, worker, leaseMs, concurrency, logger } = this.options;
    const pulls = [...this.running.values()];
    const busy = pulls.filter(({ slow }) => !slow);
    const most = concurrency * PULLS_PER_PLACE;
    const limit = Math.min(concurrency - busy.length, most - pulls.length);
    this.wantsPlaces = true;
    if (limit <= 0 || signal.aborted) return;
    const isLong = ({ lease }: Pull) => lease.long;
    const longOnes = Math.min(
      Math.max(1, concurrency - SHORT_ONES) - busy.filter(isLong).length,
      most - SHORT_ONES - pulls.filter(isLong).length,
    );
    const leases = await claimDue(database, { worker, leaseMs, limit, longOnes: Math.max(0, longOnes) });
    // Pulls from the beginning may wait for a place although not all were given away.
    this.wantsPlaces = leases.length === limit || longOnes <= leases.filter(({ long }) => long).length;
    for (const lease of leases) {
      const pull: Pull = { lease, slow: false };
      const heartbeat = setInterval(
        () =>
          void prolongLease(database, lease, leaseMs).catch((error: unknown) =>
            logger.warn({ error, calendarId: lease.calendarId }, 'a lease could not be prolonged'),
          ),
        leaseMs / 3,
      );
      const run: Promise<void> = puller
        .pull(lease, signal, (answer) => this.waitFor(answer, pull))
        .then((end) => end !== 'rests')
        .catch(() => true)
        .then((moreToDo) => {
          clearInterval(heartbeat);
          this.running.delete(run);
          if (moreToDo || this.wantsPlaces) this.wake();
        });
      this.running.set(run, pull);
    }
  }

  private async waitFor<Answer>(answer: Promise<Answer>, pull: Pull): Promise<Answer> {
    const timer = setTimeout(() => {
      pull.slow = true;
      this.wake();
    }, SLOW_AFTER_MS);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      pull.slow = false;
    }
  }
}
