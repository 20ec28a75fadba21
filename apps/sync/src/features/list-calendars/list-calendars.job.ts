import type { Database } from '@calendar-sync/event-sourcing-postgres';
import type { Reaction } from '../../domain/retry-policy';
import { record } from '../../publishing/record';
import type { CredentialVault } from '../guard-credentials/credential-vault';
import { type Providers, providerNamed } from '../pull-changes/pull-target';
import type { QuotaBuckets } from '../respect-quotas/quota-buckets';
import type { ClaimedJob, JobQueue } from '../run-jobs/job-queue';
import type { JobHandler } from '../run-jobs/job-worker';
import { suspendConnection } from '../suspend-connection/suspend-connection';
import { applyListing } from './calendar-registry';
import { listAll } from './list-all';

/** A delta of the list omits changes of what the account may only read: title, zone and role of shared calendars. */
const FULL_AFTER_HOURS = 24;

export interface ListCalendarsOptions {
  database: Database;
  queue: JobQueue;
  vault: CredentialVault;
  providers: Providers;
  quotas: QuotaBuckets;
  everySeconds: number;
  onDirty: () => void;
}

/** Asks again and again which calendars the account has: by its cursor, and in full now and then. */
export class ListCalendarsJob implements JobHandler {
  readonly kind = 'list-calendars';

  constructor(private readonly options: ListCalendarsOptions) {}

  async run(job: ClaimedJob): Promise<void> {
    const { database, queue, vault, providers, quotas, everySeconds } = this.options;
    const { rows } = await database.query<{
      provider: string;
      account: string;
      list_cursor: string | null;
      full: boolean;
    }>(
      `SELECT provider, account, list_cursor,
         list_cursor IS NULL OR listed_in_full_at < now() - $2 * interval '1 hour' AS full
       FROM connections WHERE connection_id = $1 AND status = 'active'`,
      [job.connectionId, FULL_AFTER_HOURS * (0.75 + Math.random() * 0.5)],
    );
    const found = rows[0];
    if (found === undefined) return queue.complete(job, async () => undefined);
    const provider = providerNamed(providers, found.provider);
    const { ownerId, connectionId } = job;
    const credentials = await vault.open(database, { ownerId, provider: provider.name, connectionId });
    const since = found.full ? undefined : (found.list_cursor ?? undefined);
    const { cursor, ...listing } = await listAll(provider, credentials, since, () =>
      quotas.spend({ provider: provider.name, account: found.account }),
    );
    await queue.complete(job, async (tx) => {
      const { rowCount } = await tx.query(
        `UPDATE connections SET list_cursor = $2, updated_at = now(),
           listed_in_full_at = CASE WHEN $3 THEN now() ELSE listed_in_full_at END
         WHERE connection_id = $1 AND status = 'active'`,
        [connectionId, cursor ?? null, listing.full],
      );
      if (rowCount === 0) return undefined;
      const connection = { connectionId, ownerId, provider: provider.name, account: found.account };
      const { streams } = await applyListing(tx, connection, listing);
      await record(tx, streams);
      tx.afterCommit(this.options.onDirty);
      return { runAgainInMs: everySeconds * 1000 * (0.75 + Math.random() * 0.5) };
    });
  }

  async failed(job: ClaimedJob, reaction: Reaction, { detail }: { detail: string }): Promise<boolean> {
    if (reaction.kind !== 'suspend') return false;
    await this.options.database.transaction(async (tx) =>
      record(tx, await suspendConnection(tx, job.connectionId, reaction.reason, detail)),
    );
    return true;
  }
}
