import { Type } from '@sinclair/typebox';
import {
  Count,
  Instant,
  message,
  type MessageOf,
  oneOf,
  OwnerId,
  topic,
  Uuid,
} from '@calendar-sync/contracts-envelope';

const about = { ownerId: OwnerId, connectionId: Uuid, calendarId: Uuid };

export const SyncTrigger = oneOf(
  'connected',
  'notification',
  'poll',
  'requested',
  'retry',
  'cursor-expired',
  'resumed',
);

const schedule = {
  nextPollAt: Type.Optional(Instant),
  pollReason: Type.Optional(Type.String({ description: 'why the next poll is when it is, in words' })),
};

export const CalendarSyncProgressedV1 = message(
  'CalendarSyncProgressed.v1',
  { ...about, pullId: Uuid, kind: oneOf('full', 'incremental'), pages: Count, items: Count },
  { description: 'A page of a pull longer than one page was stored.' },
);
export type CalendarSyncProgressedV1 = MessageOf<typeof CalendarSyncProgressedV1>;

export const CalendarSyncedV1 = message('CalendarSynced.v1', {
  ...about,
  pullId: Uuid,
  kind: oneOf('full', 'incremental'),
  trigger: SyncTrigger,
  startedAt: Instant,
  finishedAt: Instant,
  pages: Count,
  items: Count,
  added: Count,
  changed: Count,
  cancelled: Count,
  notifiedAt: Type.Optional(Instant),
  ...schedule,
});
export type CalendarSyncedV1 = MessageOf<typeof CalendarSyncedV1>;

export const CalendarSyncFailedV1 = message('CalendarSyncFailed.v1', {
  ...about,
  pullId: Type.Optional(Uuid),
  trigger: SyncTrigger,
  failedAt: Instant,
  failure: Type.String({ description: 'ProviderUnavailable, RateLimited, AccessRevoked, CalendarGone, …' }),
  detail: Type.Optional(Type.String()),
  consecutiveFailures: Count,
  nextAttemptAt: Type.Optional(Instant),
  parked: Type.Boolean({ description: 'no further attempt until somebody replays it' }),
});
export type CalendarSyncFailedV1 = MessageOf<typeof CalendarSyncFailedV1>;

/** Of a calendar that was never ours, or is no more, there is nobody to name. */
const notified = { calendarId: Uuid, ownerId: Type.Optional(OwnerId), connectionId: Type.Optional(Uuid) };

export const NotificationProcessedV1 = message('NotificationProcessed.v1', {
  ...notified,
  notificationIds: Type.Array(Uuid, { minItems: 1 }),
  processedAt: Instant,
  outcome: oneOf('synced', 'channel-opened', 'channel-unknown', 'calendar-unknown'),
});
export type NotificationProcessedV1 = MessageOf<typeof NotificationProcessedV1>;
export const NotificationFailedV1 = message('NotificationFailed.v1', {
  ...notified,
  notificationIds: Type.Array(Uuid, { minItems: 1 }),
  failedAt: Instant,
  failure: Type.String(),
});
export type NotificationFailedV1 = MessageOf<typeof NotificationFailedV1>;

export const calendarSyncs = topic('sync.calendar-syncs.v1', {
  description: 'How each pull went, and what became of each notification.',
  messages: [
    CalendarSyncProgressedV1,
    CalendarSyncedV1,
    CalendarSyncFailedV1,
    NotificationProcessedV1,
    NotificationFailedV1,
  ],
  key: ({ calendarId }) => calendarId,
  subject: ({ calendarId }) => calendarId,
});
