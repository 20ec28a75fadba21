import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { type Logger, periodic, type Worker } from '@calendar-sync/service-host';
import { forgetOlderThan } from '../../webhook-logs';

const DAY_MS = 86_400_000;

/** Once a day, and at every start. */
export class LogRetention {
  private readonly worker: Worker;

  constructor(database: Database, days: number, logger: Logger) {
    this.worker = periodic({
      name: 'forget-old-logs',
      everyMs: DAY_MS,
      logger,
      run: async (signal) => {
        const forgotten = await forgetOlderThan(database, days, signal);
        logger.info({ ...forgotten, olderThanDays: days }, 'old pushes were forgotten');
      },
    });
  }

  start = () => this.worker.start();
  stop = () => this.worker.stop();
}
