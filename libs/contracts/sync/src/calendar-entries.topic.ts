import { Type } from '@sinclair/typebox';
import { message, type MessageOf, oneOf, OwnerId, topic, Uuid } from '@calendar-sync/contracts-envelope';
import { CancelledEntryV1, ChangedFieldV1, EntryV1 } from './entry';

const about = { ownerId: OwnerId, connectionId: Uuid, calendarId: Uuid, entryId: Uuid };

export const EntryAddedV1 = message(
  'EntryAdded.v1',
  { ...about, entry: EntryV1 },
  { description: 'An entry was seen for the first time, or came back after a cancellation.' },
);
export type EntryAddedV1 = MessageOf<typeof EntryAddedV1>;

export const EntryChangedV1 = message('EntryChanged.v1', {
  ...about,
  entry: EntryV1,
  changed: Type.Array(ChangedFieldV1, { minItems: 1 }),
});
export type EntryChangedV1 = MessageOf<typeof EntryChangedV1>;

export const EntryCancelledV1 = message('EntryCancelled.v1', {
  ...about,
  entry: CancelledEntryV1,
  reason: oneOf('cancelled-at-provider', 'absent-from-full-sync', 'series-cancelled', 'calendar-removed'),
  changed: Type.Array(ChangedFieldV1),
});
export type EntryCancelledV1 = MessageOf<typeof EntryCancelledV1>;

/** Everything that happens to the entries of a calendar, in its order. */
export const calendarEntries = topic('sync.calendar-entries.v1', {
  description: 'Every change of every entry, in order per calendar, with old and new values.',
  messages: [EntryAddedV1, EntryChangedV1, EntryCancelledV1],
  key: ({ calendarId }) => calendarId,
  subject: ({ entryId }) => entryId,
});
