import { gatewayOperations, OperationAcceptedV1, OperationFinishedV1 } from '@calendar-sync/contracts-gateway';
import { keepPrivate, publications, publish } from '@calendar-sync/kafka';
import type {
  OperationAccepted,
  OperationEvent,
  OperationExpired,
  OperationFailed,
  OperationSucceeded,
} from '../domain/operation.decider';

export const operationPublications = publications<OperationEvent>({
  OperationAccepted: publish(
    gatewayOperations,
    OperationAcceptedV1,
    ({ operationId, ownerId, kind, actor, connectionId }: OperationAccepted['data']) => ({
      operationId,
      ownerId,
      kind,
      actor,
      ...(connectionId !== undefined && { connectionId }),
    }),
  ),
  OperationStepTaken: keepPrivate,
  OperationSucceeded: publish(
    gatewayOperations,
    OperationFinishedV1,
    ({ operationId, ownerId }: OperationSucceeded['data']) => ({ operationId, ownerId, status: 'succeeded' as const }),
  ),
  OperationFailed: publish(
    gatewayOperations,
    OperationFinishedV1,
    ({ operationId, ownerId, code }: OperationFailed['data']) => ({
      operationId,
      ownerId,
      status: 'failed' as const,
      code,
    }),
  ),
  OperationExpired: publish(
    gatewayOperations,
    OperationFinishedV1,
    ({ operationId, ownerId }: OperationExpired['data']) => ({ operationId, ownerId, status: 'expired' as const }),
  ),
});
