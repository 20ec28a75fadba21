import {
  applyProjection,
  decideOnStreams,
  messageFromLog,
  type Transaction,
} from '@calendar-sync/event-sourcing-postgres';
import { operation, type OperationCommand } from '../../domain/operation.decider';
import { operations } from '../../projections/operations.projection';
import { operationPublications } from '../../publishing/operation.publications';

export interface OperationCommands {
  operationId: string;
  ownerId: string;
  commands: OperationCommand[];
}

const streamOf = (operationId: string) => `operation-${operationId}`;

/** What is signalled with the commit that ends an operation. */
export const endOf = (operationId: string) => `operation-ended ${operationId}`;

/** Decides on operations and folds what follows into their read model, in the transaction given. */
export async function decideOnOperations(
  tx: Transaction,
  asked: readonly OperationCommands[],
  correlationId?: string,
): Promise<void> {
  const recorded = await decideOnStreams(
    tx,
    operation,
    asked.map(({ operationId, ownerId, commands }) => ({ streamId: streamOf(operationId), ownerId, commands })),
    { route: operationPublications.route, ...(correlationId !== undefined && { metadata: { correlationId } }) },
  );
  await applyProjection(tx, operations, recorded.map(messageFromLog));
  for (const { type, data } of recorded)
    if (type === 'OperationSucceeded' || type === 'OperationFailed' || type === 'OperationExpired')
      tx.signal(endOf(data.operationId));
}
