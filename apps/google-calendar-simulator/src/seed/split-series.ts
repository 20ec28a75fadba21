import type { CalendarRecord } from '../calendars/calendar';
import type { EventResource, StoredEvent } from '../events/event';
import { instanceBase, momentOf, seriesOf, timeAt } from '../events/event-time';
import { slotsBetween } from '../events/occurrences';
import type { JsonObject } from '../http/json-input';
import type { Account } from '../oauth/account';
import { compactStamp, parseLines } from '../recurrence/rule-lines';
import type { World } from '../world';

/** No rule is looked at further than this beyond the split. */
const FAR = 200 * 366 * 86_400_000;

/** The rule of the part before a slot, and of the part from it on; each with the added and excluded dates that lie in it. */
export function splitLines(master: EventResource, slot: number): { before: string[]; after: string[] } {
  const allDay = master.start?.date !== undefined;
  const end = allDay ? compactStamp(slot - 86_400_000, true) : compactStamp(slot - 1_000, false);
  const lines = master.recurrence ?? [];
  const rules = lines.filter((line) => /^RRULE/i.test(line));
  const done = slotsBetween({ ...master, recurrence: rules }, momentOf(master.start), slot).length;
  const goesOn = (rule: string) =>
    !/UNTIL|COUNT/i.test(rule) || slotsBetween({ ...master, recurrence: [rule] }, slot, slot + FAR).length > 0;
  const before = lines.flatMap((line) => {
    if (/^EXRULE/i.test(line)) return line;
    if (!/^RRULE/i.test(line)) return datesWhere(master, line, (moment) => moment < slot);
    return goesOn(line) ? `${line.replace(/;(?:UNTIL|COUNT)=[^;]*/gi, '')};UNTIL=${end}` : line;
  });
  const after = lines.flatMap((line) => {
    if (/^EXRULE/i.test(line)) return line;
    if (!/^RRULE/i.test(line)) return datesWhere(master, line, (moment) => moment >= slot);
    return goesOn(line) ? line.replace(/COUNT=(\d+)/i, (_, count: string) => `COUNT=${Number(count) - done}`) : [];
  });
  return { before, after };
}

/** A line of dates with those of them that are wanted; no line where there are none. */
function datesWhere(master: EventResource, line: string, wanted: (moment: number) => boolean): string[] {
  const [name, dates = ''] = line.split(/:(.*)/s);
  const kept = dates.split(',').filter((date) => {
    const { added, excluded } = parseLines([`${name}:${date}`], seriesOf(master));
    return [...added.moments, ...excluded.moments, ...excluded.days].some(wanted);
  });
  return kept.length === 0 ? [] : [`${name}:${kept.join(',')}`];
}

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
