import { AccessRevoked, AccountUnusable, ConsentTooSmall } from '@calendar-sync/calendar-providers-port';
import type { WatchStoppedV1 } from '@calendar-sync/contracts-sync';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import type { Reaction } from '../../domain/retry-policy';
import { record } from '../../publishing/record';
import { type CredentialVault, CredentialsGone } from '../guard-credentials/credential-vault';
import { type Providers, providerNamed } from '../pull-changes/pull-target';
import type { QuotaBuckets } from '../respect-quotas/quota-buckets';
import type { ClaimedJob, JobQueue } from '../run-jobs/job-queue';
import type { JobHandler } from '../run-jobs/job-worker';
import { watchStream } from './watch-keeper';
import { noteStopped } from './webhook.store';

const ATTEMPTS = 12;
/** How often the pull over the seam of a renewal is waited for, and at most how many times. */
const SEAM_CHECK_MS = 500;
const SEAM_CHECKS = 60;

/** Stops a channel at the provider: a renewed one after the pull over the seam, a foreign one at once. */
export class StopChannelJob implements JobHandler {
  readonly kind = 'stop-channel';

  constructor(
    private readonly database: Database,
    private readonly queue: JobQueue,
    private readonly vault: CredentialVault,
    private readonly providers: Providers,
    private readonly quotas: QuotaBuckets,
  ) {}

  async run(job: ClaimedJob): Promise<void> {
    if (await this.waitsForSeam(job)) return;
    const { rows } = await this.database.query<{ provider: string; account: string | null }>(
      'SELECT provider, account FROM connections WHERE connection_id = $1',
      [job.connectionId],
    );
    const connection = rows[0];
    if (connection === undefined) return this.stopped(job, 'the connection is gone');
    const provider = providerNamed(this.providers, connection.provider);
    try {
      const credentials = await this.vault.open(this.database, {
        ownerId: job.ownerId,
        provider: connection.provider,
        connectionId: job.connectionId,
      });
      await this.quotas.spend({ provider: provider.name, account: connection.account ?? job.connectionId });
      await provider.stopWatch(credentials, { channelId: job.subject, resourceId: String(job.details['resourceId']) });
    } catch (error) {
      const cannot =
        error instanceof AccessRevoked ||
        error instanceof ConsentTooSmall ||
        error instanceof AccountUnusable ||
        error instanceof CredentialsGone;
      if (!cannot) throw error;
      // Without the grant nobody can stop it: it ends by itself.
      return this.stopped(job, error.name);
    }
    await this.stopped(job);
  }

  async failed(job: ClaimedJob, _reaction: Reaction, { code }: { code: string }): Promise<boolean> {
    if (job.attempts + 1 < ATTEMPTS) return false;
    await this.stopped(job, code);
    return true;
  }

  private async waitsForSeam(job: ClaimedJob): Promise<boolean> {
    const { afterSeq, calendarId } = job.details;
    const checks = Number(job.details['checks'] ?? 0);
    if (afterSeq === undefined || checks >= SEAM_CHECKS) return false;
    const { rowCount } = await this.database.query(
      'SELECT FROM calendar_sync_states WHERE calendar_id = $1 AND active AND synced_seq < $2',
      [calendarId, afterSeq],
    );
    if (rowCount === 0) return false;
    await this.queue.complete(job, async (tx) => {
      await tx.query(
        `UPDATE jobs SET details = details || jsonb_build_object('checks', $3::int) WHERE kind = $1 AND subject = $2`,
        [job.kind, job.subject, checks + 1],
      );
      return { runAgainInMs: SEAM_CHECK_MS };
    });
    return true;
  }

  private async stopped(job: ClaimedJob, failure?: string): Promise<void> {
    const reason = String(job.details['reason'] ?? 'unknown-channel') as WatchStoppedV1['reason'];
    await this.queue.complete(job, async (tx) => {
      const channel = await noteStopped(tx, job.subject, reason, failure);
      if (channel === undefined) {
        // One that could not be stopped when it should have been: now it is.
        if (failure === undefined)
          await tx.query('UPDATE calendar_webhooks SET failure = NULL WHERE channel_id = $1', [job.subject]);
        return;
      }
      const { ownerId, connectionId, calendarId, channelId } = channel;
      const of = { ownerId, connectionId, calendarId };
      await record(tx, [watchStream(of, channelId, [{ type: 'WatchStopped', data: { ...of, channelId, reason } }])]);
    });
  }
}
