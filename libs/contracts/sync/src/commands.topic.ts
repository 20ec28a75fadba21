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

const asked = { operationId: Uuid, ownerId: OwnerId, actor: Actor };

export const ConnectAccountV1 = message('ConnectAccount.v1', {
  ...asked,
  connectionId: Uuid,
  provider: oneOf('google'),
  sealedGrant: Type.String({ description: 'a refresh token as compact JWE, bound to the connection (see sealGrant)' }),
});
export type ConnectAccountV1 = MessageOf<typeof ConnectAccountV1>;
export const DisconnectAccountV1 = message('DisconnectAccount.v1', {
  ...asked,
  connectionId: Uuid,
  revoke: Type.Boolean(),
});
export type DisconnectAccountV1 = MessageOf<typeof DisconnectAccountV1>;
export const SyncCalendarsV1 = message('SyncCalendars.v1', {
  ...asked,
  calendarIds: Type.Optional(Type.Array(Uuid)),
  full: Type.Boolean(),
});
export type SyncCalendarsV1 = MessageOf<typeof SyncCalendarsV1>;

export const syncCommands = topic('sync.commands.v1', {
  description: 'What sync accepts. In production only the gateway may write it, and consumers for ReplayRequested.',
  kind: 'commands',
  messages: [ConnectAccountV1, DisconnectAccountV1, SyncCalendarsV1, ReplayRequestedV1],
  key: (command) =>
    'consumer' in command
      ? `${command.topic}/${command.consumer}`
      : 'connectionId' in command
        ? command.connectionId
        : command.ownerId,
});
