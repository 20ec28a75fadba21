import { Type } from '@sinclair/typebox';
import { Count, Instant, message, type MessageOf, topic, Uuid } from '@calendar-sync/contracts-envelope';

/** A verified push. A hint that something changed, never what. */
export const CalendarChangeNotifiedV1 = message('CalendarChangeNotified.v1', {
  notificationId: Uuid,
  calendarId: Uuid,
  channelId: Type.String(),
  resourceId: Type.String({ description: 'needed to stop a channel that sync does not know' }),
  resourceState: Type.String({ description: 'sync: the channel was opened; anything else: go and look' }),
  messageNumber: Type.Optional(Type.Integer()),
  channelExpiresAt: Type.Optional(Instant),
  receivedAt: Instant,
  coalesced: Type.Optional(Count),
});
export type CalendarChangeNotifiedV1 = MessageOf<typeof CalendarChangeNotifiedV1>;

export const calendarChanges = topic('webhook-ingestion.calendar-changes.v1', {
  description: 'Verified push notifications, coalesced under bursts.',
  messages: [CalendarChangeNotifiedV1],
  key: ({ calendarId }) => calendarId,
  subject: ({ channelId }) => channelId,
});
