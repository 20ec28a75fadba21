import { type Static, Type } from '@sinclair/typebox';
import { Instant, message, type MessageOf, oneOf, OwnerId, topic, Uuid } from '@calendar-sync/contracts-envelope';

export const CalendarV1 = Type.Object({
  calendarId: Uuid,
  connectionId: Uuid,
  ownerId: OwnerId,
  provider: Type.String(),
  providerCalendarId: Type.String(),
  title: Type.String(),
  description: Type.Optional(Type.String()),
  timeZone: Type.String({ description: 'IANA' }),
  accessRole: Type.String(),
  primary: Type.Boolean(),
  hidden: Type.Boolean(),
  color: Type.Optional(Type.String()),
});
export type CalendarV1 = Static<typeof CalendarV1>;

const about = { ownerId: OwnerId, connectionId: Uuid, calendarId: Uuid };

export const CalendarAddedV1 = message('CalendarAdded.v1', { ...about, calendar: CalendarV1 });
export type CalendarAddedV1 = MessageOf<typeof CalendarAddedV1>;
export const CalendarChangedV1 = message('CalendarChanged.v1', {
  ...about,
  calendar: CalendarV1,
  changed: Type.Array(Type.String()),
});
export type CalendarChangedV1 = MessageOf<typeof CalendarChangedV1>;
export const CalendarRemovedV1 = message(
  'CalendarRemoved.v1',
  { ...about, reason: oneOf('gone-at-provider', 'disconnected') },
  { description: 'Its entries are hidden from now on; after a reconnect CalendarAdded shows them again.' },
);
export type CalendarRemovedV1 = MessageOf<typeof CalendarRemovedV1>;

export const WatchOpenedV1 = message('WatchOpened.v1', { ...about, channelId: Type.String(), expiresAt: Instant });
export type WatchOpenedV1 = MessageOf<typeof WatchOpenedV1>;
export const WatchStoppedV1 = message('WatchStopped.v1', {
  ...about,
  channelId: Type.String(),
  reason: oneOf('renewed', 'disconnected', 'unknown-channel', 'expired', 'calendar-removed'),
});
export type WatchStoppedV1 = MessageOf<typeof WatchStoppedV1>;
export const WatchRefusedV1 = message('WatchRefused.v1', {
  ...about,
  reason: Type.String(),
  permanent: Type.Boolean({ description: 'true: polled from now on' }),
});
export type WatchRefusedV1 = MessageOf<typeof WatchRefusedV1>;

export const calendars = topic('sync.calendars.v1', {
  description: 'Which calendars there are, and how each is watched.',
  messages: [CalendarAddedV1, CalendarChangedV1, CalendarRemovedV1, WatchOpenedV1, WatchStoppedV1, WatchRefusedV1],
  key: ({ calendarId }) => calendarId,
  subject: ({ calendarId }) => calendarId,
});
