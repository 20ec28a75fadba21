import { isoDate } from '../events/event-time';

const DAYS = [
  [0, 1, "New Year's Day"],
  [4, 1, 'Labour Day'],
  [9, 31, 'Halloween'],
  [11, 25, 'Christmas Day'],
  [11, 31, "New Year's Eve"],
] as const;

/** What a generated calendar of holidays holds: public all-day entries that block no time, for last year, this and next. */
export function holidaysAround(now: number): object[] {
  const year = new Date(now).getUTCFullYear();
  return [year - 1, year, year + 1].flatMap((each) =>
    DAYS.map(([month, day, summary]) => ({
      summary,
      description: 'Public holiday',
      start: { date: isoDate(Date.UTC(each, month, day)) },
      end: { date: isoDate(Date.UTC(each, month, day + 1)) },
      transparency: 'transparent',
      visibility: 'public',
    })),
  );
}
