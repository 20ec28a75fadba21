import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { type Logger, periodic, type Worker } from '@calendar-sync/service-host';
import { reportDueHealth } from './report-health.handler';

/** Tells what was held back, a second after its minute at the latest. */
export class DueReports {
  private readonly worker: Worker;

  constructor(database: Database, logger: Logger) {
    this.worker = periodic({
      name: 'report-due-health',
      everyMs: 1_000,
      logger,
      run: async () => ((await database.transaction(reportDueHealth)) ? 'again' : undefined),
    });
  }

  start = () => this.worker.start();
  stop = () => this.worker.stop();
}
