import { Type } from '@sinclair/typebox';
import {
  Count,
  Instant,
  message,
  type MessageOf,
  oneOf,
  OwnerId,
  ReplayRequestedV1,
  topic,
  Uuid,
} from '@calendar-sync/contracts-envelope';

export const CalendarHealthChangedV1 = message('CalendarHealthChanged.v1', {
  ownerId: OwnerId,
  connectionId: Uuid,
  calendarId: Uuid,
  status: oneOf('healthy', 'failing', 'removed'),
  lastPushAt: Type.Optional(Instant),
  lastSyncAt: Type.Optional(Instant),
  lastFailureAt: Type.Optional(Instant),
  lastFailure: Type.Optional(Type.String()),
  syncDelayMs: Type.Optional(
    Type.Integer({ minimum: 0, description: 'from the last push to the sync that answered it' }),
  ),
  consecutiveFailures: Count,
  errorRate: Type.Number({ minimum: 0, maximum: 1, description: 'failed share of the last 50 syncs' }),
});
export type CalendarHealthChangedV1 = MessageOf<typeof CalendarHealthChangedV1>;

export const calendarHealth = topic('monitoring.calendar-health.v1', {
  description: 'How each calendar is doing.',
  messages: [CalendarHealthChangedV1],
  key: ({ calendarId }) => calendarId,
  subject: ({ calendarId }) => calendarId,
});

export const monitoringCommands = topic('monitoring.commands.v1', {
  description: 'What monitoring accepts.',
  kind: 'commands',
  messages: [ReplayRequestedV1],
  key: ({ topic: name, consumer }) => `${name}/${consumer}`,
});
