import type { AttendeeV1, ChangedFieldV1 } from '@calendar-sync/contracts-sync';
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
    const entry = { ...standup, attendees: [person('a@x'), person('b@x')], location: 'Room 3' };
    expect(summaryOf({ type: 'EntryAdded.v1', data: owner.of(entry) })).toBe(
      '“Standup” appeared: 2026-11-23 09:00–09:30 (Europe/Zurich), with 2 people, at “Room 3”.',
    );
  });

  it('says that a series begins and that an occurrence goes its own way', () => {
    const series = { ...standup, recurrence: ['RRULE:FREQ=DAILY'] };
    expect(summaryOf({ type: 'EntryAdded.v1', data: owner.of(series) })).toContain(
      'from 2026-11-23 09:00–09:30 (Europe/Zurich), a series',
    );
    const exception = { ...standup, originalStart: { date: '2026-11-22' } };
    expect(summaryOf({ type: 'EntryAdded.v1', data: owner.of(exception) })).toMatch(
      /^The occurrence of 2026-11-22 went its own way: /,
    );
  });

  it('tells of a move as one thing', () => {
    expect(
      changed(
        { field: 'start', old: time('09:00'), new: time('10:00') },
        { field: 'end', old: time('09:30'), new: time('10:30') },
      ),
    ).toBe('“Standup”: moved from 2026-11-23 09:00 (Europe/Zurich) to 2026-11-23 10:00 (Europe/Zurich).');
    expect(changed({ field: 'end', old: time('09:30'), new: time('10:30') })).toContain('ends 2026-11-23 10:30');
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

  it('ends with the reason', () => {
    const cancelled = (reason: 'cancelled-at-provider' | 'series-cancelled') =>
      summaryOf({
        type: 'EntryCancelled.v1',
        data: { ...owner.of({ ...standup, status: 'cancelled' as const }), reason, changed: [] },
      });
    expect(cancelled('cancelled-at-provider')).toBe('“Standup” was cancelled.');
    expect(cancelled('series-cancelled')).toBe('“Standup” was cancelled with its series.');
  });
});
