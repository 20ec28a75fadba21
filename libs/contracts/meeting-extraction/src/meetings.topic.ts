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

const ReasonsV1 = Type.Array(
  Type.Object({ code: Type.String({ description: 'stable, in snake_case' }), sentence: Type.String() }),
);

/** One way to join among others. */
export const MeetingLinkV1 = Type.Object({
  url: Type.String({ description: 'unwrapped; scheme and host in lower case; fragment and passcode kept' }),
  provider: Type.String({ description: 'google-meet, zoom, teams, webex, …, or a customer’s own' }),
  source: Type.String({
    description:
      'conferenceData, hangoutLink, location, description, summary, source, attachment, extendedProperties, …',
  }),
  meetingId: Type.Optional(Type.String({ description: 'as people type it' })),
  passcode: Type.Optional(Type.String()),
  why: ReasonsV1,
  wrappedBy: Type.Optional(
    Type.Array(Type.String(), { description: 'the wrappers that were taken off, outermost first' }),
  ),
  opaque: Type.Optional(Type.Boolean({ description: 'a mail gateway keeps the real link to itself' })),
});
export type MeetingLinkV1 = Static<typeof MeetingLinkV1>;

export const DialInV1 = Type.Object({
  kind: Type.String({ description: 'phone, sip, h323' }),
  uri: Type.String(),
  number: Type.Optional(Type.String({ description: 'as dialled: + and digits' })),
  pin: Type.Optional(Type.String()),
  accessCode: Type.Optional(Type.String()),
  label: Type.Optional(Type.String()),
  regionCode: Type.Optional(Type.String()),
});
export type DialInV1 = Static<typeof DialInV1>;

const PersonV1 = Type.Object({
  email: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  self: Type.Optional(Type.Boolean()),
});

export const NatureV1 = Type.Object({
  size: Type.String({ description: 'solo, one-to-one, group, large' }),
  reach: Type.String({ description: 'internal, external, unknown: by the domains of the people’s addresses' }),
  recurring: Type.Boolean(),
  organizer: Type.Optional(PersonV1),
  needsResponse: Type.Boolean({ description: 'its owner was asked and has not answered yet' }),
});
export type NatureV1 = Static<typeof NatureV1>;

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
  organizer: Type.Optional(PersonV1),
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
  reasons: Type.Array(Type.String(), {
    description: 'why it is taken for a meeting: stable codes, the weightiest first',
  }),
  why: Type.Optional(ReasonsV1),
  confidence: Type.Optional(Type.Number({ description: 'how sure it is that this is a meeting, 0 to 1' })),
  links: Type.Optional(
    Type.Array(MeetingLinkV1, { description: 'every way to join, best first; the first is `join`' }),
  ),
  dialIns: Type.Optional(Type.Array(DialInV1)),
  meetingKey: Type.Optional(
    Type.String({
      description: "the same for the same meeting in every attendee's calendar; each instance has its own",
    }),
  ),
  roomKey: Type.Optional(Type.String({ description: 'the same for every meeting that is held in the same room' })),
  nature: Type.Optional(NatureV1),
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
  reason: Type.String({ description: 'entry_cancelled, declined_by_self, no_longer_in_series, …: stable codes' }),
  why: Type.Optional(ReasonsV1),
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
