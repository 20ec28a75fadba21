import type { EntryTimeV1, EntryAddedV1, EntryCancelledV1, EntryChangedV1 } from '@calendar-sync/contracts-sync';
import type { MeetingRescheduledV1, MeetingScheduledV1 } from '@calendar-sync/contracts-meeting-extraction';
import { instantOf } from '@calendar-sync/recurrence';
import type { PlacesBefore } from './window-list';

type Told =
  | { type: 'EntryAdded.v1'; data: EntryAddedV1 }
  | { type: 'EntryChanged.v1'; data: EntryChangedV1 }
  | { type: 'EntryCancelled.v1'; data: EntryCancelledV1 }
  | { type: 'MeetingScheduled.v1'; data: MeetingScheduledV1 }
  | { type: 'MeetingRescheduled.v1'; data: MeetingRescheduledV1 };

const told = new Set([
  'EntryAdded.v1',
  'EntryChanged.v1',
  'EntryCancelled.v1',
  'MeetingScheduled.v1',
  'MeetingRescheduled.v1',
]);
const isTold = (message: { type: string; data: unknown }): message is Told => told.has(message.type);

/** Where an entry or a meeting lay before a message: an occurrence that got a row of its own lay at its slot. */
export const placesBefore: PlacesBefore = (message, { startsAt, endsAt, allDayZone }) => {
  if (!isTold(message)) return [];
  const before = timesBefore(message);
  if (before?.start === undefined) return [];
  const from = instantOf(before.start, allDayZone);
  const to = before.end === undefined ? from + (endsAt - startsAt) : instantOf(before.end, allDayZone);
  return [{ startsAt: from, endsAt: to }];
};

function timesBefore(message: Told): { start?: EntryTimeV1; end?: EntryTimeV1 } | undefined {
  switch (message.type) {
    case 'EntryAdded.v1':
      return message.data.entry.originalStart && { start: message.data.entry.originalStart };
    case 'EntryChanged.v1': {
      const old = (name: string) => message.data.changed.find(({ field }) => field === name)?.old;
      const [start, end] = [old('start'), old('end')];
      return { ...(isTime(start) && { start }), ...(isTime(end) && { end }) };
    }
    case 'EntryCancelled.v1': {
      const { start, end } = message.data.entry;
      return { ...(start && { start }), ...(end && { end }) };
    }
    case 'MeetingScheduled.v1':
      return message.data.meeting.originalStart && { start: message.data.meeting.originalStart };
    case 'MeetingRescheduled.v1':
      return message.data.previous;
  }
}

const isTime = (value: unknown): value is EntryTimeV1 =>
  typeof value === 'object' &&
  value !== null &&
  (('date' in value && typeof value.date === 'string') || ('dateTime' in value && typeof value.dateTime === 'string'));
