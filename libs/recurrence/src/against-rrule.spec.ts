import fc from 'fast-check';
import { rrulestr } from 'rrule';
import { occurrencesBetween } from './index';

const day = 86_400_000;
const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const listOf = (least: number, most: number) =>
  fc
    .uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 3 })
    .map((list) => list.sort((a, b) => a - b).join(','));
const signedListOf = (most: number) =>
  fc
    .uniqueArray(
      fc.integer({ min: -most, max: most }).filter((number) => number !== 0),
      { minLength: 1, maxLength: 3 },
    )
    .map((list) => list.join(','));
const plainDays = fc.subarray(weekdays, { minLength: 1 }).map((list) => list.join(','));
const ordinalDays = (most: number) =>
  fc
    .uniqueArray(
      fc.tuple(
        fc.integer({ min: -most, max: most }).filter((nth) => nth !== 0),
        fc.constantFrom(...weekdays),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((list) => list.map(([nth, weekday]) => `${nth}${weekday}`).join(','));

const common = {
  INTERVAL: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  WKST: fc.option(fc.constantFrom(...weekdays), { nil: undefined }),
  COUNT: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
};
const optional = { requiredKeys: ['FREQ'] as ['FREQ'] };

// Only what rrule gets right: no weekdays with and without an ordinal in one rule, no position that two BYSETPOS
// name, none over a week that the start cuts.
const rules = fc.oneof(
  fc.record(
    { FREQ: fc.constant('DAILY'), BYDAY: plainDays, BYMONTH: listOf(1, 12), BYHOUR: listOf(0, 23), ...common },
    optional,
  ),
  fc.record({ FREQ: fc.constant('WEEKLY'), BYDAY: plainDays, BYMONTH: listOf(1, 12), ...common }, optional),
  fc.record({ FREQ: fc.constant('MONTHLY'), BYDAY: ordinalDays(5), BYMONTH: listOf(1, 12), ...common }, optional),
  fc.record({ FREQ: fc.constant('MONTHLY'), BYMONTHDAY: signedListOf(31), BYDAY: plainDays, ...common }, optional),
  fc.record(
    { FREQ: fc.constant('MONTHLY'), BYDAY: plainDays, BYSETPOS: fc.constantFrom(1, 2, -1, -2), ...common },
    { requiredKeys: ['FREQ', 'BYDAY', 'BYSETPOS'] },
  ),
  fc.record(
    { FREQ: fc.constant('YEARLY'), BYMONTH: listOf(1, 12), BYDAY: ordinalDays(5), ...common },
    { requiredKeys: ['FREQ', 'BYMONTH', 'BYDAY'] },
  ),
  fc.record({ FREQ: fc.constant('YEARLY'), BYMONTH: listOf(1, 12), BYMONTHDAY: signedListOf(31), ...common }, optional),
  fc.record({ FREQ: fc.constant('YEARLY'), BYYEARDAY: signedListOf(366), ...common }, optional),
  fc.record({ FREQ: fc.constant('YEARLY'), BYDAY: ordinalDays(53), ...common }, { requiredKeys: ['FREQ', 'BYDAY'] }),
);

const textOf = (rule: object) =>
  Object.entries(rule)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(';');

const start = fc
  .integer({ min: Date.UTC(1995, 0, 1) / day, max: Date.UTC(2030, 0, 1) / day })
  .map((days) => days * day + 9 * 3_600_000);

describe('Random rules', () => {
  it('give what rrule, another implementation, gives', () => {
    fc.assert(
      fc.property(
        rules,
        start,
        fc.integer({ min: -10, max: 1_500 }),
        fc.integer({ min: 1, max: 800 }),
        (rule, at, skipped, length) => {
          const text = textOf(rule);
          const dateTime = new Date(at).toISOString().replace('.000', '');
          const [from, to] = [at + skipped * day, at + (skipped + length) * day];
          const theirs = rrulestr(`DTSTART:${dateTime.replace(/[-:]/g, '')}\nRRULE:${text}`).between(
            new Date(from),
            new Date(to - 1),
            true,
          );
          const time = { dateTime, timeZone: 'UTC' };
          const ours = occurrencesBetween(
            { start: time, end: time, recurrence: [`RRULE:${text}`], defaultTimeZone: 'UTC' },
            { from, to, allDayTimeZone: 'UTC' },
          );
          expect([...ours].map(({ startsAt }) => new Date(startsAt).toISOString())).toEqual(
            theirs.map((date) => date.toISOString()),
          );
        },
      ),
      { numRuns: Number(process.env['RECURRENCE_RUNS'] ?? 150) },
    );
  });
});
