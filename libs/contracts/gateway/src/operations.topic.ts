import { Type } from '@sinclair/typebox';
import {
  Actor,
  message,
  type MessageOf,
  oneOf,
  OwnerId,
  ReplayRequestedV1,
  topic,
  Uuid,
} from '@calendar-sync/contracts-envelope';

const about = { operationId: Uuid, ownerId: OwnerId };

/** Who asked for what. The audit trail of every command that the API accepted. */
export const OperationAcceptedV1 = message('OperationAccepted.v1', {
  ...about,
  kind: Type.String(),
  actor: Actor,
  connectionId: Type.Optional(Uuid),
});
export type OperationAcceptedV1 = MessageOf<typeof OperationAcceptedV1>;
export const OperationFinishedV1 = message('OperationFinished.v1', {
  ...about,
  status: oneOf('succeeded', 'failed', 'expired'),
  code: Type.Optional(Type.String()),
});
export type OperationFinishedV1 = MessageOf<typeof OperationFinishedV1>;

export const gatewayOperations = topic('gateway.operations.v1', {
  description: 'Operations that were asked for through the API, and how they ended.',
  messages: [OperationAcceptedV1, OperationFinishedV1],
  key: ({ operationId }) => operationId,
  subject: ({ operationId }) => operationId,
});

export const gatewayCommands = topic('gateway.commands.v1', {
  description: 'What the gateway accepts.',
  kind: 'commands',
  messages: [ReplayRequestedV1],
  key: ({ topic: name, consumer }) => `${name}/${consumer}`,
});
