import { instanceId, instancesBetween, Series, SeriesException } from './index';

const utc = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
const standup: Series = {
  start: utc('2026-01-05T09:00:00Z'),
  end: utc('2026-01-05T09:15:00Z'),
  recurrence: ['RRULE:FREQ=DAILY;COUNT=5'],
  defaultTimeZone: 'UTC',
};
const exception = (original: string, start: string, cancelled = false): SeriesException<string> => ({
  originalStart: utc(original),
  cancelled,
  start: utc(start),
  end: utc(start.replace(':00:00Z', ':30:00Z')),
  entry: `was ${original}`,
});
const window = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to), allDayTimeZone: 'UTC' });
const week = window('2026-01-05T00:00:00Z', '2026-01-12T00:00:00Z');
const told = (exceptions: SeriesException<string>[], span = week) =>
  [...instancesBetween(standup, exceptions, span)].map(
    ({ startsAt, entry }) => new Date(startsAt).toISOString().slice(5, 16) + (entry ? ` ${entry.slice(4, 14)}` : ''),
  );

describe('Instances of a series', () => {
  it('are its occurrences where nobody touched them', () => {
    expect(told([])).toEqual(['01-05T09:00', '01-06T09:00', '01-07T09:00', '01-08T09:00', '01-09T09:00']);
  });

  it('are replaced by their exceptions and dropped when cancelled', () => {
    const exceptions = [
      exception('2026-01-06T09:00:00Z', '2026-01-06T14:00:00Z'),
      exception('2026-01-08T09:00:00Z', '2026-01-08T09:00:00Z', true),
    ];
    expect(told(exceptions)).toEqual(['01-05T09:00', '01-06T14:00 2026-01-06', '01-07T09:00', '01-09T09:00']);
  });

  it('stay in order when one moves behind another', () => {
    expect(told([exception('2026-01-05T09:00:00Z', '2026-01-07T08:00:00Z')])).toEqual([
      '01-06T09:00',
      '01-07T08:00 2026-01-05',
      '01-07T09:00',
      '01-08T09:00',
      '01-09T09:00',
    ]);
  });

  it('enter a window from outside it and leave it', () => {
    const moved = [
      exception('2026-01-05T09:00:00Z', '2026-01-20T09:00:00Z'),
      exception('2026-01-09T09:00:00Z', '2026-01-06T09:00:00Z'),
    ];
    expect(told(moved, window('2026-01-06T00:00:00Z', '2026-01-07T00:00:00Z'))).toEqual([
      '01-06T09:00 2026-01-09',
      '01-06T09:00',
    ]);
    expect(told(moved, window('2026-01-05T00:00:00Z', '2026-01-06T00:00:00Z'))).toEqual([]);
    expect(told(moved, window('2026-01-20T00:00:00Z', '2026-01-21T00:00:00Z'))).toEqual(['01-20T09:00 2026-01-05']);
  });

  it('are recognised by the instant of their original start, whatever zone it is told in', () => {
    const elsewhere = {
      ...exception('2026-01-06T09:00:00Z', '2026-01-06T14:00:00Z', true),
      originalStart: { dateTime: '2026-01-06T10:00:00+01:00' },
    };
    expect(told([elsewhere])).not.toContain('01-06T09:00');
  });

  it('keep an exception that fits no occurrence', () => {
    expect(told([exception('2026-01-06T11:00:00Z', '2026-01-06T12:00:00Z')])).toContain('01-06T12:00 2026-01-06');
  });
});

describe('The id of an instance', () => {
  it.each([
    ['timed, in UTC', 'abc', { dateTime: '2026-11-22T18:00:00+01:00' }, 'abc_20261122T170000Z'],
    ['all day', 'abc', { date: '2026-11-22' }, 'abc_20261122'],
    [
      'of a timed series that a split made',
      'abc_R20261122T170000',
      { dateTime: '2026-11-29T17:00:00Z' },
      'abc_20261129T170000Z',
    ],
    ['of an all-day series that a split made', 'abc_R20261122', { date: '2026-11-29' }, 'abc_20261129'],
    ['whose time has no zone of its own', 'abc', { dateTime: '2026-11-22T18:00:00' }, 'abc_20261122T170000Z'],
  ])('is %s', (_name, master, originalStart, expected) => {
    expect(instanceId(master, originalStart, 'Europe/Berlin')).toBe(expected);
  });
});
