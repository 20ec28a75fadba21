/** As many in one transaction come only of a calendar that is read as a whole, or after a pause. */
const MANY = 50;
/** Since the last of them: the next ones are on their way, or there are no more. */
const QUIET_MS = 1_500;
/** Where there is no end of them, they take turns with what waits from then on. */
const LONGEST_MS = 60_000;

/** Whether entries come in bulk, as at a first sync: what can wait goes behind them. */
export class EntriesUnderWay {
  private lastMany = Number.NEGATIVE_INFINITY;
  private since = 0;

  /** `now` in milliseconds of a clock that nobody sets. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** So many are recorded together. */
  note(entries: number): void {
    if (entries < MANY) return;
    const now = this.now();
    if (!this.comeAt(now)) this.since = now;
    this.lastMany = now;
  }

  goBefore(): boolean {
    const now = this.now();
    return this.comeAt(now) && now - this.since < LONGEST_MS;
  }

  private comeAt(now: number): boolean {
    return now - this.lastMany < QUIET_MS;
  }
}
