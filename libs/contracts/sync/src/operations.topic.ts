import { Type } from '@sinclair/typebox';
import { message, type MessageOf, OwnerId, topic, Uuid } from '@calendar-sync/contracts-envelope';

const about = { operationId: Uuid, ownerId: OwnerId };

export const OperationProgressedV1 = message('OperationProgressed.v1', {
  ...about,
  step: Type.String(),
  detail: Type.Optional(Type.String()),
});
export type OperationProgressedV1 = MessageOf<typeof OperationProgressedV1>;
export const OperationSucceededV1 = message('OperationSucceeded.v1', {
  ...about,
  result: Type.Record(Type.String(), Type.Unknown()),
});
export type OperationSucceededV1 = MessageOf<typeof OperationSucceededV1>;
export const OperationFailedV1 = message('OperationFailed.v1', {
  ...about,
  code: Type.String({ description: 'stable, in kebab-case' }),
  detail: Type.String({ description: 'what went wrong and what would put it right' }),
});
export type OperationFailedV1 = MessageOf<typeof OperationFailedV1>;

export const syncOperations = topic('sync.operations.v1', {
  description: 'What became of the commands that sync was given, step by step.',
  messages: [OperationProgressedV1, OperationSucceededV1, OperationFailedV1],
  key: ({ operationId }) => operationId,
  subject: ({ operationId }) => operationId,
});
