import type { EventResource } from '../events/event';
import { slotsBetween } from '../events/occurrences';
import { splitLines } from './split-series';

const weekly = (recurrence: string[]): EventResource => ({
  id: 'series',
  status: 'confirmed',
  created: '',
  updated: '',
  start: { dateTime: '2026-12-01T09:00:00Z', timeZone: 'UTC' },
  end: { dateTime: '2026-12-01T10:00:00Z', timeZone: 'UTC' },
  recurrence,
});
const at = (text: string) => Date.parse(`${text}Z`);
const days = (series: EventResource) =>
  slotsBetween(series, at('2026-11-01T00:00:00'), at('2027-03-01T00:00:00')).map((slot) =>
    new Date(slot).toISOString().slice(5, 16),
  );

describe('the two parts of a split series', () => {
  it('have together the dates of the whole, each once: added ones, and without those that were left out', () => {
    const whole = weekly([
      'RRULE:FREQ=WEEKLY;COUNT=6',
      'RDATE:20261203T100000Z,20261224T100000Z',
      'EXDATE;TZID=UTC:20261208T090000,20261229T090000',
    ]);
    const slot = at('2026-12-15T09:00:00');
    const { before, after } = splitLines(whole, slot);
    const [first, second] = [
      weekly(before),
      { ...weekly(after), start: { dateTime: '2026-12-15T09:00:00Z', timeZone: 'UTC' } },
    ];
    expect(days(first)).toEqual(['12-01T09:00', '12-03T10:00']);
    expect(days(second)).toEqual(['12-15T09:00', '12-22T09:00', '12-24T10:00', '01-05T09:00']);
    expect([...days(first), ...days(second)].sort()).toEqual(days(whole).sort());
  });

  it('hold no date that the rule did not give, where it ends before the split', () => {
    for (const end of ['COUNT=2', 'UNTIL=20261209T000000Z']) {
      const whole = weekly([`RRULE:FREQ=WEEKLY;${end}`, 'RDATE:20261224T100000Z,20270110T100000Z']);
      const { before, after } = splitLines(whole, at('2026-12-24T10:00:00'));
      const second = { ...weekly(after), start: { dateTime: '2026-12-24T10:00:00Z', timeZone: 'UTC' } };
      expect(days(weekly(before))).toEqual(['12-01T09:00', '12-08T09:00']);
      expect(days(second)).toEqual(['12-24T10:00', '01-10T10:00']);
    }
  });

  it('repeat alike where the rule has an end of its own', () => {
    const { before, after } = splitLines(
      weekly(['RRULE:FREQ=DAILY;UNTIL=20261231T090000Z']),
      at('2026-12-10T09:00:00'),
    );
    expect({ before, after }).toEqual({
      before: ['RRULE:FREQ=DAILY;UNTIL=20261210T085959Z'],
      after: ['RRULE:FREQ=DAILY;UNTIL=20261231T090000Z'],
    });
  });
});
