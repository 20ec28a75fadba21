import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { periodic, type Worker } from '@calendar-sync/service-host';
import { decideAndStore, lockEndedBursts, nextWindowEnd } from './push-bursts.repository';

const BATCH = 200;

/** Lets out what was held back once its window has ended. Any replica does it for all: what is held back is a row. */
export class WindowCloser {
  private readonly worker: Worker;
  private alarm: { timer: NodeJS.Timeout; at: number } | undefined;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly windowMs: number,
    logger: { error(fields: object, message: string): void },
  ) {
    this.worker = periodic({ name: 'close-windows', everyMs: 1_000, logger, run: () => this.closeEnded() });
  }

  start = () => this.worker.start();

  /** A window with a push in it ends then: no need to wait for the next round. */
  expectEnd(inMs: number): void {
    const at = performance.now() + Math.max(0, inMs) + 5;
    if (this.stopped || (this.alarm !== undefined && this.alarm.at <= at)) return;
    clearTimeout(this.alarm?.timer);
    const timer = setTimeout(() => {
      this.alarm = undefined;
      this.worker.wake();
    }, at - performance.now());
    this.alarm = { timer, at };
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.alarm?.timer);
    await this.worker.stop();
  }

  async closeEnded(): Promise<'again' | void> {
    const closed = await this.database.transaction(async (tx) => {
      const bursts = await lockEndedBursts(tx, BATCH, this.windowMs);
      if (bursts.length === 0) return 0;
      await decideAndStore(
        tx,
        bursts.map((burst) => ({
          burst,
          commands: [{ type: 'CloseWindow' as const, data: { now: burst.now, windowMs: this.windowMs } }],
        })),
      );
      return bursts.length;
    });
    if (closed === BATCH) return 'again';
    const next = closed === 0 ? undefined : await nextWindowEnd(this.database);
    if (next !== undefined) this.expectEnd(next);
  }
}
