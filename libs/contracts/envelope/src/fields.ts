import { type Static, Type } from '@sinclair/typebox';
import { message, oneOf } from './message';

export const Instant = Type.String({
  description: 'RFC 3339 with offset',
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$',
});
export const Uuid = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });
export const OwnerId = Type.String({
  minLength: 1,
  maxLength: 255,
  description: 'the JWT subject of the calendar owner',
});
export const Count = Type.Integer({ minimum: 0 });

/** Who asked: the authenticated subject and its roles, never the token itself. */
export const Actor = Type.Object({
  sub: Type.String({ minLength: 1 }),
  roles: Type.Array(oneOf('owner', 'operator', 'client')),
});
export type Actor = Static<typeof Actor>;

/** Asks the owner of a topic to send again, on `<topic>.replay.<consumer>`, what the consumer misses. */
export const ReplayRequestedV1 = message('ReplayRequested.v1', {
  topic: Type.String(),
  key: Type.Optional(Type.String({ description: 'absent: every key' })),
  fromSequence: Type.Integer({ minimum: 1 }),
  toSequence: Type.Optional(Type.Integer({ minimum: 1, description: 'absent: up to now' })),
  consumer: Type.String({ pattern: '^[a-z-]+$' }),
});
