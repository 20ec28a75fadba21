import { Inject, Module, type OnApplicationBootstrap, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE, LOGGER, type Logger, ServiceHostModule } from '@calendar-sync/service-host';
import { FollowProcessingConsumer } from './features/follow-processing/follow-processing.consumer';
import { LogRetention } from './features/forget-old-logs/log-retention';
import { ignorePushBodies } from './features/receive-push/push-body';
import { PushIntake } from './features/receive-push/push-intake';
import { ReceivePushController } from './features/receive-push/receive-push.controller';
import { UnverifiedCallers } from './features/receive-push/unverified-callers';
import { WindowCloser } from './features/receive-push/window-closer';
import { WebhookIngestionConfig } from './webhook-ingestion.config';
import { webhookIngestion } from './webhook-ingestion.service';

@Module({
  imports: [ServiceHostModule.for(webhookIngestion)],
  controllers: [ReceivePushController, FollowProcessingConsumer],
  providers: [
    {
      provide: WindowCloser,
      inject: [DATABASE, WebhookIngestionConfig, LOGGER],
      useFactory: (database: Database, config: WebhookIngestionConfig, logger: Logger) =>
        new WindowCloser(database, config.PUSH_WINDOW_MS, logger),
    },
    {
      provide: PushIntake,
      inject: [DATABASE, WebhookIngestionConfig, WindowCloser],
      useFactory: (database: Database, config: WebhookIngestionConfig, closer: WindowCloser) =>
        new PushIntake(database, config.PUSH_WINDOW_MS, (inMs) => closer.expectEnd(inMs)),
    },
    {
      provide: UnverifiedCallers,
      inject: [WebhookIngestionConfig],
      useFactory: (config: WebhookIngestionConfig) => new UnverifiedCallers(config.UNVERIFIED_PER_MINUTE),
    },
    {
      provide: LogRetention,
      inject: [DATABASE, WebhookIngestionConfig, LOGGER],
      useFactory: (database: Database, config: WebhookIngestionConfig, logger: Logger) =>
        new LogRetention(database, config.WEBHOOK_LOG_DAYS, logger),
    },
  ],
})
export class WebhookIngestionModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost<FastifyAdapter>,
    @Inject(WindowCloser) private readonly closer: WindowCloser,
    @Inject(LogRetention) private readonly retention: LogRetention,
  ) {}

  onModuleInit() {
    ignorePushBodies(this.http.httpAdapter.getInstance());
  }

  onApplicationBootstrap() {
    this.closer.start();
    this.retention.start();
  }

  async onModuleDestroy() {
    await Promise.all([this.closer.stop(), this.retention.stop()]);
  }
}
