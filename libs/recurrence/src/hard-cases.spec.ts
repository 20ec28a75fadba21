import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { occurrencesBetween, Series } from './index';

interface HardCase {
  id: string;
  recurrence: string[];
  dtstart: string;
  tz: string | null;
  from: string;
  to: string;
  note: string;
  expected: string[];
}

const isCase = (value: unknown): value is HardCase =>
  typeof value === 'object' && value !== null && 'expected' in value && Array.isArray(value.expected);

const cases = readFileSync(join(__dirname, 'fixtures', 'recurrence-hard-cases.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line): unknown => JSON.parse(line))
  .filter(isCase);

const seriesOf = ({ recurrence, dtstart, tz }: HardCase): Series => {
  const start = tz === null ? { date: dtstart } : { dateTime: dtstart, timeZone: tz };
  // The expected instants are those of the rules alone.
  return { start, end: start, recurrence, defaultTimeZone: tz ?? 'UTC' };
};

describe('The hard cases of RFC 5545', () => {
  it('are all there', () => expect(cases).toHaveLength(66));

  it.each(cases.map((each) => [`${each.id} ${each.recurrence.join(' ')} ${each.note}`, each] as const))(
    '%s',
    (_name, each) => {
      const window = { from: Date.parse(each.from), to: Date.parse(each.to), allDayTimeZone: 'UTC' };
      const starts = [...occurrencesBetween(seriesOf(each), window)].map(({ start, startsAt }) =>
        'date' in start ? start.date : new Date(startsAt).toISOString().replace('.000', ''),
      );
      expect(starts).toEqual(each.expected);
    },
  );
});
