import { setTimeout as after } from 'node:timers/promises';

export interface PeriodicWork {
  /** For logs and metrics. */
  name: string;
  /** Rest between two rounds, in milliseconds; each rest is drawn from 80–120 % of it, so that replicas don't march in step. */
  everyMs: number;
  /**
   * One round. `'again'`: there is more to do, don't rest. The signal aborts when the worker stops: claim nothing more, finish
   * what is in hand. A throw is logged and backed off from.
   */
  run: (signal: AbortSignal) => Promise<'again' | void>;
  logger: { error(fields: object, message: string): void };
  /** The longest rest after repeated failures. Default: one minute, or `everyMs` when that is longer. */
  maxBackoffMs?: number;
  /** Rest before the first round, too. */
  restFirst?: boolean;
  random?: () => number;
}

export interface Worker {
  readonly name: string;
  start(): void;
  /** Starts a round at once, or one more after the present one. Never lost, never two rounds at a time. */
  wake(): void;
  /** Resolves when the round in hand has ended. */
  stop(): Promise<void>;
  state(): { running: boolean; consecutiveFailures: number; lastSuccessAt?: Date };
}

/** A loop that does its work, rests, and can be woken: jobs, sweeps, retention. */
export function periodic(work: PeriodicWork): Worker {
  const { random = Math.random } = work;
  const stopping = new AbortController();
  let alarm = new AbortController();
  let woken = false;
  let failures = 0;
  let lastSuccessAt: Date | undefined;
  let loop: Promise<void> | undefined;

  const rest = async (milliseconds: number) => {
    if (woken || stopping.signal.aborted) return;
    alarm = new AbortController();
    await after(milliseconds, undefined, { signal: alarm.signal, ref: true }).catch(() => undefined);
  };
  const untilNext = () => {
    const jitter = 0.8 + 0.4 * random();
    if (failures === 0) return work.everyMs * jitter;
    const cap = work.maxBackoffMs ?? Math.max(60_000, work.everyMs);
    return Math.min(cap, Math.min(work.everyMs, 1_000) * 2 ** Math.min(failures, 20)) * jitter;
  };

  const rounds = async () => {
    if (work.restFirst) await rest(untilNext());
    while (!stopping.signal.aborted) {
      woken = false;
      let more: 'again' | void = undefined;
      try {
        more = await work.run(stopping.signal);
        failures = 0;
        lastSuccessAt = new Date();
      } catch (error) {
        failures += 1;
        // A wake-up during a failed round must not turn into a hot loop.
        woken = false;
        work.logger.error({ error, worker: work.name, consecutiveFailures: failures }, 'a round of work failed');
      }
      if (more !== 'again') await rest(untilNext());
    }
  };

  return {
    name: work.name,
    start() {
      loop ??= rounds();
    },
    wake() {
      woken = true;
      alarm.abort();
    },
    async stop() {
      stopping.abort();
      alarm.abort();
      await loop;
    },
    state: () => ({
      running: loop !== undefined && !stopping.signal.aborted,
      consecutiveFailures: failures,
      ...(lastSuccessAt && { lastSuccessAt }),
    }),
  };
}
