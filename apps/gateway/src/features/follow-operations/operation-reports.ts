import { Injectable } from '@nestjs/common';
import type { OperationFailedV1, OperationProgressedV1, OperationSucceededV1 } from '@calendar-sync/contracts-sync';
import { type ReceivedMessage, recordReceived, type Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { OperationCommand } from '../../domain/operation.decider';
import { decideOnOperations, type OperationCommands } from './operation-book';

export type Report = ReceivedMessage<string, OperationProgressedV1 | OperationSucceededV1 | OperationFailedV1>;

/** Takes in what the workers report, a chunk of messages at a time. */
@Injectable()
export class OperationReports {
  async flush(tx: Transaction, reports: readonly Report[]): Promise<void> {
    await recordReceived(tx, reports);
    const byOperation = new Map<string, OperationCommands>();
    for (const report of reports) {
      const { operationId, ownerId } = report.data;
      const asked = byOperation.get(operationId) ?? { operationId, ownerId, commands: [] };
      byOperation.set(operationId, { ...asked, commands: [...asked.commands, commandOf(report)] });
    }
    await decideOnOperations(tx, [...byOperation.values()]);
  }
}

function commandOf({ data, time: at }: Report): OperationCommand {
  if ('step' in data)
    return {
      type: 'RecordStep',
      data: { step: data.step, at, ...(data.detail !== undefined && { detail: data.detail }) },
    };
  if ('result' in data) return { type: 'RecordSuccess', data: { result: data.result, at } };
  return { type: 'RecordFailure', data: { code: data.code, detail: data.detail, at } };
}
