const day = 86_400_000;
/** How early the work may be done so that not every series of an hour is at work in the same minute. */
const jitter = 3_600_000;

/** Up to when occurrences are published by work done now: for so many days also after the latest time at which it is done again. */
export const publishedUntil = (now: number, horizonDays: number): number => now + horizonDays * day + day + 2 * jitter;

/**
 * When the occurrence that begins at `next`, the first not published, must be: `horizonDays` before, at the series' own time of day, which
 * `place` (0 ≤ place < 1) says and which differs from series to series, and up to an hour earlier. Not before an hour from `now`.
 */
export function dueFor(
  next: number,
  { now, horizonDays, place, random }: { now: number; horizonDays: number; place: number; random: number },
): number {
  const latest = next - horizonDays * day;
  const timeOfDay = Math.floor(place * day);
  const due = Math.floor((latest - timeOfDay) / day) * day + timeOfDay;
  return Math.max(due - random * jitter, now + jitter);
}
