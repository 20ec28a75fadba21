import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { Message } from '@calendar-sync/contracts-envelope';
import { ConnectAccountV1, DisconnectAccountV1, SyncCalendarsV1, syncCommands } from '@calendar-sync/contracts-sync';
import type { MessageContext } from '@calendar-sync/kafka';
import { ConnectAccountHandler } from '../connect-account/connect-account.handler';
import { DisconnectAccountHandler } from '../disconnect-account/disconnect-account.handler';
import { SyncCalendarsHandler } from '../request-sync/sync-calendars.handler';
import { WakeUps } from '../run-jobs/wake-ups';

@Controller()
export class SyncCommandsConsumer {
  constructor(
    private readonly connect: ConnectAccountHandler,
    private readonly disconnect: DisconnectAccountHandler,
    private readonly sync: SyncCalendarsHandler,
    private readonly wakeUps: WakeUps,
  ) {}

  @EventPattern<string>(syncCommands.name)
  async receive(@Payload() { type, data }: Message, @Ctx() { transaction, metadata }: MessageContext): Promise<void> {
    if (type === ConnectAccountV1.type) await this.connect.handle(transaction, data as ConnectAccountV1, metadata);
    if (type === DisconnectAccountV1.type)
      await this.disconnect.handle(transaction, data as DisconnectAccountV1, metadata);
    if (type === SyncCalendarsV1.type) await this.sync.handle(transaction, data as SyncCalendarsV1, metadata);
    transaction.afterCommit(() => this.wakeUps.all());
  }
}
