import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GoogleCalendarProvider } from '@calendar-sync/calendar-providers-google';
import { sealGrant } from '@calendar-sync/contracts-sync';
import { verifyChannelToken } from '@calendar-sync/contracts-webhook-ingestion';
import { type Database, openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { createLogger, migrate, ServiceMetrics } from '@calendar-sync/service-host';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { ConnectAccountHandler } from '../features/connect-account/connect-account.handler';
import { ConnectAccountJob } from '../features/connect-account/connect-account.job';
import { DisconnectAccountHandler } from '../features/disconnect-account/disconnect-account.handler';
import { DisconnectAccountJob } from '../features/disconnect-account/disconnect-account.job';
import { CredentialVault } from '../features/guard-credentials/credential-vault';
import { ListCalendarsJob } from '../features/list-calendars/list-calendars.job';
import { PullWorker } from '../features/pull-changes/pull-worker';
import type { Providers } from '../features/pull-changes/pull-target';
import { Puller } from '../features/pull-changes/puller';
import { NoteNotifications } from '../features/receive-notifications/note-notifications';
import { SyncCalendarsHandler } from '../features/request-sync/sync-calendars.handler';
import { QuotaBuckets } from '../features/respect-quotas/quota-buckets';
import { JobQueue } from '../features/run-jobs/job-queue';
import { JobWorker } from '../features/run-jobs/job-worker';
import { WakeUps } from '../features/run-jobs/wake-ups';
import { KeepWatchJob } from '../features/watch-calendars/keep-watch.job';
import { StopChannelJob } from '../features/watch-calendars/stop-channel.job';
import { WatchKeeper } from '../features/watch-calendars/watch-keeper';
import { sync } from '../sync.service';
import type { GoogleAccount } from './google-account';

export interface BenchSettings {
  databaseUrl: string;
  googleUrl: string;
  /** Pushes are received and noted at once, as if webhook-ingestion and Kafka took no time. */
  pushes?: boolean;
  leaseMs?: number;
  secondLookMs?: number;
  listSeconds?: number;
  retryBaseMs?: number;
  retryMaxAttempts?: number;
  userPerMinute?: number;
  providerTimeoutMs?: number;
  watchTtlSeconds?: number;
}

export interface RecordedFact {
  type: string;
  key: string | null;
  stream_id: string;
  data: Record<string, unknown>;
}

/** One replica's workers; several may work on one database. */
export interface Replica {
  pulls: PullWorker;
  jobs: JobWorker;
  stop(): Promise<void>;
}

/** The service without its transport: real database, real adapter, real workers; commands and pushes are handed in. */
export class SyncBench {
  readonly metrics = new ServiceMetrics('sync');
  readonly logger = createLogger({ service: 'sync', level: process.env['BENCH_LOG'] ?? 'silent' });
  readonly wakeUps = new WakeUps();
  readonly tokenKeys = new Map([[1, randomBytes(32)]]);
  readonly providers: Providers;
  readonly quotas: QuotaBuckets;
  readonly notes: NoteNotifications;
  readonly pushes: { channelId: string; resourceState: string }[] = [];
  private readonly replicas: Replica[] = [];
  private receiver: Server | undefined;
  private address: string | undefined;

  private constructor(
    readonly settings: BenchSettings,
    readonly database: Database,
    readonly vault: CredentialVault,
    private readonly sealing: { publicKey: JWK; privateKey: JWK },
  ) {
    const google = new GoogleCalendarProvider({
      clientId: 'test',
      clientSecret: 'test',
      rootUrl: `${settings.googleUrl}/`,
      tokenUrl: `${settings.googleUrl}/token`,
      revokeUrl: `${settings.googleUrl}/revoke`,
      timeoutMs: settings.providerTimeoutMs ?? 5_000,
    });
    this.providers = new Map([[google.name, google]]);
    this.quotas = new QuotaBuckets(database, {
      projectPerMinute: 100_000,
      userPerMinute: settings.userPerMinute ?? 100_000,
    });
    this.notes = new NoteNotifications(this.logger, this.metrics, this.wakeUps);
  }

  static async open(settings: BenchSettings): Promise<SyncBench> {
    await migrate(sync, { SYNC_DATABASE_URL: settings.databaseUrl });
    const pair = await generateKeyPair('ECDH-ES', { extractable: true });
    const [publicKey, privateKey] = await Promise.all([exportJWK(pair.publicKey), exportJWK(pair.privateKey)]);
    const bench = new SyncBench(
      settings,
      openDatabase({ url: settings.databaseUrl, applicationName: 'sync-test' }),
      new CredentialVault(new Map([[1, randomBytes(32)]])),
      { publicKey: { ...publicKey, kid: 'k' }, privateKey: { ...privateKey, kid: 'k' } },
    );
    if (settings.pushes ?? true) await bench.receivePushes();
    return bench;
  }

  startReplica(): Replica {
    const { database, vault, providers, quotas, logger, metrics, settings } = this;
    const worker = randomUUID();
    const leaseMs = settings.leaseMs ?? 5_000;
    const limits = {
      baseMs: settings.retryBaseMs ?? 20,
      capMs: 1_000,
      maxAttempts: settings.retryMaxAttempts ?? 30,
    };
    const parts = { database, vault, providers, quotas, logger, onDirty: this.wakeUps.all };
    const puller = new Puller({
      ...parts,
      metrics,
      limits,
      polling: { minSeconds: 600, maxSeconds: 3_600, secondLookMs: settings.secondLookMs ?? 50 },
    });
    const everyMs = 50;
    const pulls = new PullWorker({ database, puller, worker, concurrency: 4, everyMs, leaseMs, logger });
    const queue = new JobQueue(database, worker, leaseMs);
    const listSeconds = settings.listSeconds ?? 3_600;
    const keeper = this.keeper();
    const jobs = new JobWorker({
      queue,
      quotas,
      concurrency: 4,
      everyMs,
      leaseMs,
      limits,
      logger,
      handlers: [
        new ConnectAccountJob({ ...parts, queue, keeper, listSeconds }),
        new DisconnectAccountJob({ ...parts, queue }),
        new ListCalendarsJob({ ...parts, queue, everySeconds: listSeconds }),
        new KeepWatchJob(database, queue, keeper),
        new StopChannelJob(database, queue, vault, providers, quotas),
      ],
    });
    this.wakeUps.register({ pulls, jobs });
    pulls.start();
    jobs.start();
    const replica = { pulls, jobs, stop: async () => void (await Promise.all([pulls.stop(), jobs.stop()])) };
    this.replicas.push(replica);
    return replica;
  }

  keeper(): WatchKeeper {
    const { database, vault, providers, quotas, logger, tokenKeys } = this;
    return new WatchKeeper({
      database,
      vault,
      providers,
      quotas,
      logger,
      tokenKeys,
      address: this.address,
      ttlSeconds: this.settings.watchTtlSeconds ?? 604_800,
      lostAfterMs: 5 * 60_000,
      onDirty: this.wakeUps.all,
    });
  }

  async connect(account: GoogleAccount, ownerId = 'ada', connectionId: string = randomUUID()) {
    const operationId = randomUUID();
    const handler = new ConnectAccountHandler(this.vault, [this.sealing.privateKey]);
    const sealedGrant = await sealGrant(this.sealing.publicKey, { connectionId, refreshToken: account.refreshToken });
    const actor = { sub: ownerId, roles: ['owner' as const] };
    await this.database.transaction((tx) =>
      handler.handle(tx, { operationId, ownerId, actor, connectionId, provider: 'google', sealedGrant }, {}),
    );
    this.wakeUps.all();
    return { operationId, connectionId, ownerId };
  }

  async disconnect(connectionId: string, { revoke = false, ownerId = 'ada' } = {}) {
    const operationId = randomUUID();
    const handler = new DisconnectAccountHandler(this.vault);
    const actor = { sub: ownerId, roles: ['owner' as const] };
    await this.database.transaction((tx) =>
      handler.handle(tx, { operationId, ownerId, actor, connectionId, revoke }, {}),
    );
    this.wakeUps.all();
    return operationId;
  }

  async requestSync({ full = false, ownerId = 'ada' } = {}) {
    const operationId = randomUUID();
    const actor = { sub: ownerId, roles: ['owner' as const] };
    await this.database.transaction((tx) =>
      new SyncCalendarsHandler().handle(tx, { operationId, ownerId, actor, full }, {}),
    );
    this.wakeUps.all();
    return operationId;
  }

  /** As a chunk of the consumer. */
  async note(...pushes: { calendarId: string; channelId: string; resourceId?: string; resourceState?: string }[]) {
    const notified = pushes.map(({ calendarId, channelId, resourceId, resourceState }) => ({
      notificationId: randomUUID(),
      calendarId,
      channelId,
      resourceId: resourceId ?? 'resource',
      resourceState: resourceState ?? 'exists',
      receivedAt: new Date().toISOString(),
    }));
    await this.database.transaction((tx) =>
      this.notes.flush(
        tx,
        notified.map((push) => ({ push, metadata: {} })),
      ),
    );
    return notified.map(({ notificationId }) => notificationId);
  }

  async facts(...types: string[]): Promise<RecordedFact[]> {
    const { rows } = await this.database.query<RecordedFact>(
      'SELECT type, key, stream_id, data FROM events WHERE type = ANY ($1::text[]) ORDER BY position',
      [types],
    );
    return rows;
  }

  async rows<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.database.query<Row>(text, values)).rows;
  }

  /** Titles of the living entries of a calendar, sorted. */
  async titles(calendarId: string): Promise<string[]> {
    const rows = await this.rows<{ title: string }>(
      "SELECT details->>'title' AS title FROM calendar_entries WHERE calendar_id = $1 AND cancelled IS NULL ORDER BY 1",
      [calendarId],
    );
    return rows.map(({ title }) => title);
  }

  async calendarId(providerCalendarId: string, ownerId = 'ada'): Promise<string | undefined> {
    const rows = await this.rows<{ calendar_id: string }>(
      'SELECT calendar_id FROM calendars WHERE provider_calendar_id = $1 AND owner_id = $2',
      [providerCalendarId, ownerId],
    );
    return rows[0]?.calendar_id;
  }

  /** Everything that is due is done: no calendar is dirty or leased. */
  async settled(): Promise<boolean> {
    const rows = await this.rows(
      `SELECT FROM calendar_sync_states WHERE active AND (dirty_seq > synced_seq OR lease_until IS NOT NULL OR look_again_at IS NOT NULL)
       UNION ALL SELECT FROM jobs WHERE run_at <= now()`,
    );
    return rows.length === 0;
  }

  async close(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop()));
    await new Promise<void>((resolve) => (this.receiver ? this.receiver.close(() => resolve()) : resolve()));
    await this.database.close();
  }

  private async receivePushes(): Promise<void> {
    this.receiver = createServer((request, response) => {
      const header = (name: string) => String(request.headers[`x-goog-${name}`] ?? '');
      const channelId = header('channel-id');
      const calendarId = verifyChannelToken(this.tokenKeys, channelId, header('channel-token'));
      const resourceState = header('resource-state');
      if (calendarId === undefined) return void response.writeHead(404).end();
      this.pushes.push({ channelId, resourceState });
      void this.note({ calendarId, channelId, resourceId: header('resource-id'), resourceState }).then(
        () => response.writeHead(200).end(),
        () => response.writeHead(503).end(),
      );
    });
    await new Promise<void>((resolve) => this.receiver!.listen(0, '127.0.0.1', resolve));
    this.address = `http://127.0.0.1:${(this.receiver.address() as AddressInfo).port}/webhooks/google`;
  }
}
