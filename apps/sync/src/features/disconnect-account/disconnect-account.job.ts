import { ProviderFailure } from '@calendar-sync/calendar-providers-port';
import type { Database, EventMetadata, Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { Logger } from '@calendar-sync/service-host';
import type { Reaction } from '../../domain/retry-policy';
import { record, type StreamOfEvents } from '../../publishing/record';
import { type CredentialVault, CredentialsGone } from '../guard-credentials/credential-vault';
import { removeCalendars } from '../list-calendars/calendar-registry';
import { type Providers, providerNamed } from '../pull-changes/pull-target';
import { operationSteps, progressed, succeeded } from '../report-operations/operation-log';
import { type ClaimedJob, cancelJobs, type JobQueue } from '../run-jobs/job-queue';
import type { JobHandler } from '../run-jobs/job-worker';
import { watchStream } from '../watch-calendars/watch-keeper';
import { type Channel, channelsOf, noteStopped } from '../watch-calendars/webhook.store';

export interface DisconnectAccountOptions {
  database: Database;
  queue: JobQueue;
  vault: CredentialVault;
  providers: Providers;
  logger: Logger;
}

/** After so many failed attempts the provider is left to itself: it must not keep anybody connected. */
const ATTEMPTS = 4;

/** Stops the channels while there is a grant to stop them with, ends the grant when asked to, and forgets it. */
export class DisconnectAccountJob implements JobHandler {
  readonly kind = 'disconnect-account';

  constructor(private readonly options: DisconnectAccountOptions) {}

  async run(job: ClaimedJob): Promise<void> {
    const { database, vault, providers, queue } = this.options;
    const { ownerId, connectionId } = job;
    const { revoke, metadata } = job.details as { revoke: boolean; metadata: EventMetadata };
    const { rows } = await database.query<{ provider: string; status: string }>(
      'SELECT provider, status FROM connections WHERE connection_id = $1',
      [connectionId],
    );
    // Connected again meanwhile under the same id, or forgotten by another job: nothing is left to undo.
    if (rows[0]?.status !== 'disconnecting') {
      const operation = { operationId: job.subject, ownerId };
      return queue.complete(job, (tx) =>
        record(tx, [operationSteps(operation, [succeeded(operation, { connectionId })])], metadata),
      );
    }
    const provider = providerNamed(providers, rows[0].provider);
    const isLastAttempt = job.attempts + 1 >= ATTEMPTS;
    try {
      const credentials = await vault.open(database, { ownerId, provider: provider.name, connectionId });
      await this.stopChannels(job, (channel) => provider.stopWatch(credentials, channel));
      if (revoke) await this.revoke(job, () => provider.revoke(credentials));
    } catch (error) {
      const isFinal = error instanceof CredentialsGone || this.isPermanent(error);
      if (!isFinal && !isLastAttempt) throw error;
      this.options.logger.warn({ error, connectionId }, 'the provider could not be told everything of a disconnect');
    }
    await queue.complete(job, async (tx) => {
      const { streams, forgotten } = await this.forget(tx, job, provider.name);
      await record(tx, streams, metadata);
      if (forgotten) await cancelJobs(tx, ['stop-channel'], { connectionId });
    });
  }

  async failed(_job: ClaimedJob, _reaction: Reaction): Promise<boolean> {
    return false;
  }

  private async stopChannels(
    job: ClaimedJob,
    stop: (channel: { channelId: string; resourceId: string }) => Promise<unknown>,
  ): Promise<void> {
    const { database, queue } = this.options;
    let failure: unknown;
    for (const channel of await channelsOf(database, job.connectionId)) {
      const { resourceId, channelId } = channel;
      if (resourceId === undefined) continue;
      try {
        await stop({ channelId, resourceId });
      } catch (error) {
        if (this.isPermanent(error)) throw error;
        failure = error;
        continue;
      }
      await queue.under(job, async (tx) => record(tx, await channelStopped(tx, channel)));
    }
    if (failure !== undefined) throw failure;
  }

  private async revoke(job: ClaimedJob, revoke: () => Promise<void>): Promise<void> {
    await revoke();
    const operation = { operationId: job.subject, ownerId: job.ownerId };
    await this.options.queue.under(job, (tx) =>
      record(tx, [operationSteps(operation, [progressed(operation, 'grant-revoked')])]),
    );
  }

  private async forget(
    tx: Transaction,
    job: ClaimedJob,
    provider: string,
  ): Promise<{ streams: StreamOfEvents[]; forgotten: boolean }> {
    const { ownerId, connectionId } = job;
    const operation = { operationId: job.subject, ownerId };
    const { rowCount } = await tx.query(
      `UPDATE connections SET status = 'removed', list_cursor = NULL, updated_at = now()
       WHERE connection_id = $1 AND status = 'disconnecting'`,
      [connectionId],
    );
    const done = operationSteps(operation, [succeeded(operation, { connectionId })]);
    if (rowCount === 0) return { streams: [done], forgotten: false };
    await this.options.vault.destroy(tx, connectionId);
    const { rows: calendars } = await tx.query<{ calendar_id: string }>(
      `SELECT calendar_id FROM calendars WHERE connection_id = $1 AND status = 'active' ORDER BY calendar_id`,
      [connectionId],
    );
    const streams = await removeCalendars(
      tx,
      calendars.map(({ calendar_id }) => calendar_id),
      'disconnected',
    );
    for (const channel of await channelsOf(tx, connectionId))
      streams.push(...(await channelStopped(tx, channel, 'not told')));
    const { rows } = await tx.query<{ now: Date }>('SELECT now() AS now');
    const removed: StreamOfEvents = {
      streamId: `connection-${connectionId}`,
      ownerId,
      events: [
        {
          type: 'ConnectionRemoved',
          data: { ownerId, connectionId, provider, removedAt: rows[0]!.now.toISOString() },
        },
      ],
    };
    return { streams: [...streams, removed, done], forgotten: true };
  }

  /** Repeating would not help. */
  private isPermanent(error: unknown): boolean {
    const passing = ['ProviderUnavailable', 'RateLimited', 'ClientRefused'];
    return error instanceof ProviderFailure && !passing.includes(error.code);
  }
}

async function channelStopped(tx: Transaction, { channelId }: Channel, failure?: string): Promise<StreamOfEvents[]> {
  const stopped = await noteStopped(tx, channelId, 'disconnected', failure);
  if (stopped === undefined) return [];
  const { ownerId, connectionId, calendarId } = stopped;
  const of = { ownerId, connectionId, calendarId };
  return [watchStream(of, channelId, [{ type: 'WatchStopped', data: { ...of, channelId, reason: 'disconnected' } }])];
}
