import { randomBytes, randomUUID } from 'node:crypto';
import { type Database, type Queryable, type Transaction } from '@calendar-sync/event-sourcing-postgres';
import { createLogger, type Logger, ServiceMetrics } from '@calendar-sync/service-host';
import { builtBy } from '../../product/built';
import { sampleCalendar } from '../../product/sample-entries';
import {
  accountOf,
  type Copying,
  copyOf,
  copyRows,
  openPatiently,
  ownerOf,
  placeInLog,
  type Sample,
  SAMPLE_OWNER,
  shortEntry,
} from './clones';

interface Lease {
  calendarId: string;
}
interface Job {
  kind: string;
}
interface CredentialOwner {
  ownerId: string;
  provider: string;
  connectionId: string;
}
interface Vault {
  store(db: Queryable, owner: CredentialOwner, credentials: { refreshToken: string }): Promise<void>;
}
interface Queue {
  claim(limit: number): Promise<Job[]>;
}

const { claimDue } = builtBy('sync', 'features/pull-changes/sync-state.store.js') as {
  claimDue(db: Queryable, claim: object): Promise<Lease[]>;
};
const { Puller } = builtBy('sync', 'features/pull-changes/puller.js') as {
  Puller: new (options: object) => { pull(lease: Lease, stopping: AbortSignal): Promise<void> };
};
const { CredentialVault } = builtBy('sync', 'features/guard-credentials/credential-vault.js') as {
  CredentialVault: new (keys: ReadonlyMap<number, Buffer>) => Vault;
};
const { QuotaBuckets } = builtBy('sync', 'features/respect-quotas/quota-buckets.js') as {
  QuotaBuckets: new (db: Queryable, limits: object) => object;
};
const { JobQueue } = builtBy('sync', 'features/run-jobs/job-queue.js') as {
  JobQueue: new (db: Database, worker: string, leaseMs: number) => Queue;
};
const { WatchKeeper } = builtBy('sync', 'features/watch-calendars/watch-keeper.js') as {
  WatchKeeper: new (options: object) => object;
};
const { KeepWatchJob } = builtBy('sync', 'features/watch-calendars/keep-watch.job.js') as {
  KeepWatchJob: new (db: Database, queue: Queue, keeper: object) => { run(job: Job): Promise<void> };
};
const { NoteNotifications } = builtBy('sync', 'features/receive-notifications/note-notifications.js') as {
  NoteNotifications: new (
    logger: Logger,
    metrics: ServiceMetrics,
    onDirty: () => void,
  ) => { flush(tx: Transaction, received: object[]): Promise<void> };
};

const LEASE_MS = 60_000;
const PROVIDER_ENTRY = 'entry-of-the-sample';
/** As many as a process pulls at a time. */
export const AT_ONCE = 8;

/** What sync does, by its own functions, in a database with so many calendars. The provider answers from memory. */
export class SyncAtSize {
  private readonly database: Database;
  private readonly vault = new CredentialVault(new Map([[1, randomBytes(32)]]));
  private readonly puller: InstanceType<typeof Puller>;
  private readonly queue: Queue;
  private readonly watches: InstanceType<typeof KeepWatchJob>;
  private readonly notes: InstanceType<typeof NoteNotifications>;
  private readonly sample = sampleCalendar(0);
  private revision = 0;
  private hot: number[] = [];
  private changes = false;

  constructor(url: string) {
    const database = (this.database = openPatiently(url));
    const logger = createLogger({ service: 'benchmark', level: 'silent' });
    const metrics = new ServiceMetrics('benchmark');
    const providers = new Map([['google', this.provider()]]);
    const quotas = new QuotaBuckets(database, { projectPerMinute: 10_000_000, userPerMinute: 10_000_000 });
    const parts = { database, vault: this.vault, providers, quotas, logger, metrics };
    this.puller = new Puller({
      ...parts,
      limits: { baseMs: 1_000, capMs: 60_000, maxAttempts: 30 },
      polling: { minSeconds: 60, maxSeconds: 3_600, secondLookMs: 2_500 },
    });
    this.queue = new JobQueue(database, 'benchmark', LEASE_MS);
    const keeper = new WatchKeeper({
      ...parts,
      address: 'https://calendar.example.com/webhooks/google',
      tokenKeys: new Map([[1, randomBytes(32)]]),
      ttlSeconds: 604_800,
      onDirty: () => undefined,
    });
    this.watches = new KeepWatchJob(database, this.queue, keeper);
    this.notes = new NoteNotifications(logger, metrics, () => undefined);
  }

  close = () => this.database.close();

  /** One calendar is pulled and watched by the product's own code, then multiplied; a few hundred of the copies can be worked on. */
  async fill(calendars: number, hot: number): Promise<void> {
    const { ownerId, connectionId, calendarId } = this.sample;
    const { database } = this;
    await database.query(
      `INSERT INTO connections (connection_id, owner_id, provider, account, status) VALUES ($1, $2, 'google', $3, 'active')`,
      [connectionId, ownerId, `account of ${ownerId}`],
    );
    await database.query(
      `INSERT INTO calendars (calendar_id, owner_id, connection_id, provider, account, provider_calendar_id, title, time_zone,
         access_role, is_primary, hidden, status)
       VALUES ($1::uuid, $2, $3, 'google', $4, $1::uuid::text, 'Work', 'Europe/Berlin', 'owner', true, false, 'active')`,
      [calendarId, ownerId, connectionId, `account of ${ownerId}`],
    );
    await database.query(
      `INSERT INTO calendar_sync_states (calendar_id, owner_id, connection_id, dirty_seq, pending_trigger, due_at)
       VALUES ($1, $2, $3, 1, 'connected', now())`,
      [calendarId, ownerId, connectionId],
    );
    await database.query(
      `INSERT INTO jobs (kind, subject, owner_id, connection_id, run_at)
       VALUES ('keep-watch', $1, $2, $3, now()), ('list-calendars', $4, $2, $3, now() + interval '1 hour')`,
      [calendarId, ownerId, connectionId, connectionId],
    );
    await this.vault.store(database, { ownerId, provider: 'google', connectionId }, { refreshToken: 'refresh' });
    if ((await this.claimed(1)) !== 1) throw new Error('the sample was not pulled');
    for (const job of await this.queue.claim(1)) await this.watches.run(job);
    await this.claimed(1);
    await this.multiply(calendars);
    const step = calendars / hot;
    this.hot = Array.from({ length: hot }, (_, index) => 1 + Math.floor(index * step));
    const connections = new Map(this.hot.map((calendar) => [accountOf(calendar), ownerOf(calendar)]));
    for (const [account, owner] of connections) {
      const credentials = { ownerId: owner, provider: 'google', connectionId: copyOf(connectionId, account) };
      await this.vault.store(database, credentials, { refreshToken: 'refresh' });
    }
    await database.query('VACUUM (ANALYZE)');
  }

  private async multiply(calendars: number): Promise<void> {
    const own = await this.database.query<{ id: string }>(
      `SELECT entry_id::text AS id FROM calendar_entries UNION ALL SELECT channel_id FROM calendar_webhooks
       UNION ALL SELECT pull_id::text FROM pull_runs`,
    );
    const { calendarId, connectionId } = this.sample;
    const sample: Sample = { connectionId, ids: [calendarId, ...own.rows.map(({ id }) => id)] };
    const later = (from: string, within: string) => `now() + interval '${from}' + random() * interval '${within}'`;
    const perAccount: Copying[] = [
      { table: 'connections' },
      { table: 'connection_credentials' },
      { table: 'provider_quota_buckets', where: `bucket LIKE '%${SAMPLE_OWNER}'` },
      { table: 'jobs', where: "kind = 'list-calendars'", set: { run_at: later('1 hour', '5 minutes') } },
    ];
    const perCalendar: Copying[] = [
      { table: 'calendars' },
      { table: 'calendar_sync_states', set: { due_at: later('1 hour', '1 hour') } },
      { table: 'calendar_webhooks' },
      { table: 'pull_runs' },
      { table: 'calendar_entries' },
      { table: 'topic_sequences' },
      { table: 'events', set: placeInLog },
      { table: 'jobs', where: "kind = 'keep-watch'", set: { run_at: later('1 day', '3 days') } },
    ];
    for (const each of perAccount) await copyRows(this.database, sample, calendars, { ...each, perAccount: true });
    for (const each of perCalendar) await copyRows(this.database, sample, calendars, each);
  }

  /** What the workers ask twice a second when nothing is due. Milliseconds of one look. */
  async look(): Promise<number> {
    return timed(async () => {
      await this.claim();
      await this.queue.claim(AT_ONCE);
    });
  }

  /** Milliseconds per calendar that is due, claimed and polled, without news. */
  async poll(): Promise<number> {
    const calendars = this.some();
    await this.database.query('UPDATE calendar_sync_states SET due_at = now() WHERE calendar_id = ANY ($1::uuid[])', [
      calendars,
    ]);
    this.changes = false;
    return this.perCalendar(async () => this.claimed(AT_ONCE));
  }

  /** Milliseconds per channel that is due to be renewed, claimed and opened anew. */
  async renew(): Promise<number> {
    const calendars = this.some();
    await this.database.query(
      "UPDATE calendar_webhooks SET renew_at = now() WHERE calendar_id = ANY ($1::uuid[]) AND state = 'live'",
      [calendars],
    );
    await this.database.query(
      "UPDATE jobs SET run_at = now() WHERE kind = 'keep-watch' AND subject = ANY ($1::text[])",
      [calendars],
    );
    const each = await this.perCalendar(async () => {
      const jobs = await this.queue.claim(AT_ONCE);
      await Promise.all(jobs.map((job) => this.watches.run(job)));
      return jobs.length;
    });
    await this.database.query("DELETE FROM jobs WHERE kind = 'stop-channel'");
    await this.claimed(AT_ONCE);
    return each;
  }

  /** Milliseconds per change: its push noted, its calendar claimed, pulled, the entry and what is told of it written. */
  async change(): Promise<number> {
    const calendars = this.some();
    const { rows } = await this.database.query<{ calendar_id: string; channel_id: string; resource_id: string }>(
      "SELECT calendar_id, channel_id, resource_id FROM calendar_webhooks WHERE calendar_id = ANY ($1::uuid[]) AND state = 'live'",
      [calendars],
    );
    const received = rows.map(({ calendar_id, channel_id, resource_id }) => ({
      push: {
        notificationId: randomUUID(),
        calendarId: calendar_id,
        channelId: channel_id,
        resourceId: resource_id,
        resourceState: 'exists',
        receivedAt: new Date().toISOString(),
      },
      metadata: {},
    }));
    this.changes = true;
    return this.perCalendar(async () => {
      await this.database.transaction((tx) => this.notes.flush(tx, received));
      return this.claimed(AT_ONCE);
    });
  }

  private async perCalendar(work: () => Promise<number>): Promise<number> {
    let done = 0;
    const milliseconds = await timed(async () => {
      done = await work();
    });
    if (done !== AT_ONCE) throw new Error(`${done} of ${AT_ONCE} calendars were due`);
    return milliseconds / AT_ONCE;
  }

  private claim = () =>
    claimDue(this.database, { worker: 'benchmark', leaseMs: LEASE_MS, limit: AT_ONCE, longOnes: AT_ONCE });

  private async claimed(expected: number): Promise<number> {
    const leases = await this.claim();
    await Promise.all(leases.map((lease) => this.puller.pull(lease, new AbortController().signal)));
    if (leases.length > expected) throw new Error('more was due than was meant to be');
    return leases.length;
  }

  /** Others each time, spread over all. */
  private some(): string[] {
    return Array.from({ length: AT_ONCE }, () => {
      const next = this.hot.shift()!;
      this.hot.push(next);
      return copyOf(this.sample.calendarId, next);
    });
  }

  private provider() {
    const seen = () => this.seen();
    return {
      name: 'google',
      changesSince: async function* () {
        yield { items: seen(), nextCursor: randomUUID() };
      },
      openWatch: async () => ({ resourceId: randomUUID(), expiresAt: new Date(Date.now() + 604_800_000) }),
      stopWatch: async () => 'stopped' as const,
    };
  }

  /** The one entry of every calendar: the same again, or with news. */
  private seen() {
    if (this.revision > 0 && !this.changes) return [];
    const revision = ++this.revision;
    const {
      entryId: _entry,
      calendarId: _calendar,
      providerEntryId,
      providerCalendarId: _of,
      ...details
    } = shortEntry();
    const snapshot = { ...details, title: `Review, revision ${revision}` };
    return [
      {
        providerEntryId: PROVIDER_ENTRY,
        etag: `"${revision}"`,
        updatedAt: Date.now() + revision,
        cancelled: false,
        snapshot,
        resource: { ...snapshot, kind: 'calendar#event', id: providerEntryId },
      },
    ];
  }
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
