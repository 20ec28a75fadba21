const WINDOW_MS = 60_000;
const REMEMBERED = 10_000;

/** Counts what doesn't verify, per address, in a bounded memory. What verifies never comes by here. */
export class UnverifiedCallers {
  private counts = new Map<string, number>();
  private windowEndsAt = 0;

  constructor(private readonly perMinute: number) {}

  /** `first`: worth a log line. `over`: beyond what one address may try in a minute. `now` in milliseconds of a clock that nobody sets. */
  count(address: string, now: number): { first: boolean; over: boolean } {
    if (now >= this.windowEndsAt || this.counts.size >= REMEMBERED) {
      this.counts = new Map();
      this.windowEndsAt = now + WINDOW_MS;
    }
    const tried = (this.counts.get(address) ?? 0) + 1;
    this.counts.set(address, tried);
    return { first: tried === 1, over: tried > this.perMinute };
  }
}
