/** The real clock, or one that starts at a fixed moment; it can be moved forward by the admin API. */
export class Clock {
  private shift: number;

  constructor(startAt?: number) {
    this.shift = startAt === undefined ? 0 : startAt - Date.now();
  }

  now(): number {
    return Date.now() + this.shift;
  }

  advance(milliseconds: number): void {
    this.shift += milliseconds;
  }
}
