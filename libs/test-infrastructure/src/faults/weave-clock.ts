import { readFileSync } from 'node:fs';

/** A clock that was moved is seen at the latest so many milliseconds later. */
const LOOK_AGAIN_MS = 50;

/**
 * Moves what `Date` takes for now by the milliseconds in a file. Whatever was made of a `Date` before isn't changed; timers and
 * `performance` go on, as they do when somebody sets the system's clock.
 */
export function moveClockBy(file: string): void {
  const RealDate = Date;
  const realNow = Date.now;
  let moved = 0;
  let looked = -Infinity;
  const now = (): number => {
    const monotonic = performance.now();
    if (monotonic - looked >= LOOK_AGAIN_MS) {
      looked = monotonic;
      moved = readOffset(file);
    }
    return realNow() + moved;
  };
  const MovedDate = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, values: unknown[], newTarget) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget) as Date,
  });
  RealDate.now = now;
  RealDate.prototype.constructor = MovedDate;
  globalThis.Date = MovedDate;
}

function readOffset(file: string): number {
  try {
    const offset = Number(readFileSync(file, 'utf8'));
    return Number.isFinite(offset) ? offset : 0;
  } catch {
    return 0;
  }
}
