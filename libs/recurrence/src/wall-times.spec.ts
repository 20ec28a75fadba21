import { parseRule } from './rule';
import { nthWallTime, type WallTimes, wallTimesOf } from './wall-times';
import { millisecondsPerDay } from './zones';

const start = Date.UTC(2026, 0, 5, 9);

/** How many days of a rule are expanded to find the last one of a count, and which that is. */
function counted(text: string, count: number) {
  const times = wallTimesOf(parseRule(text), start);
  let days = 0;
  const watched: WallTimes = {
    ...times,
    between: (from, to) => {
      days += Math.ceil((to - from) / millisecondsPerDay);
      return times.between(from, to);
    },
  };
  return { last: nthWallTime(watched, start, count), days };
}

describe('The last one of a count', () => {
  it('is not looked for in years when it comes within months', () => {
    const { last, days } = counted('FREQ=WEEKLY;BYDAY=MO', 20);
    expect(last).toBe(start + 19 * 7 * millisecondsPerDay);
    expect(days).toBeLessThan(2 * 20 * 7 + 40);
  });

  it('is found in years as well, each day of them looked at once', () => {
    const { last, days } = counted('FREQ=YEARLY;INTERVAL=4', 9);
    expect(last).toBe(Date.UTC(2058, 0, 5, 9));
    expect(days).toBeLessThan(2 * 9 * 4 * 366 + 40);
  });
});
