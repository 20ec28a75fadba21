import { randomUUID } from 'node:crypto';
import type { AttendeeV1, CancelledEntryV1, ChangedFieldV1, EntryCancelledV1 } from '@calendar-sync/contracts-sync';
import { ownerWithCalendar } from '../../gateway.fixture';
import { summaryOf } from './entry-story';

const owner = ownerWithCalendar('ada');
const standup = owner.entry('standup', { title: 'Standup' });
const person = (email: string, response: AttendeeV1['response'] = 'needsAction'): AttendeeV1 => ({
  email,
  response,
  optional: false,
  resource: false,
  self: false,
});
const changed = (...fields: ChangedFieldV1[]) =>
  summaryOf({ type: 'EntryChanged.v1', data: { ...owner.of(standup), changed: fields } });
const time = (clock: string) => ({ dateTime: `2026-11-23T${clock}:00+01:00`, timeZone: 'Europe/Zurich' });

describe('the story of an entry', () => {
  it('begins with when, with whom and where', () => {
    const entry = {
      ...standup,
      attendees: [{ ...person('me@x'), self: true }, person('a@x'), person('b@x')],
      location: 'Room 3',
    };
    expect(summaryOf({ type: 'EntryAdded.v1', data: owner.of(entry) })).toBe(
      '“Standup” appeared: Mon 2026-11-23 09:00–09:30 (Europe/Zurich), with a@x, b@x, at “Room 3”.',
    );
  });

  it('says that a series begins and that an occurrence goes its own way', () => {
    const series = { ...standup, recurrence: ['RRULE:FREQ=DAILY'] };
    expect(summaryOf({ type: 'EntryAdded.v1', data: owner.of(series) })).toContain(
      'from Mon 2026-11-23 09:00–09:30 (Europe/Zurich), a series',
    );
    const exception = { ...standup, originalStart: { date: '2026-11-22' } };
    expect(summaryOf({ type: 'EntryAdded.v1', data: owner.of(exception) })).toMatch(
      /^The occurrence of Sun 2026-11-22 \(all day\) went its own way: /,
    );
  });

  it('tells of a move as one thing', () => {
    expect(
      changed(
        { field: 'start', old: time('09:00'), new: time('10:00') },
        { field: 'end', old: time('09:30'), new: time('10:30') },
      ),
    ).toBe('“Standup”: moved from Mon 2026-11-23 09:00 to 10:00 (Europe/Zurich).');
    expect(changed({ field: 'end', old: time('09:30'), new: time('10:30') })).toContain('ends Mon 2026-11-23 10:30');
  });

  it('has the times of the calendar, whatever zone an entry is kept in and whatever offset the provider gave it', () => {
    const inNewYork = (dateTime: string) => ({ dateTime, timeZone: 'America/New_York' });
    const entry = {
      ...standup,
      start: inNewYork('2026-11-26T15:00:00-05:00'),
      end: inNewYork('2026-11-26T22:00:00+01:00'),
    };
    const fact = { type: 'EntryAdded.v1' as const, data: owner.of(entry) };
    expect(summaryOf(fact, 'Europe/Berlin')).toBe('“Standup” appeared: Thu 2026-11-26 21:00–22:00 (Europe/Berlin).');
    expect(summaryOf(fact)).toBe('“Standup” appeared: Thu 2026-11-26 15:00–16:00 (America/New_York).');
    expect(summaryOf(fact, 'Nowhere/Land')).toBe('“Standup” appeared: Thu 2026-11-26 20:00–21:00 (UTC).');
  });

  it('tells of another day, another length, another zone, and of what became all-day', () => {
    const to = (now: unknown, ...others: ChangedFieldV1[]) =>
      changed({ field: 'start', old: time('09:00'), new: now }, ...others);
    expect(to({ ...time('10:00'), dateTime: '2026-11-24T10:00:00+01:00' })).toContain(
      'moved from Mon 2026-11-23 09:00 to Tue 2026-11-24 10:00 (Europe/Zurich)',
    );
    expect(to({ date: '2026-11-24' })).toContain(
      'moved from Mon 2026-11-23 09:00 (Europe/Zurich) to Tue 2026-11-24 (all day)',
    );
    expect(to({ dateTime: '2026-11-23T08:00:00Z', timeZone: 'Europe/London' })).toContain(
      'is kept in the time zone Europe/London now',
    );
    expect(to(time('09:30'), { field: 'end', old: time('09:30'), new: time('10:30') })).toContain(
      'lasts 60 minutes instead of 30',
    );
  });

  it('says who may see it', () => {
    expect(changed({ field: 'visibility', old: 'default', new: 'private' })).toBe('“Standup”: is private now.');
    expect(changed({ field: 'visibility', old: 'private', new: 'default' })).toContain(
      'as visible as its calendar again',
    );
  });

  it('tells who was invited, who was taken off and who answered', () => {
    const old = [person('a@x'), person('b@x')];
    const now = [person('a@x', 'accepted'), person('c@x')];
    expect(changed({ field: 'attendees', old, new: now })).toBe(
      '“Standup”: c@x was invited, b@x was taken off, a@x accepted.',
    );
  });

  it('shows short texts and only names long ones', () => {
    expect(changed({ field: 'title', old: 'Standup', new: 'Daily' })).toContain('renamed from “Standup” to “Daily”');
    expect(changed({ field: 'location', new: 'Room 3' })).toContain('location was added: “Room 3”');
    expect(changed({ field: 'location', old: 'Room 3' })).toContain('location was removed');
    expect(changed({ field: 'description', old: 'a', new: 'b' })).toBe('“Standup”: the description changed.');
    expect(changed({ field: 'recurrence', new: ['RRULE:FREQ=DAILY'] })).toContain('became a series');
    expect(changed({ field: 'somethingNew', old: 1, new: 2 })).toContain('something new changed');
  });

  it('says how a series repeats now, and only when it ends where nothing else changed', () => {
    const rules = (...lines: string[]) => lines.map((line) => `RRULE:FREQ=${line}`);
    const to = (now: string[], old = rules('WEEKLY')) => changed({ field: 'recurrence', old, new: now });
    expect(to(rules('WEEKLY;UNTIL=20261129T225959Z'))).toBe(
      '“Standup”: repeats until Sun 2026-11-29 23:59 (Europe/Zurich) now.',
    );
    expect(to(rules('WEEKLY;UNTIL=20261129'))).toContain('repeats until Sun 2026-11-29 now');
    expect(to(rules('WEEKLY;COUNT=10'), rules('WEEKLY;UNTIL=20261129'))).toContain('repeats 10 times now');
    expect(to(rules('WEEKLY'), rules('WEEKLY;COUNT=1'))).toContain('repeats without an end now');
    expect(to(rules('DAILY;COUNT=5'))).toBe(
      '“Standup”: repeats by “RRULE:FREQ=DAILY;COUNT=5” instead of “RRULE:FREQ=WEEKLY”.',
    );
    expect(to(rules('WEEKLY;UNTIL=someday'))).toContain('repeats by “RRULE:FREQ=WEEKLY;UNTIL=someday” instead of');
    expect(changed({ field: 'recurrence', cut: true })).toContain('repeats by other rules');
  });

  it('says that an occurrence belongs to another series since a split, and which one it is', () => {
    expect(changed({ field: 'seriesId', old: randomUUID(), new: randomUUID() })).toBe(
      '“Standup”: belongs to another series now, as after a split.',
    );
    expect(changed({ field: 'originalStart', old: time('09:00'), new: { date: '2026-11-23' } })).toBe(
      '“Standup”: stands for Mon 2026-11-23 (all day) in its series instead of Mon 2026-11-23 09:00 (Europe/Zurich).',
    );
  });

  it('says what came back after it had been cancelled', () => {
    const fact = (entry: typeof standup) => ({ type: 'EntryAdded.v1' as const, data: owner.of(entry) });
    const back = (entry: typeof standup) => summaryOf(fact(entry), 'Europe/Zurich', 'EntryCancelled.v1');
    expect(back(standup)).toBe('“Standup” came back: Mon 2026-11-23 09:00–09:30 (Europe/Zurich).');
    expect(back({ ...standup, originalStart: { date: '2026-11-22' } })).toMatch(
      /^The occurrence of Sun 2026-11-22 \(all day\) came back: “Standup”, Mon /,
    );
  });

  describe('ends', () => {
    const cancelled = (
      entry: Omit<CancelledEntryV1, 'status'>,
      reason: EntryCancelledV1['reason'] = 'cancelled-at-provider',
      fields: ChangedFieldV1[] = [],
    ) =>
      summaryOf({
        type: 'EntryCancelled.v1',
        data: { ...owner.of({ ...entry, status: 'cancelled' as const }), reason, changed: fields },
      });
    const { title: _title, ...untitled } = standup;
    const slot = { originalStart: time('09:00') };

    it('with the reason', () => {
      expect(cancelled(standup)).toBe('“Standup” was cancelled.');
      expect(cancelled(standup, 'series-cancelled')).toBe('“Standup” was cancelled with its series.');
    });

    it('for a series as one', () => {
      expect(cancelled({ ...standup, recurrence: ['RRULE:FREQ=DAILY'] })).toBe('The series “Standup” was cancelled.');
    });

    it('for an occurrence by naming it, though nothing else is known of it', () => {
      expect(cancelled({ ...untitled, ...slot })).toBe(
        'The occurrence of Mon 2026-11-23 09:00 (Europe/Zurich) was cancelled.',
      );
      expect(cancelled({ ...standup, ...slot }, 'series-cancelled')).toBe(
        'The occurrence of Mon 2026-11-23 09:00 (Europe/Zurich), “Standup”, was cancelled with its series.',
      );
    });

    it('for an occurrence once more where a split gave it to another series', () => {
      const moved = [{ field: 'seriesId', old: randomUUID(), new: randomUUID() }];
      expect(cancelled({ ...untitled, ...slot }, 'cancelled-at-provider', moved)).toBe(
        'The occurrence of Mon 2026-11-23 09:00 (Europe/Zurich) was cancelled, in the series that it belongs to since a split.',
      );
    });
  });
});
