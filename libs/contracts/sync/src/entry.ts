import { type Static, Type } from '@sinclair/typebox';
import { Instant, oneOf, Uuid } from '@calendar-sync/contracts-envelope';

/** All day: a date without a zone, `end` exclusive. Timed: an instant with its offset, and the IANA zone that rules expand in. */
export const EntryTimeV1 = Type.Union([
  Type.Object({ date: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }) }),
  Type.Object({ dateTime: Instant, timeZone: Type.Optional(Type.String()) }),
]);
export type EntryTimeV1 = Static<typeof EntryTimeV1>;

export const PersonV1 = Type.Object({
  email: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  self: Type.Optional(Type.Boolean({ description: 'the owner of this calendar' })),
});
export type PersonV1 = Static<typeof PersonV1>;

export const AttendeeV1 = Type.Object({
  email: Type.String(),
  name: Type.Optional(Type.String()),
  response: oneOf('needsAction', 'declined', 'tentative', 'accepted'),
  optional: Type.Boolean(),
  resource: Type.Boolean({ description: 'a room or a device' }),
  self: Type.Boolean(),
  organizer: Type.Optional(Type.Boolean()),
});
export type AttendeeV1 = Static<typeof AttendeeV1>;

export const EntryPointV1 = Type.Object({
  type: oneOf('video', 'phone', 'sip', 'more'),
  uri: Type.String(),
  label: Type.Optional(Type.String()),
  regionCode: Type.Optional(Type.String({ description: 'of a telephone number: the country, CLDR' })),
  pin: Type.Optional(Type.String()),
  accessCode: Type.Optional(Type.String()),
  meetingCode: Type.Optional(Type.String()),
  passcode: Type.Optional(Type.String()),
  password: Type.Optional(Type.String()),
});

export const ConferenceV1 = Type.Object({
  solution: Type.Optional(Type.String({ description: "Google's key type: hangoutsMeet, addOn, …" })),
  name: Type.Optional(Type.String()),
  conferenceId: Type.Optional(Type.String()),
  status: Type.Optional(oneOf('pending', 'success', 'failure')),
  entryPoints: Type.Array(EntryPointV1),
  notes: Type.Optional(Type.String()),
});
export type ConferenceV1 = Static<typeof ConferenceV1>;

const identity = {
  entryId: Uuid,
  calendarId: Uuid,
  providerEntryId: Type.String({ minLength: 1 }),
  providerCalendarId: Type.String({ minLength: 1 }),
  seriesId: Type.Optional(Uuid),
  providerSeriesId: Type.Optional(Type.String()),
  originalStart: Type.Optional(EntryTimeV1),
};

const details = {
  description: Type.Optional(Type.String()),
  location: Type.Optional(Type.String()),
  recurrence: Type.Optional(
    Type.Array(Type.String(), { description: 'RRULE, EXRULE, RDATE, EXDATE lines; on the master of a series only' }),
  ),
  organizer: Type.Optional(PersonV1),
  creator: Type.Optional(PersonV1),
  attendees: Type.Optional(Type.Array(AttendeeV1)),
  attendeesOmitted: Type.Optional(Type.Boolean({ description: 'the provider cut the list' })),
  conference: Type.Optional(ConferenceV1),
  hangoutLink: Type.Optional(Type.String()),
  iCalUid: Type.Optional(Type.String()),
  link: Type.Optional(Type.String({ description: "the provider's page for the entry" })),
  attachments: Type.Optional(
    Type.Array(
      Type.Object({ title: Type.Optional(Type.String()), url: Type.String(), mimeType: Type.Optional(Type.String()) }),
    ),
  ),
  source: Type.Optional(Type.Object({ title: Type.Optional(Type.String()), url: Type.Optional(Type.String()) })),
  extendedProperties: Type.Optional(
    Type.Object({
      private: Type.Optional(Type.Record(Type.String(), Type.String())),
      shared: Type.Optional(Type.Record(Type.String(), Type.String())),
    }),
  ),
  guests: Type.Optional(
    Type.Object(
      {
        canInviteOthers: Type.Optional(Type.Boolean()),
        canModify: Type.Optional(Type.Boolean()),
        canSeeOtherGuests: Type.Optional(Type.Boolean()),
      },
      { description: 'what guests may do, where it is not what the provider allows by default' },
    ),
  ),
  locked: Type.Optional(Type.Boolean({ description: 'its main details can not be changed, by whomever' })),
  birthday: Type.Optional(Type.Object({ type: Type.Optional(Type.String()), contact: Type.Optional(Type.String()) })),
  providerUpdatedAt: Type.Optional(Instant),
};

const traits = {
  visibility: oneOf('default', 'public', 'private', 'confidential'),
  busy: Type.Boolean(),
  kind: Type.String({
    description:
      "Google's eventType: default, focusTime, outOfOffice, workingLocation, birthday, fromGmail, or one that is newer than this page",
  }),
};

/** An entry of a calendar, normalised over providers. Absent is absent, never null or empty. */
export const EntryV1 = Type.Object({
  ...identity,
  status: oneOf('confirmed', 'tentative'),
  title: Type.Optional(Type.String({ description: 'absent when the provider hides it or it was left empty' })),
  start: EntryTimeV1,
  end: EntryTimeV1,
  ...details,
  ...traits,
});
export type EntryV1 = Static<typeof EntryV1>;

/** A cancelled entry: what it was last known as. Of an occurrence cancelled before it was ever seen, only identity is known. */
export const CancelledEntryV1 = Type.Object({
  ...identity,
  status: Type.Literal('cancelled'),
  title: Type.Optional(Type.String()),
  start: Type.Optional(EntryTimeV1),
  end: Type.Optional(EntryTimeV1),
  ...details,
  visibility: Type.Optional(traits.visibility),
  busy: Type.Optional(traits.busy),
  kind: Type.Optional(traits.kind),
});
export type CancelledEntryV1 = Static<typeof CancelledEntryV1>;

/** One field of an entry (a property name of EntryV1) with its old and new value; values above 64 kB are cut and marked. */
export const ChangedFieldV1 = Type.Object({
  field: Type.String(),
  old: Type.Optional(Type.Unknown()),
  new: Type.Optional(Type.Unknown()),
  cut: Type.Optional(Type.Boolean()),
});
export type ChangedFieldV1 = Static<typeof ChangedFieldV1>;
