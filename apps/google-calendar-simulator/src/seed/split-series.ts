import type { CalendarRecord } from '../calendars/calendar';
import type { EventResource, StoredEvent } from '../events/event';
import { instanceBase, momentOf, timeAt } from '../events/event-time';
import { slotsBetween } from '../events/occurrences';
import type { JsonObject } from '../http/json-input';
import type { Account } from '../oauth/account';
import { compactStamp } from '../recurrence/rule-lines';
import type { World } from '../world';

/** The rule of the part before a slot, and of the part from it on. */
export function splitLines(master: EventResource, slot: number): { before: string[]; after: string[] } {
  const allDay = master.start?.date !== undefined;
  const end = allDay ? compactStamp(slot - 86_400_000, true) : compactStamp(slot - 1_000, false);
  const done = slotsBetween({ ...master, recurrence: rulesOf(master) }, momentOf(master.start), slot).length;
  const before = (master.recurrence ?? []).map((line) =>
    /^RRULE/i.test(line) ? `${line.replace(/;(?:UNTIL|COUNT)=[^;]*/gi, '')};UNTIL=${end}` : line,
  );
  const after = rulesOf(master).map((line) =>
    line.replace(/COUNT=(\d+)/i, (_, count: string) => `COUNT=${Math.max(1, Number(count) - done)}`),
  );
  return { before, after };
}

const rulesOf = (master: EventResource): string[] => (master.recurrence ?? []).filter((line) => /^RRULE/i.test(line));

/**
 * "This and following", as Google's own page does it: the series ends before the slot, and a new one begins there whose id
 * carries the old one's. Extended properties are copied, so an id that somebody keeps there now appears twice.
 */
export function splitSeries(
  world: World,
  account: Account,
  calendar: CalendarRecord,
  master: EventResource,
  slot: number,
  changes: JsonObject,
): StoredEvent | undefined {
  const allDay = master.start?.date !== undefined;
  const id = `${instanceBase(master.id)}_R${compactStamp(slot, allDay).replace('Z', '')}`;
  if (world.book.stored(calendar.id, id)) return undefined;
  const { before, after } = splitLines(master, slot);
  const length = momentOf(master.end) - momentOf(master.start);
  const { created: _created, updated: _updated, sequence: _sequence, iCalUID: _uid, ...copied } = master;
  world.writes.write(calendar, master.id, { recurrence: before }, 'patch');
  return world.writes.insert(
    account,
    calendar,
    {
      ...copied,
      start: timeAt(slot, master.start),
      end: timeAt(slot + length, master.end),
      recurrence: after,
      ...changes,
      id,
    },
    { anyId: true, conferenceDataVersion: 1, supportsAttachments: true },
  );
}
