import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { plainRuleTimes } from './plain-rule';
import { parseRule, weekdays } from './rule';

const second = 1_000;
const day = 86_400 * second;
const anyWeekdays = fc.subarray([...weekdays], { minLength: 1 });

const rule = fc
  .record({
    frequency: fc.constantFrom('DAILY', 'WEEKLY'),
    interval: fc.integer({ min: 1, max: 9 }),
    days: fc.option(anyWeekdays.chain((days) => fc.shuffledSubarray(days, { minLength: days.length }))),
    weekStart: fc.option(fc.constantFrom(...weekdays)),
  })
  .map(({ frequency, interval, days, weekStart }) =>
    [
      `FREQ=${frequency};INTERVAL=${interval}`,
      ...(days ? [`BYDAY=${days.join(',')}`] : []),
      ...(weekStart ? [`WKST=${weekStart}`] : []),
    ].join(';'),
  );
const start = fc
  .integer({ min: Date.UTC(1960, 0, 1) / second, max: Date.UTC(2040, 0, 1) / second })
  .map((seconds) => seconds * second);
const stretch = fc.record({
  after: fc.integer({ min: -30 * day, max: 900 * day }),
  length: fc.integer({ min: 0, max: 90 * day }),
});

describe('A rule of days or weeks', () => {
  it('gives the wall times that the library gives', () => {
    fc.assert(
      fc.property(rule, start, stretch, (text, from, { after, length }) => {
        const first = Math.max(from, from + after);
        const written = new Date(from).toISOString().replace(/[-:]|\.\d+/g, '');
        const expander = new RRuleTemporal({ rruleString: `DTSTART:${written}\nRRULE:${text}`, cache: false });
        const expanded = expander
          .between(new Date(first), new Date(first + length), true)
          .map(({ epochMilliseconds }) => epochMilliseconds);
        expect(plainRuleTimes(parseRule(text), from)?.(first, first + length)).toEqual(expanded);
      }),
      { numRuns: 500 },
    );
  });

  it('recurs in weeks that begin where WKST says', () => {
    // The example of RFC 5545 §3.8.5.3, which changes only the first day of the week.
    const days = (weekStart: string) =>
      plainRuleTimes(parseRule(`FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=${weekStart}`), Date.UTC(1997, 7, 5, 9))?.(
        Date.UTC(1997, 7, 5),
        Date.UTC(1997, 7, 31, 23),
      ).map((wall) => new Date(wall).getUTCDate());
    expect(days('MO')).toEqual([5, 10, 19, 24]);
    expect(days('SU')).toEqual([5, 17, 19, 31]);
  });

  it.each(['FREQ=WEEKLY;BYDAY=2MO', 'FREQ=DAILY;BYHOUR=9', 'FREQ=WEEKLY;BYMONTH=1;BYDAY=MO', 'FREQ=MONTHLY'])(
    'is not what %s is',
    (text) => {
      expect(plainRuleTimes(parseRule(text), Date.UTC(2026, 0, 5))).toBeUndefined();
    },
  );
});
