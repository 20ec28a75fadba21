import { instantOf, lastInstant, Occurrence, occurrencesBetween, Series, UnusableRecurrence } from './index';
import { parseRule } from './rule';
import { wallTimesOf } from './wall-times';

const at = (text: string) => Date.parse(text);
const whole = { from: -Infinity, to: Infinity, allDayTimeZone: 'UTC' };

const series = (start: string, end: string, zone: string | undefined, ...recurrence: string[]): Series => ({
  start: { dateTime: start, ...(zone === undefined ? {} : { timeZone: zone }) },
  end: { dateTime: end, ...(zone === undefined ? {} : { timeZone: zone }) },
  recurrence,
  defaultTimeZone: 'Europe/Berlin',
});
const days = (start: string, end: string, ...recurrence: string[]): Series => ({
  start: { date: start },
  end: { date: end },
  recurrence,
  defaultTimeZone: 'UTC',
});
const startsOf = (occurrences: Iterable<Occurrence>) =>
  [...occurrences].map(({ start }) => ('date' in start ? start.date : start.dateTime));
const take = (occurrences: Iterator<Occurrence>, count: number) =>
  Array.from({ length: count }, () => occurrences.next().value as Occurrence | undefined);

describe('Occurrences in a window', () => {
  const standup = series('2026-03-02T09:00:00+01:00', '2026-03-02T09:15:00+01:00', 'Europe/Berlin', 'RRULE:FREQ=DAILY');

  it('keep their wall time when the zone changes its offset', () => {
    const window = { from: at('2026-03-28T00:00:00Z'), to: at('2026-03-30T00:00:00Z'), allDayTimeZone: 'UTC' };
    expect(startsOf(occurrencesBetween(standup, window))).toEqual([
      '2026-03-28T09:00:00+01:00',
      '2026-03-29T09:00:00+02:00',
    ]);
  });

  it('include the one that began before the window and still lasts, but not the one that ends where it begins', () => {
    const at0910 = { from: at('2026-03-05T08:10:00Z'), to: at('2026-03-05T09:00:00Z'), allDayTimeZone: 'UTC' };
    expect(startsOf(occurrencesBetween(standup, at0910))).toEqual(['2026-03-05T09:00:00+01:00']);
    expect(startsOf(occurrencesBetween(standup, { ...at0910, from: at('2026-03-05T08:15:00Z') }))).toEqual([]);
  });

  it('include the one of a length far beyond the window', () => {
    const sabbatical = series('2020-01-01T00:00:00Z', '2021-01-01T00:00:00Z', 'UTC', 'RRULE:FREQ=YEARLY;INTERVAL=3');
    const window = { from: at('2026-12-01T00:00:00Z'), to: at('2026-12-02T00:00:00Z'), allDayTimeZone: 'UTC' };
    expect(startsOf(occurrencesBetween(sabbatical, window))).toEqual(['2026-01-01T00:00:00Z']);
  });

  it('last as long as the first one, by the clock that runs through a change of offset', () => {
    const night = series(
      '2026-03-27T23:00:00+01:00',
      '2026-03-28T07:00:00+01:00',
      'Europe/Berlin',
      'RRULE:FREQ=DAILY;COUNT=2',
    );
    expect([...occurrencesBetween(night, whole)].map(({ end }) => end)).toEqual([
      { dateTime: '2026-03-28T07:00:00+01:00', timeZone: 'Europe/Berlin' },
      { dateTime: '2026-03-29T08:00:00+02:00', timeZone: 'Europe/Berlin' },
    ]);
  });

  it('tell their end in the zone of the end', () => {
    const flight: Series = {
      ...series('2026-06-01T10:00:00+02:00', '', 'Europe/Berlin', 'RRULE:FREQ=WEEKLY;COUNT=1'),
      end: { dateTime: '2026-06-01T12:00:00-04:00', timeZone: 'America/New_York' },
    };
    expect([...occurrencesBetween(flight, whole)][0]?.end).toEqual({
      dateTime: '2026-06-01T12:00:00-04:00',
      timeZone: 'America/New_York',
    });
  });

  it('lie all day where the reader is', () => {
    const holiday = days('2026-05-01', '2026-05-03', 'RRULE:FREQ=YEARLY');
    const [first] = occurrencesBetween(holiday, { ...whole, allDayTimeZone: 'America/Los_Angeles' });
    expect(first).toEqual({
      originalStart: { date: '2026-05-01' },
      start: { date: '2026-05-01' },
      end: { date: '2026-05-03' },
      startsAt: at('2026-05-01T07:00:00Z'),
      endsAt: at('2026-05-03T07:00:00Z'),
    });
  });

  it('lie all day until a day of 25 hours has ended', () => {
    const lastHour = {
      from: at('2026-10-25T22:30:00Z'),
      to: at('2026-10-25T22:45:00Z'),
      allDayTimeZone: 'Europe/Berlin',
    };
    const daily = days('2026-10-20', '2026-10-21', 'RRULE:FREQ=DAILY');
    expect(startsOf(occurrencesBetween(daily, lastHour))).toEqual(['2026-10-25']);
  });

  it('end all day on the date that UNTIL is written with, wherever the reader is', () => {
    const daily = days('2026-01-01', '2026-01-02', 'RRULE:FREQ=DAILY;UNTIL=20260103T000000Z');
    const inNewYork = { ...whole, allDayTimeZone: 'America/New_York' };
    expect(startsOf(occurrencesBetween(daily, inNewYork))).toEqual(['2026-01-01', '2026-01-02', '2026-01-03']);
  });

  it('begin at the second of two equal wall times where the start says so', () => {
    const second = series(
      '2026-10-25T02:30:00+01:00',
      '2026-10-25T03:00:00+01:00',
      'Europe/Berlin',
      'RRULE:FREQ=DAILY;COUNT=2',
    );
    expect(startsOf(occurrencesBetween(second, whole))).toEqual([
      '2026-10-25T02:30:00+01:00',
      '2026-10-26T02:30:00+01:00',
    ]);
  });

  it('are computed only as far as they are asked for', () => {
    expect(startsOf(take(occurrencesBetween(standup, whole), 2).filter((each) => each !== undefined))).toEqual([
      '2026-03-02T09:00:00+01:00',
      '2026-03-03T09:00:00+01:00',
    ]);
  });

  it('expand in the default zone when the start names none', () => {
    const unnamed = series('2026-03-28T08:00:00Z', '2026-03-28T08:30:00Z', undefined, 'RRULE:FREQ=DAILY;COUNT=2');
    expect(startsOf(occurrencesBetween(unnamed, whole))).toEqual([
      '2026-03-28T09:00:00+01:00',
      '2026-03-29T09:00:00+02:00',
    ]);
  });

  it.each([
    ['US/Pacific', '2026-03-09T09:00:00-07:00'],
    ['Etc/GMT+8', '2026-03-09T10:00:00-07:00', '2026-03-09T09:00:00-08:00'],
    ['GMT-08:00', '2026-03-09T09:00:00-08:00'],
    ['Pacific Standard Time', '2026-03-09T09:00:00-08:00'],
  ])('expand in the legacy or unknown zone %s', (zone, _name, expected = _name) => {
    const weekly = series('2026-03-02T09:00:00-08:00', '2026-03-02T10:00:00-08:00', zone, 'RRULE:FREQ=WEEKLY;COUNT=2');
    expect(startsOf(occurrencesBetween(weekly, whole))[1]).toBe(expected);
  });
});

describe('A start that no rule gives', () => {
  const offRule = series('2026-01-07T09:00:00Z', '2026-01-07T10:00:00Z', 'UTC', 'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3');

  it('is no occurrence, and does not count', () => {
    expect(startsOf(occurrencesBetween(offRule, whole))).toEqual([
      '2026-01-12T09:00:00Z',
      '2026-01-19T09:00:00Z',
      '2026-01-26T09:00:00Z',
    ]);
  });

  it('opens a series of mere dates', () => {
    const dates = days(
      '2026-01-01',
      '2026-01-02',
      'RDATE;VALUE=DATE:20260301,20260201',
      'RDATE;VALUE=PERIOD:20260401T000000Z/PT1H',
    );
    expect(startsOf(occurrencesBetween(dates, whole))).toEqual(['2026-01-01', '2026-02-01', '2026-03-01']);
  });
});

describe('The last instant', () => {
  const daily = (...lines: string[]) => series('2026-01-01T09:00:00Z', '2026-01-01T10:00:00Z', 'UTC', ...lines);

  it.each([
    ['an endless series', ['RRULE:FREQ=DAILY'], undefined],
    ['a counted one', ['RRULE:FREQ=DAILY;COUNT=10'], '2026-01-10T10:00:00Z'],
    ['one that ends on a day', ['RRULE:FREQ=WEEKLY;UNTIL=20270101T000000Z'], '2026-12-31T10:00:00Z'],
    ['one that loses its last', ['RRULE:FREQ=DAILY;COUNT=3', 'EXDATE:20260103T090000Z'], '2026-01-02T10:00:00Z'],
    [
      'one with a later date of its own',
      ['RRULE:FREQ=DAILY;COUNT=3', 'RDATE:20280301T090000Z'],
      '2028-03-01T10:00:00Z',
    ],
    ['one of two rules, one of which is endless', ['RRULE:FREQ=DAILY;COUNT=3', 'RRULE:FREQ=YEARLY'], undefined],
    ['one of which nothing is left', ['RRULE:FREQ=DAILY;COUNT=1', 'EXDATE:20260101T090000Z'], '2026-01-01T10:00:00Z'],
    ['one that ended before it began', ['RRULE:FREQ=DAILY;UNTIL=20200101T000000Z'], '2026-01-01T10:00:00Z'],
    [
      'one whose rare occurrences end long before UNTIL',
      ['RRULE:FREQ=YEARLY;INTERVAL=40;UNTIL=20990101T000000Z'],
      '2066-01-01T10:00:00Z',
    ],
  ])('of %s', (_name, lines, expected) => {
    expect(lastInstant(daily(...lines))).toBe(expected === undefined ? undefined : at(expected));
  });

  it('of all-day series is late enough for a reader in any zone', () => {
    expect(lastInstant(days('2026-01-01', '2026-01-02', 'RRULE:FREQ=DAILY;COUNT=2'))).toBe(at('2026-01-03T12:00:00Z'));
  });
});

describe('What can not be expanded', () => {
  it.each([
    'RRULE:FREQ=SOMETIMES',
    'RRULE:INTERVAL=2',
    'RRULE:FREQ=DAILY;INTERVAL=0',
    'RRULE:FREQ=DAILY;COUNT=-1',
    'RRULE:FREQ=DAILY;UNTIL=tomorrow',
    'RRULE:FREQ=DAILY;BYHOUR=25',
    'RRULE:FREQ=WEEKLY;BYDAY=XX',
    'RRULE:FREQ=DAILY;RSCALE=HEBREW',
    'RRULE:FREQ=SECONDLY',
    'RRULE:FREQ=MINUTELY;BYSECOND=0,30',
    'RRULE:FREQ=DAILY;COUNT=50001',
    'RRULE:FREQ=DAILY;COUNT=1000000000',
    'EXDATE:sometime',
    'nonsense',
  ])('is refused at once: %s', (line) => {
    const broken = series('2026-01-01T09:00:00Z', '2026-01-01T10:00:00Z', 'UTC', line);
    expect(() => [
      ...occurrencesBetween(broken, { from: 0, to: at('2027-01-01T00:00:00Z'), allDayTimeZone: 'UTC' }),
    ]).toThrow(UnusableRecurrence);
  });

  it('has an end before its start, or a start and an end of two kinds', () => {
    expect(() =>
      lastInstant(series('2026-01-02T09:00:00Z', '2026-01-01T09:00:00Z', 'UTC', 'RRULE:FREQ=DAILY')),
    ).toThrow(UnusableRecurrence);
    expect(() =>
      lastInstant({ ...days('2026-01-02', '2026-01-03'), end: { dateTime: '2026-01-03T00:00:00Z' } }),
    ).toThrow(UnusableRecurrence);
  });

  it('has a time that is none, or no zone at all', () => {
    expect(() => instantOf({ dateTime: 'yesterday' }, 'UTC')).toThrow(UnusableRecurrence);
    expect(() => instantOf({ dateTime: '2026-01-01T09:00:00', timeZone: 'Mars/Olympus' }, 'Mars/Olympus')).toThrow(
      UnusableRecurrence,
    );
  });
});

describe('The work for a window', () => {
  const parts = [
    'FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR',
    'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU',
    'FREQ=MONTHLY;BYDAY=4TU',
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
    'FREQ=YEARLY;BYMONTH=1;BYDAY=-1FR',
    'FREQ=HOURLY;INTERVAL=3',
  ];
  const sixtyPeriods = 60;
  const week = [Date.UTC(2026, 0, 26), Date.UTC(2026, 1, 2)] as const;

  it.each(parts)('is within the same few periods however old the series: %s', (text) => {
    const found = (year: number) =>
      wallTimesOf(parseRule(text), Date.UTC(year, 0, 6, 9), sixtyPeriods).between(...week);
    // 28 years are a whole cycle of weekdays and leap years, so an equal start.
    expect(found(1942)).toEqual(found(2026 - 28));
    expect(found(1942).length).toBeGreaterThan(0);
  });

  it('is counted once for the windows of a counted series', () => {
    const counted = series('1990-01-01T09:00:00Z', '1990-01-01T10:00:00Z', 'UTC', 'RRULE:FREQ=DAILY;COUNT=20000');
    expect(lastInstant(counted)).toBe(at('2044-10-03T10:00:00Z'));
  });

  it('ends for a rule that never matches', () => {
    const never = series(
      '2026-01-01T09:00:00Z',
      '2026-01-01T10:00:00Z',
      'UTC',
      'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5',
    );
    expect(startsOf(occurrencesBetween(never, whole))).toEqual([]);
  });

  it('comes in portions for a rule of every hour', () => {
    const hourly = series('2000-01-01T09:00:00Z', '2000-01-01T09:10:00Z', 'UTC', 'RRULE:FREQ=HOURLY');
    const window = { ...whole, from: at('2026-01-01T00:00:00Z') };
    expect(take(occurrencesBetween(hourly, window), 3_000).at(-1)?.startsAt).toBe(
      at('2026-01-01T00:00:00Z') + 2_999 * 3_600_000,
    );
  });
});
