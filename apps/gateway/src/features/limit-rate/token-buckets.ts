const mostSubjects = 50_000;

/** One bucket per subject, full at first, refilled evenly over a minute. */
export class TokenBuckets {
  private readonly buckets = new Map<string, { level: number; at: number }>();

  constructor(readonly perMinute: number) {}

  /** Takes one of the subject's requests. `now` in milliseconds of a clock that nobody sets. */
  take(subject: string, now: number): { taken: boolean; left: number; retryAfterMs: number } {
    const before = this.buckets.get(subject) ?? { level: this.perMinute, at: now };
    const refilled = Math.min(this.perMinute, before.level + (Math.max(0, now - before.at) * this.perMinute) / 60_000);
    const taken = refilled >= 1;
    const level = taken ? refilled - 1 : refilled;
    // Written last again, so that the first in the map is who has not come for longest.
    this.buckets.delete(subject);
    this.buckets.set(subject, { level, at: now });
    if (this.buckets.size > mostSubjects) {
      const [longestAway] = this.buckets.keys();
      if (longestAway !== undefined) this.buckets.delete(longestAway);
    }
    return { taken, left: Math.floor(level), retryAfterMs: taken ? 0 : ((1 - refilled) * 60_000) / this.perMinute };
  }
}
