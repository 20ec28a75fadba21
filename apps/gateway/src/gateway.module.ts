import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ServiceHostModule } from '@calendar-sync/service-host';
import { CommandDesk } from './features/accept-commands/command-desk';
import { IdempotencyKeys } from './features/accept-commands/idempotency-keys';
import { Access } from './features/authenticate/access';
import { AuthenticationGuard } from './features/authenticate/authentication.guard';
import { TokenVerifier } from './features/authenticate/token-verifier';
import { ConnectAccountController } from './features/connect-account/connect-account.controller';
import { ConnectAccount } from './features/connect-account/connect-account.handler';
import { DisconnectAccountController } from './features/disconnect-account/disconnect-account.controller';
import { DisconnectAccount } from './features/disconnect-account/disconnect-account.handler';
import { ShowHistoryController } from './features/entry-history/show-history.controller';
import { ShowHistory } from './features/entry-history/show-history.handler';
import { OperationEnd } from './features/follow-operations/operation-end';
import { OperationExpiry } from './features/follow-operations/operation-expiry';
import { OperationReports } from './features/follow-operations/operation-reports';
import { OperationReportsConsumer } from './features/follow-operations/operation-reports.consumer';
import { OperationsController } from './features/follow-operations/operations.controller';
import { ReadModels } from './features/keep-read-models/read-models';
import { ReadModelsConsumer } from './features/keep-read-models/read-models.consumer';
import { RateLimitGuard } from './features/limit-rate/rate-limit.guard';
import { TokenBuckets } from './features/limit-rate/token-buckets';
import { ListCalendarsController } from './features/list-calendars/list-calendars.controller';
import { ListConnectionsController } from './features/list-connections/list-connections.controller';
import { ListEntriesController } from './features/list-entries/list-entries.controller';
import { ListEntries } from './features/list-entries/list-entries.handler';
import { ListedInstances } from './features/list-entries/listed-instances';
import { ListMeetingsController } from './features/list-meetings/list-meetings.controller';
import { ListMeetings } from './features/list-meetings/list-meetings.handler';
import { PreviewMeetingController } from './features/preview-meeting/preview-meeting.controller';
import { RequestSyncController } from './features/request-sync/request-sync.controller';
import { RequestSync } from './features/request-sync/request-sync.handler';
import { ShowSyncController } from './features/show-sync/show-sync.controller';
import { GatewayConfig } from './gateway.config';
import { gateway } from './gateway.service';

@Module({
  imports: [ServiceHostModule.for(gateway)],
  controllers: [
    ConnectAccountController,
    ListConnectionsController,
    DisconnectAccountController,
    OperationsController,
    ListCalendarsController,
    ListEntriesController,
    ShowHistoryController,
    ListMeetingsController,
    PreviewMeetingController,
    RequestSyncController,
    ShowSyncController,
    ReadModelsConsumer,
    OperationReportsConsumer,
  ],
  providers: [
    {
      provide: TokenVerifier,
      inject: [GatewayConfig],
      useFactory: (config: GatewayConfig) => new TokenVerifier(config),
    },
    {
      provide: TokenBuckets,
      inject: [GatewayConfig],
      useFactory: (config: GatewayConfig) => new TokenBuckets(config.RATE_LIMIT_PER_MINUTE),
    },
    // In this order: who it is, then how often.
    { provide: APP_GUARD, useClass: AuthenticationGuard },
    { provide: APP_GUARD, useClass: RateLimitGuard },
    Access,
    CommandDesk,
    ConnectAccount,
    DisconnectAccount,
    IdempotencyKeys,
    ListEntries,
    ListedInstances,
    ListMeetings,
    OperationEnd,
    OperationExpiry,
    OperationReports,
    ReadModels,
    RequestSync,
    ShowHistory,
  ],
})
export class GatewayModule {}
