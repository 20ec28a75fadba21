import fc from 'fast-check';
import { wallTimesOfDays } from './day-rules';
import { parseRule } from './rule';
import { wallTimesByLibrary } from './wall-times';

const day = 86_400_000;
const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });

const rules = fc
  .record({
    FREQ: fc.constantFrom('DAILY', 'WEEKLY'),
    INTERVAL: optional(fc.integer({ min: 1, max: 60 })),
    BYDAY: optional(fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }).map((list) => list.join(','))),
    WKST: optional(fc.constantFrom(...weekdays)),
  })
  .map((rule) =>
    Object.entries(rule)
      .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
      .join(';'),
  );
/** Also before 1970, where a remainder is negative. */
const start = fc
  .integer({ min: Date.UTC(1960, 0, 1) / 1_000, max: Date.UTC(2040, 0, 1) / 1_000 })
  .map((at) => at * 1_000);

describe('A rule of days or weeks', () => {
  it('gives by arithmetic what the library gives', () => {
    fc.assert(
      fc.property(
        rules,
        start,
        fc.integer({ min: 0, max: 1_500 * 86_400 }),
        fc.integer({ min: 0, max: 400 * 86_400 }),
        (text, at, skipped, length) => {
          const rule = parseRule(text);
          const [from, to] = [at + skipped * 1_000, at + (skipped + length) * 1_000];
          expect(wallTimesOfDays(rule, at)!(from, to)).toEqual(wallTimesByLibrary(rule, at, 20_000)(from, to));
        },
      ),
      { numRuns: Number(process.env['RECURRENCE_RUNS'] ?? 150) },
    );
  });

  it('includes both ends of what is asked for', () => {
    const at = Date.UTC(2026, 0, 5, 9);
    const times = wallTimesOfDays(parseRule('FREQ=DAILY'), at)!;
    expect(times(at, at + day)).toEqual([at, at + day]);
    expect(times(at + 1, at + day - 1)).toEqual([]);
  });

  it.each([
    'FREQ=MONTHLY',
    'FREQ=DAILY;BYMONTH=1',
    'FREQ=WEEKLY;BYHOUR=9',
    'FREQ=DAILY;BYDAY=1MO',
    'FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=1',
  ])('that says more is left to the library: %s', (text) => {
    expect(wallTimesOfDays(parseRule(text), 0)).toBeUndefined();
  });
});
