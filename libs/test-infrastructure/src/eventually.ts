import { setTimeout as delay } from 'node:timers/promises';

type Held<T> = Exclude<T, false | undefined | null | void>;

/**
 * Repeats `check` until it holds, and gives what it returned. It holds when it returns anything but false, undefined
 * or null, or when it returns nothing and its expectations (`expect`) all passed. After `timeoutMs` (60,000 by
 * default) it throws the last failure, or says that the condition never held.
 */
export async function eventually<T>(
  check: () => Promise<T> | T,
  { timeoutMs = 60_000, intervalMs = 25 }: { timeoutMs?: number; intervalMs?: number } = {},
): Promise<Held<T>> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const before = expectations();
      const result = await check();
      const held = result === undefined ? expectations() > before : result !== false && result !== null;
      if (held) return result as Held<T>;
      failure = new Error(`still ${String(result)} after ${timeoutMs} ms: ${check.toString().slice(0, 300)}`);
    } catch (error) {
      failure = error;
    }
    if (Date.now() >= until) throw failure;
    await delay(intervalMs);
  }
}

const expectations = () => (typeof expect === 'function' ? expect.getState().assertionCalls : 0);
