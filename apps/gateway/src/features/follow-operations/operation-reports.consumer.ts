import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Message } from '@calendar-sync/contracts-envelope';
import {
  type OperationFailedV1,
  type OperationProgressedV1,
  type OperationSucceededV1,
  syncOperations,
} from '@calendar-sync/contracts-sync';
import { MessageContext } from '@calendar-sync/kafka';
import { OperationReports } from './operation-reports';

@ApiExcludeController()
@Controller()
export class OperationReportsConsumer {
  constructor(private readonly reports: OperationReports) {}

  @EventPattern<string>(syncOperations.name)
  receive(
    @Payload() message: Message<OperationProgressedV1 | OperationSucceededV1 | OperationFailedV1>,
    @Ctx() context: MessageContext,
  ) {
    context.collect(this.reports, { ...message, topic: context.topic });
  }
}
