import fc from 'fast-check';
import { instanceId, instancesBetween, occurrencesBetween, Series } from './index';

const hour = 3_600_000;
const zones = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/Sao_Paulo',
  'Asia/Kolkata',
];
const lines = [
  'RRULE:FREQ=DAILY',
  'RRULE:FREQ=DAILY;INTERVAL=3;COUNT=40',
  'RRULE:FREQ=WEEKLY;BYDAY=MO,WE,SU',
  'RRULE:FREQ=MONTHLY;BYMONTHDAY=-1,15',
  'RRULE:FREQ=MONTHLY;BYDAY=2TU;UNTIL=20250630T000000Z',
  'RRULE:FREQ=HOURLY;INTERVAL=7',
];

const timed = fc
  .record({
    start: fc
      .integer({ min: Date.UTC(2023, 0, 1) / hour, max: Date.UTC(2024, 0, 1) / hour })
      .map((hours) => hours * hour),
    length: fc.integer({ min: 0, max: 40 }).map((hours) => hours * hour),
    zone: fc.constantFrom(...zones),
    rules: fc.subarray(lines, { minLength: 1, maxLength: 2 }),
  })
  .map(({ start, length, zone, rules }): Series => ({
    start: { dateTime: new Date(start).toISOString(), timeZone: zone },
    end: { dateTime: new Date(start + length).toISOString(), timeZone: zone },
    recurrence: rules,
    defaultTimeZone: 'UTC',
  }));
const allDay = fc
  .record({
    day: fc.integer({ min: Date.UTC(2023, 0, 1) / (24 * hour), max: Date.UTC(2024, 0, 1) / (24 * hour) }),
    length: fc.integer({ min: 1, max: 4 }),
    rules: fc.subarray(lines.slice(0, 5), { minLength: 1, maxLength: 2 }),
  })
  .map(({ day, length, rules }): Series => {
    const date = (days: number) => ({ date: new Date(days * 24 * hour).toISOString().slice(0, 10) });
    return { start: date(day), end: date(day + length), recurrence: rules, defaultTimeZone: 'UTC' };
  });
const series = fc.oneof(timed, allDay);
const moment = fc
  .integer({ min: Date.UTC(2023, 6, 1) / hour, max: Date.UTC(2025, 0, 1) / hour })
  .map((hours) => hours * hour);

describe('For any series', () => {
  it('adjacent windows give together what the whole window gives', () => {
    fc.assert(
      fc.property(
        series,
        fc.tuple(moment, moment, moment),
        fc.constantFrom(...zones),
        (each, moments, allDayTimeZone) => {
          const [from = 0, middle = 0, to = 0] = [...moments].sort((a, b) => a - b);
          const between = (start: number, end: number) => [
            ...occurrencesBetween(each, { from: start, to: end, allDayTimeZone }),
          ];
          const left = between(from, middle);
          const right = between(middle, to).filter(({ startsAt }) => !left.some((seen) => seen.startsAt === startsAt));
          expect([...left, ...right]).toEqual(between(from, to));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('occurrences come in order, each once', () => {
    fc.assert(
      fc.property(series, moment, fc.constantFrom(...zones), (each, from, allDayTimeZone) => {
        const starts = [...occurrencesBetween(each, { from, to: from + 90 * 24 * hour, allDayTimeZone })].map(
          ({ startsAt }) => startsAt,
        );
        expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });

  it('a moved instance keeps its id, appears once and only at its new time', () => {
    fc.assert(
      fc.property(series, moment, fc.nat(20), fc.integer({ min: -100, max: 100 }), (each, from, index, hours) => {
        const window = { from, to: from + 60 * 24 * hour, allDayTimeZone: 'UTC' };
        const occurrences = [...occurrencesBetween(each, window)];
        const chosen = occurrences[index % Math.max(occurrences.length, 1)];
        fc.pre(chosen !== undefined);
        const [start, end] = [chosen.startsAt, chosen.endsAt].map((instant) => ({
          dateTime: new Date(instant + hours * hour).toISOString(),
        }));
        fc.pre(start !== undefined && end !== undefined);
        const id = instanceId('master', chosen.originalStart, 'UTC');
        const wide = { from: from - 200 * hour, to: window.to + 200 * hour, allDayTimeZone: 'UTC' };
        const moved = { originalStart: chosen.originalStart, cancelled: false, start, end, entry: 'moved' };
        const same = [...instancesBetween(each, [moved], wide)].filter(
          ({ originalStart }) => instanceId('master', originalStart, 'UTC') === id,
        );
        expect(same.map(({ startsAt, entry }) => [startsAt, entry])).toEqual([
          [chosen.startsAt + hours * hour, 'moved'],
        ]);
      }),
      { numRuns: 60 },
    );
  });
});
