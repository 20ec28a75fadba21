import { type Static, Type } from '@sinclair/typebox';
import {
  message,
  type MessageOf,
  oneOf,
  OwnerId,
  ReplayRequestedV1,
  topic,
  Uuid,
} from '@calendar-sync/contracts-envelope';

const TimeV1 = Type.Union([
  Type.Object({ date: Type.String() }),
  Type.Object({ dateTime: Type.String(), timeZone: Type.Optional(Type.String()) }),
]);

export const JoinLinkV1 = Type.Object({
  url: Type.String({ description: 'unwrapped; scheme and host in lower case; fragment and passcode kept' }),
  provider: Type.String({ description: 'google-meet, zoom, teams, webex, …' }),
  source: oneOf('conferenceData', 'hangoutLink', 'location', 'description'),
  meetingId: Type.Optional(Type.String({ description: 'as people type it' })),
  passcode: Type.Optional(Type.String()),
});
export type JoinLinkV1 = Static<typeof JoinLinkV1>;

const FromSeries = Type.Optional(
  Type.Boolean({
    description:
      'an occurrence as its series gives it: whoever expands `recurrence` himself passes over it, and whoever does not passes over what has `recurrence`',
  }),
);

/**
 * An entry that people attend together, with a link or without one. A series is one meeting with its rules, and an instance that differs
 * is a meeting of its own. So is each occurrence of the coming weeks, `fromSeries` as long as it has not gone its own way.
 */
export const MeetingV1 = Type.Object({
  meetingId: Uuid,
  entryId: Uuid,
  providerEntryId: Type.Optional(
    Type.String({ description: "with calendarId and an occurrence's start it names the instances of a series" }),
  ),
  calendarId: Uuid,
  seriesId: Type.Optional(Uuid),
  originalStart: Type.Optional(TimeV1),
  fromSeries: FromSeries,
  recurrence: Type.Optional(Type.Array(Type.String())),
  title: Type.Optional(Type.String()),
  start: TimeV1,
  end: TimeV1,
  location: Type.Optional(Type.String()),
  organizer: Type.Optional(
    Type.Object({
      email: Type.Optional(Type.String()),
      name: Type.Optional(Type.String()),
      self: Type.Optional(Type.Boolean()),
    }),
  ),
  attendees: Type.Optional(
    Type.Array(
      Type.Object({
        email: Type.String(),
        name: Type.Optional(Type.String()),
        response: Type.String(),
        optional: Type.Boolean(),
        resource: Type.Boolean(),
        self: Type.Boolean(),
        organizer: Type.Optional(Type.Boolean()),
      }),
    ),
  ),
  join: Type.Optional(JoinLinkV1),
  reasons: Type.Array(Type.String(), { description: 'why it is taken for a meeting: stable codes' }),
});
export type MeetingV1 = Static<typeof MeetingV1>;

const about = { ownerId: OwnerId, calendarId: Uuid, meetingId: Uuid };

export const MeetingScheduledV1 = message('MeetingScheduled.v1', { ...about, meeting: MeetingV1 });
export type MeetingScheduledV1 = MessageOf<typeof MeetingScheduledV1>;
export const MeetingRescheduledV1 = message('MeetingRescheduled.v1', {
  ...about,
  meeting: MeetingV1,
  previous: Type.Object({ start: TimeV1, end: TimeV1, recurrence: Type.Optional(Type.Array(Type.String())) }),
});
export type MeetingRescheduledV1 = MessageOf<typeof MeetingRescheduledV1>;
export const MeetingChangedV1 = message('MeetingChanged.v1', {
  ...about,
  meeting: MeetingV1,
  changed: Type.Array(
    Type.Object({ field: Type.String(), old: Type.Optional(Type.Unknown()), new: Type.Optional(Type.Unknown()) }),
    { minItems: 1 },
  ),
});
export type MeetingChangedV1 = MessageOf<typeof MeetingChangedV1>;
export const MeetingCancelledV1 = message('MeetingCancelled.v1', {
  ...about,
  entryId: Uuid,
  seriesId: Type.Optional(Uuid),
  originalStart: Type.Optional(TimeV1),
  fromSeries: FromSeries,
  reason: Type.String({ description: 'entry-cancelled, declined-by-owner, no-longer-a-meeting, …: stable codes' }),
});
export type MeetingCancelledV1 = MessageOf<typeof MeetingCancelledV1>;

export const meetings = topic('meeting-extraction.meetings.v1', {
  description: 'Meetings and how to join them.',
  messages: [MeetingScheduledV1, MeetingRescheduledV1, MeetingChangedV1, MeetingCancelledV1],
  key: ({ calendarId }) => calendarId,
  subject: ({ meetingId }) => meetingId,
});

export const meetingExtractionCommands = topic('meeting-extraction.commands.v1', {
  description: 'What meeting-extraction accepts.',
  kind: 'commands',
  messages: [ReplayRequestedV1],
  key: ({ topic: name, consumer }) => `${name}/${consumer}`,
});
