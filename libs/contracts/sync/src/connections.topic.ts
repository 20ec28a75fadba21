import { Type } from '@sinclair/typebox';
import { Instant, message, type MessageOf, oneOf, OwnerId, topic, Uuid } from '@calendar-sync/contracts-envelope';

const about = { ownerId: OwnerId, connectionId: Uuid };

export const ConnectionEstablishedV1 = message('ConnectionEstablished.v1', {
  ...about,
  provider: Type.String(),
  account: Type.String({ description: "the token's sub, else the primary calendar's id" }),
  accountEmail: Type.Optional(Type.String()),
  scopes: Type.Array(Type.String()),
  connectedAt: Instant,
});
export type ConnectionEstablishedV1 = MessageOf<typeof ConnectionEstablishedV1>;
export const ConnectionSuspendedV1 = message(
  'ConnectionSuspended.v1',
  {
    ...about,
    reason: oneOf('access-revoked', 'consent-too-small', 'account-unusable'),
    detail: Type.Optional(Type.String()),
  },
  { description: 'Nothing is pulled until its owner connects again.' },
);
export type ConnectionSuspendedV1 = MessageOf<typeof ConnectionSuspendedV1>;
export const ConnectionRemovedV1 = message('ConnectionRemoved.v1', {
  ...about,
  provider: Type.String(),
  removedAt: Instant,
});
export type ConnectionRemovedV1 = MessageOf<typeof ConnectionRemovedV1>;

export const connections = topic('sync.connections.v1', {
  description: 'Accounts connected, suspended, removed.',
  messages: [ConnectionEstablishedV1, ConnectionSuspendedV1, ConnectionRemovedV1],
  key: ({ connectionId }) => connectionId,
  subject: ({ connectionId }) => connectionId,
});
