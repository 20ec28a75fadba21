import type { EntryAddedV1, EntryCancelledV1, EntryChangedV1, EntryV1 } from '@calendar-sync/contracts-sync';
import { projection, type ReadMessage, removed } from '@calendar-sync/event-sourcing-postgres';

/** An entry as it was last judged, to be judged again when rules change. What is over stays as it was judged, and is not kept. */
export interface JudgedEntryRow {
  entry_id: string;
  owner_id: string;
  calendar_id: string;
  entry: EntryV1;
}

type EntryMessages = {
  'EntryAdded.v1': EntryAddedV1;
  'EntryChanged.v1': EntryChangedV1;
  'EntryCancelled.v1': EntryCancelledV1;
};

const day = 86_400_000;

/** At the time of the message; a series is never over here. */
const isOver = ({ recurrence, end }: EntryV1, time: string): boolean =>
  recurrence === undefined && Date.parse('date' in end ? end.date : end.dateTime) < Date.parse(time) - day;

const present = (
  _row: JudgedEntryRow | undefined,
  { data: { ownerId, entry }, time }: ReadMessage<string, EntryAddedV1 | EntryChangedV1>,
) =>
  isOver(entry, time) ? removed : { entry_id: entry.entryId, owner_id: ownerId, calendar_id: entry.calendarId, entry };

export const judgedEntries = projection<JudgedEntryRow, EntryMessages>({
  name: 'judged_entries',
  columns: {
    entry_id: 'uuid NOT NULL',
    owner_id: 'text NOT NULL',
    calendar_id: 'uuid NOT NULL',
    entry: 'jsonb NOT NULL',
  },
  key: 'entry_id',
  rowId: ({ data }) => data.entryId,
  on: { 'EntryAdded.v1': present, 'EntryChanged.v1': present, 'EntryCancelled.v1': () => removed },
});
