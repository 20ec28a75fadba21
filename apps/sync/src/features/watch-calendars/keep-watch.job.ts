import type { Database } from '@calendar-sync/event-sourcing-postgres';
import type { Reaction } from '../../domain/retry-policy';
import { record } from '../../publishing/record';
import { removeCalendars } from '../list-calendars/calendar-registry';
import type { ClaimedJob, JobQueue } from '../run-jobs/job-queue';
import type { JobHandler } from '../run-jobs/job-worker';
import { suspendConnection } from '../suspend-connection/suspend-connection';
import type { WatchKeeper } from './watch-keeper';

export class KeepWatchJob implements JobHandler {
  readonly kind = 'keep-watch';

  constructor(
    private readonly database: Database,
    private readonly queue: JobQueue,
    private readonly keeper: WatchKeeper,
  ) {}

  async run(job: ClaimedJob): Promise<void> {
    const { subject: calendarId, ownerId, connectionId } = job;
    const next = await this.keeper.ensure({ calendarId, ownerId, connectionId });
    await this.queue.complete(job, async () => (next === undefined ? undefined : { runAgainInMs: next }));
  }

  async failed(job: ClaimedJob, reaction: Reaction, { detail }: { detail: string }): Promise<boolean> {
    if (reaction.kind === 'suspend') {
      await this.database.transaction(async (tx) =>
        record(tx, await suspendConnection(tx, job.connectionId, reaction.reason, detail)),
      );
      return true;
    }
    if (reaction.kind === 'calendar-gone') {
      await this.database.transaction(async (tx) => {
        await tx.query('SELECT FROM connections WHERE connection_id = $1 FOR UPDATE', [job.connectionId]);
        await record(tx, await removeCalendars(tx, [job.subject], 'gone-at-provider', { refused: true }));
      });
      return true;
    }
    return false;
  }
}
