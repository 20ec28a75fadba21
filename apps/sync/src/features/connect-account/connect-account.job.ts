import type { CalendarProvider, Credentials, ProviderAccount } from '@calendar-sync/calendar-providers-port';
import { ProviderFailure } from '@calendar-sync/calendar-providers-port';
import { type Database, type EventMetadata, jsonText, type Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { Logger } from '@calendar-sync/service-host';
import type { Reaction } from '../../domain/retry-policy';
import { record, type StreamOfEvents } from '../../publishing/record';
import type { ConnectionEvent } from '../../publishing/sync-events';
import type { CredentialVault } from '../guard-credentials/credential-vault';
import { applyListing, type Listing, resumeCalendars, WATCH_FALLBACK_MS } from '../list-calendars/calendar-registry';
import { listAll } from '../list-calendars/list-all';
import { type Providers, providerNamed } from '../pull-changes/pull-target';
import type { QuotaBuckets } from '../respect-quotas/quota-buckets';
import { operationSteps, progressed, refused, succeeded } from '../report-operations/operation-log';
import { type ClaimedJob, enqueueJobs, type JobQueue } from '../run-jobs/job-queue';
import type { JobHandler } from '../run-jobs/job-worker';
import { suspendConnection } from '../suspend-connection/suspend-connection';
import type { WatchKeeper } from '../watch-calendars/watch-keeper';

interface ConnectDetails {
  provider: string;
  metadata: EventMetadata;
  /** The owner was told that the provider accepts the grant: another attempt must not tell it again. */
  verified?: boolean;
  /** There once the account is verified and its calendars are stored: the watches are what remains. */
  established?: { connectionId: string; account: string };
}

export interface ConnectAccountOptions {
  database: Database;
  queue: JobQueue;
  vault: CredentialVault;
  providers: Providers;
  quotas: QuotaBuckets;
  keeper: WatchKeeper;
  listSeconds: number;
  logger: Logger;
  onDirty: () => void;
}

const ATTEMPTS = 8;
const WATCHES_AT_A_TIME = 4;

const REFUSALS = {
  'access-revoked': ['grant-rejected', 'the provider does not accept the grant any more; connect again'],
  'consent-too-small': ['consent-too-small', 'the grant lacks a scope; connect again and allow all that is asked'],
  'account-unusable': ['account-unusable', 'the account has no calendar'],
} as const;

/** Finds out whose grant it is, lists the calendars, which then fill by themselves, and opens their watches. */
export class ConnectAccountJob implements JobHandler {
  readonly kind = 'connect-account';

  constructor(private readonly options: ConnectAccountOptions) {}

  async run(job: ClaimedJob): Promise<void> {
    const details = job.details as unknown as ConnectDetails;
    const established = details.established ?? (await this.establish(job, details));
    await this.watch(job, details, established);
  }

  async failed(job: ClaimedJob, reaction: Reaction, failure: { code: string; detail: string }): Promise<boolean> {
    const { established, provider, metadata } = job.details as unknown as ConnectDetails;
    const givesUp = reaction.kind === 'suspend' || reaction.kind === 'calendar-gone' || job.attempts + 1 >= ATTEMPTS;
    if (!givesUp) return false;
    const [code, detail] =
      reaction.kind === 'suspend'
        ? REFUSALS[reaction.reason]
        : ['provider-unavailable', `the provider could not be asked (${failure.code}); try again later`];
    const operation = { operationId: job.subject, ownerId: job.ownerId };
    await this.options.queue.complete(job, async (tx) => {
      const suspended =
        established && reaction.kind === 'suspend'
          ? await suspendConnection(tx, established.connectionId, reaction.reason, failure.detail)
          : [];
      await this.options.vault.destroy(tx, job.subject);
      await record(tx, [...suspended, operationSteps(operation, [refused(operation, code, detail)])], metadata);
    });
    this.options.logger.info({ provider, operationId: job.subject, code }, 'an account could not be connected');
    return true;
  }

  private async establish(job: ClaimedJob, details: ConnectDetails) {
    const { database, queue, vault, providers, quotas } = this.options;
    const provider = providerNamed(providers, details.provider);
    const operation = { operationId: job.subject, ownerId: job.ownerId };
    const pending = { ownerId: job.ownerId, provider: provider.name, connectionId: job.subject };
    const credentials = await vault.open(database, pending);
    const user = { provider: provider.name, account: job.subject };
    await quotas.spend(user);
    const account = await provider.account(credentials);
    if (details.verified !== true) {
      await queue.under(job, async (tx) => {
        await note(tx, job, { verified: true });
        await record(tx, [operationSteps(operation, [progressed(operation, 'account-verified')])], details.metadata);
      });
    }
    const { cursor, ...listing } = await listAll(provider, credentials, undefined, () =>
      quotas.spend({ ...user, account: account.account }),
    );
    return queue.under(job, (tx) => this.store(tx, job, details, { provider, credentials, account, listing, cursor }));
  }

  private async store(
    tx: Transaction,
    job: ClaimedJob,
    details: ConnectDetails,
    found: {
      provider: CalendarProvider;
      credentials: Credentials;
      account: ProviderAccount;
      listing: Listing;
      cursor: string | undefined;
    },
  ) {
    const { vault, listSeconds } = this.options;
    const { ownerId } = job;
    const provider = found.provider.name;
    const { connectionId, replaced } = await connectionFor(tx, job, provider, found.account, found.cursor);
    const connection = { connectionId, ownerId, provider, account: found.account.account };
    await vault.store(tx, connection, found.credentials);
    await vault.destroy(tx, job.subject);
    if (replaced) await resumeCalendars(tx, connection);
    const { streams } = await applyListing(tx, connection, found.listing, WATCH_FALLBACK_MS);
    await enqueueJobs(tx, [
      { kind: 'list-calendars', subject: connectionId, ownerId, connectionId, delayMs: listSeconds * 1000 },
    ]);
    const established = { connectionId, account: connection.account };
    await note(tx, job, { established });
    const operation = { operationId: job.subject, ownerId };
    await record(
      tx,
      [
        connectionStream(connection, replaced, found.account, await now(tx)),
        ...streams,
        operationSteps(operation, [
          progressed(operation, 'calendars-listed', `${found.listing.calendars.length} calendars`),
        ]),
      ],
      details.metadata,
    );
    tx.afterCommit(this.options.onDirty);
    return established;
  }

  /** A watch that can't be opened now is opened by its own job later, and the calendar is polled until then. */
  private async watch(
    job: ClaimedJob,
    details: ConnectDetails,
    established: { connectionId: string; account: string },
  ) {
    const { database, queue, keeper, logger } = this.options;
    const { connectionId, account } = established;
    const { ownerId } = job;
    const { rows } = await database.query<{ calendar_id: string; title: string }>(
      `SELECT calendar_id, title FROM calendars WHERE connection_id = $1 AND status = 'active' ORDER BY is_primary DESC, calendar_id`,
      [connectionId],
    );
    const waiting = [...rows];
    const inTurn = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const calendarId = next.calendar_id;
        try {
          await keeper.ensure({ calendarId, ownerId, connectionId });
        } catch (error) {
          if (!(error instanceof ProviderFailure)) throw error;
          if (error.code === 'AccessRevoked') throw error;
          logger.warn({ error, calendarId }, 'a watch could not be opened yet');
        }
      }
    };
    await Promise.all(Array.from({ length: WATCHES_AT_A_TIME }, inTurn));
    const operation = { operationId: job.subject, ownerId };
    await queue.complete(job, async (tx) => {
      const calendars = rows.map(({ calendar_id, title }) => ({ calendarId: calendar_id, title }));
      await record(
        tx,
        [operationSteps(operation, [succeeded(operation, { connectionId, account, calendars })])],
        details.metadata,
      );
    });
  }
}

/** What the next attempt need not do again. */
async function note(tx: Transaction, { kind, subject }: ClaimedJob, done: Partial<ConnectDetails>): Promise<void> {
  await tx.query('UPDATE jobs SET details = details || $3::jsonb WHERE kind = $1 AND subject = $2', [
    kind,
    subject,
    jsonText(done),
  ]);
}

/** The connection of this account that there is, one under the id that was asked for though it is being let go, or a new one. Locked. */
async function connectionFor(
  tx: Transaction,
  job: ClaimedJob,
  provider: string,
  { account, email, scopes }: ProviderAccount,
  cursor: string | undefined,
): Promise<{ connectionId: string; replaced: boolean }> {
  const { rows } = await tx.query<{ connection_id: string }>(
    `SELECT connection_id FROM connections WHERE owner_id = $1 AND provider = $2 AND account = $3
       AND (status IN ('active', 'suspended') OR connection_id = $4)
     ORDER BY (status IN ('active', 'suspended')) DESC FOR UPDATE`,
    [job.ownerId, provider, account, job.connectionId],
  );
  const connectionId = rows[0]?.connection_id ?? job.connectionId;
  const { rowCount } = await tx.query(
    `INSERT INTO connections AS c (connection_id, owner_id, provider, account, account_email, scopes, status, list_cursor, listed_in_full_at)
     VALUES ($1, $2, $3, $4, $5, $6, 'active', $7, now())
     ON CONFLICT (connection_id) DO UPDATE SET account = excluded.account, account_email = excluded.account_email,
       scopes = excluded.scopes, status = 'active', suspended_reason = NULL, list_cursor = excluded.list_cursor,
       listed_in_full_at = now(), updated_at = now()
     WHERE c.owner_id = excluded.owner_id`,
    [connectionId, job.ownerId, provider, account, email ?? null, scopes, cursor ?? null],
  );
  if (rowCount === 0) throw new Error('the id of the connection belongs to another owner');
  return { connectionId, replaced: rows.length > 0 };
}

function connectionStream(
  {
    connectionId,
    ownerId,
    provider,
    account,
  }: { connectionId: string; ownerId: string; provider: string; account: string },
  replaced: boolean,
  { email, scopes }: ProviderAccount,
  connectedAt: Date,
): StreamOfEvents {
  const established: ConnectionEvent = {
    type: 'ConnectionEstablished',
    data: {
      ownerId,
      connectionId,
      provider,
      account,
      ...(email === undefined ? {} : { accountEmail: email }),
      scopes,
      connectedAt: connectedAt.toISOString(),
    },
  };
  const replacedOnes: ConnectionEvent[] = replaced
    ? [{ type: 'CredentialsReplaced', data: { ownerId, connectionId, provider } }]
    : [];
  return { streamId: `connection-${connectionId}`, ownerId, events: [...replacedOnes, established] };
}

async function now(tx: Transaction): Promise<Date> {
  const { rows } = await tx.query<{ now: Date }>('SELECT now() AS now');
  return rows[0]!.now;
}
