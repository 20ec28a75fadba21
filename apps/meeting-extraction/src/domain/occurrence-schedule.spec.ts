import fc from 'fast-check';
import { dueFor, publishedUntil } from './occurrence-schedule';

const day = 86_400_000;
const hour = 3_600_000;
const moments = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2036, 0) });
const fraction = fc.double({ min: 0, max: 0.999_999, noNaN: true });

describe('the time at which the next occurrence of a series is published', () => {
  it('is never later than its horizon before it, and leaves an hour between two looks at a series', () => {
    fc.assert(
      fc.property(
        moments,
        fc.integer({ min: 1, max: 400 }),
        fraction,
        fraction,
        fc.integer({ min: 0, max: 400 * day }),
        (now, horizonDays, place, random, further) => {
          const next = publishedUntil(now, horizonDays) + further;
          const due = dueFor(next, { now, horizonDays, place, random });
          expect(due).toBeLessThanOrEqual(next - horizonDays * day);
          expect(due).toBeGreaterThanOrEqual(now + hour);
        },
      ),
    );
  });

  it('is about a day later for what occurs daily, and waits for what occurs seldom', () => {
    const now = Date.UTC(2026, 10, 23, 12);
    const asked = { now, horizonDays: 90, place: 0.5, random: 0 };
    const daily = publishedUntil(now, 90) + 5 * hour;
    expect(dueFor(daily, asked) - now).toBe(day);
    expect(dueFor(daily + 300 * day, asked) - now).toBe(301 * day);
  });

  it('differs from series to series', () => {
    const now = Date.UTC(2026, 10, 23, 12);
    const due = (place: number) => dueFor(publishedUntil(now, 90) + day, { now, horizonDays: 90, place, random: 0 });
    expect(new Set([0.1, 0.3, 0.6, 0.9].map(due)).size).toBe(4);
  });
});
