import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { GoogleCalendarProvider } from '@calendar-sync/calendar-providers-google';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import {
  DATABASE,
  LOGGER,
  type Logger,
  ServiceHostModule,
  ServiceMetrics,
  type Worker,
} from '@calendar-sync/service-host';
import { ConnectAccountHandler } from './features/connect-account/connect-account.handler';
import { ConnectAccountJob } from './features/connect-account/connect-account.job';
import { DisconnectAccountHandler } from './features/disconnect-account/disconnect-account.handler';
import { DisconnectAccountJob } from './features/disconnect-account/disconnect-account.job';
import { CredentialVault } from './features/guard-credentials/credential-vault';
import { backlogGauges } from './features/keep-house/backlog-gauges';
import { housekeeping } from './features/keep-house/housekeeping';
import { ListCalendarsJob } from './features/list-calendars/list-calendars.job';
import { PullWorker } from './features/pull-changes/pull-worker';
import type { Providers } from './features/pull-changes/pull-target';
import { Puller } from './features/pull-changes/puller';
import { CalendarChangesConsumer } from './features/receive-notifications/calendar-changes.consumer';
import { NoteNotifications } from './features/receive-notifications/note-notifications';
import { SyncCalendarsHandler } from './features/request-sync/sync-calendars.handler';
import { QuotaBuckets } from './features/respect-quotas/quota-buckets';
import { JobQueue } from './features/run-jobs/job-queue';
import { JobWorker } from './features/run-jobs/job-worker';
import { WakeUps } from './features/run-jobs/wake-ups';
import { SyncCommandsConsumer } from './features/take-commands/sync-commands.consumer';
import { KeepWatchJob } from './features/watch-calendars/keep-watch.job';
import { StopChannelJob } from './features/watch-calendars/stop-channel.job';
import { WatchKeeper } from './features/watch-calendars/watch-keeper';
import { SyncConfig } from './sync.config';
import { sync } from './sync.service';

const PROVIDERS = Symbol('PROVIDERS');
const WORKER_NAME = Symbol('WORKER_NAME');
const HOUSEKEEPING = Symbol('HOUSEKEEPING');

const retryLimits = (config: SyncConfig) => ({
  baseMs: config.RETRY_BASE_MS,
  capMs: config.RETRY_CAP_MS,
  maxAttempts: config.RETRY_MAX_ATTEMPTS,
});

@Module({
  imports: [ServiceHostModule.for(sync)],
  controllers: [SyncCommandsConsumer, CalendarChangesConsumer],
  providers: [
    WakeUps,
    SyncCalendarsHandler,
    { provide: WORKER_NAME, useFactory: () => `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}` },
    {
      provide: PROVIDERS,
      inject: [SyncConfig, ServiceMetrics],
      useFactory: (config: SyncConfig, metrics: ServiceMetrics): Providers => {
        const google = new GoogleCalendarProvider(
          {
            clientId: config.GOOGLE_CLIENT_ID,
            clientSecret: config.GOOGLE_CLIENT_SECRET,
            rootUrl: config.GOOGLE_API_ROOT_URL,
            tokenUrl: config.GOOGLE_OAUTH_TOKEN_URL,
            revokeUrl: config.GOOGLE_OAUTH_REVOKE_URL,
            timeoutMs: config.GOOGLE_TIMEOUT_MS,
          },
          ({ provider, method, outcome, milliseconds }) =>
            metrics.providerCall(provider, method, outcome, milliseconds / 1000),
        );
        return new Map([[google.name, google]]);
      },
    },
    {
      provide: CredentialVault,
      inject: [SyncConfig],
      useFactory: (config: SyncConfig) => new CredentialVault(config.CREDENTIAL_KEYS),
    },
    {
      provide: QuotaBuckets,
      inject: [DATABASE, SyncConfig],
      useFactory: (database: Database, config: SyncConfig) =>
        new QuotaBuckets(database, {
          projectPerMinute: config.QUOTA_PROJECT_PER_MINUTE,
          userPerMinute: config.QUOTA_USER_PER_MINUTE,
        }),
    },
    {
      provide: JobQueue,
      inject: [DATABASE, WORKER_NAME, SyncConfig],
      useFactory: (database: Database, worker: string, config: SyncConfig) =>
        new JobQueue(database, worker, config.SYNC_LEASE_MS),
    },
    {
      provide: ConnectAccountHandler,
      inject: [CredentialVault, SyncConfig],
      useFactory: (vault: CredentialVault, config: SyncConfig) =>
        new ConnectAccountHandler(vault, config.SEALING_PRIVATE_KEYS),
    },
    {
      provide: DisconnectAccountHandler,
      inject: [CredentialVault],
      useFactory: (vault: CredentialVault) => new DisconnectAccountHandler(vault),
    },
    {
      provide: NoteNotifications,
      inject: [LOGGER, ServiceMetrics, WakeUps],
      useFactory: (logger: Logger, metrics: ServiceMetrics, wakeUps: WakeUps) =>
        new NoteNotifications(logger, metrics, wakeUps),
    },
    {
      provide: WatchKeeper,
      inject: [DATABASE, CredentialVault, PROVIDERS, QuotaBuckets, SyncConfig, LOGGER, WakeUps],
      useFactory: (
        database: Database,
        vault: CredentialVault,
        providers: Providers,
        quotas: QuotaBuckets,
        config: SyncConfig,
        logger: Logger,
        { all }: WakeUps,
      ) =>
        new WatchKeeper({
          database,
          vault,
          providers,
          quotas,
          logger,
          address: config.WEBHOOK_PUBLIC_URL,
          tokenKeys: config.CHANNEL_TOKEN_KEYS,
          ttlSeconds: config.WATCH_TTL_SECONDS,
          lostAfterMs: 10 * config.GOOGLE_TIMEOUT_MS,
          onDirty: all,
        }),
    },
    {
      provide: PullWorker,
      inject: [DATABASE, CredentialVault, PROVIDERS, QuotaBuckets, SyncConfig, LOGGER, ServiceMetrics, WORKER_NAME],
      useFactory: (
        database: Database,
        vault: CredentialVault,
        providers: Providers,
        quotas: QuotaBuckets,
        config: SyncConfig,
        logger: Logger,
        metrics: ServiceMetrics,
        worker: string,
      ) =>
        new PullWorker({
          database,
          worker,
          logger,
          concurrency: config.SYNC_CONCURRENCY,
          everyMs: config.SYNC_POLL_MS,
          leaseMs: config.SYNC_LEASE_MS,
          puller: new Puller({
            database,
            vault,
            providers,
            quotas,
            logger,
            metrics,
            limits: retryLimits(config),
            polling: {
              minSeconds: config.POLL_MIN_SECONDS,
              maxSeconds: config.POLL_MAX_SECONDS,
              secondLookMs: config.SECOND_LOOK_MS,
            },
          }),
        }),
    },
    {
      provide: JobWorker,
      inject: [DATABASE, CredentialVault, PROVIDERS, QuotaBuckets, SyncConfig, LOGGER, JobQueue, WatchKeeper, WakeUps],
      useFactory: (
        database: Database,
        vault: CredentialVault,
        providers: Providers,
        quotas: QuotaBuckets,
        config: SyncConfig,
        logger: Logger,
        queue: JobQueue,
        keeper: WatchKeeper,
        { all: onDirty }: WakeUps,
      ) => {
        const listSeconds = config.CALENDAR_LIST_SECONDS;
        const parts = { database, queue, vault, providers, quotas, logger, onDirty };
        return new JobWorker({
          queue,
          quotas,
          concurrency: config.SYNC_CONCURRENCY,
          everyMs: config.SYNC_POLL_MS,
          leaseMs: config.SYNC_LEASE_MS,
          limits: retryLimits(config),
          logger,
          handlers: [
            new ConnectAccountJob({ ...parts, keeper, listSeconds }),
            new DisconnectAccountJob(parts),
            new ListCalendarsJob({ ...parts, everySeconds: listSeconds }),
            new KeepWatchJob(database, queue, keeper),
            new StopChannelJob(database, queue, vault, providers, quotas),
          ],
        });
      },
    },
    {
      provide: HOUSEKEEPING,
      inject: [DATABASE, LOGGER, ServiceMetrics, SyncConfig],
      useFactory: (database: Database, logger: Logger, metrics: ServiceMetrics, config: SyncConfig) => [
        housekeeping(database, logger, config.PULL_RUNS_KEPT_DAYS),
        backlogGauges(database, metrics, logger),
      ],
    },
  ],
})
export class SyncModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly pulls: PullWorker,
    private readonly jobs: JobWorker,
    private readonly wakeUps: WakeUps,
    @Inject(HOUSEKEEPING) private readonly house: Worker[],
  ) {}

  onApplicationBootstrap() {
    this.wakeUps.register({ pulls: this.pulls, jobs: this.jobs });
    for (const worker of [this.pulls, this.jobs, ...this.house]) worker.start();
  }

  async onModuleDestroy() {
    await Promise.all([this.pulls.stop(), this.jobs.stop(), ...this.house.map((worker) => worker.stop())]);
  }
}
