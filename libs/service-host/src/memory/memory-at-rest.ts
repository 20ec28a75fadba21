import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';

const LOOK_EVERY_MS = 2_000;
/** Of the time, in which the event loop has work. */
const AT_REST_BELOW = 0.1;
/** Looks in a row at a process at rest: from the one on V8 is asked for it, which takes it 10 s, and after the other no more. */
const ASKED = { from: 5, to: 11 };

/** As much of V8 and of the event loop as is needed. */
export interface Engine {
  /** Part of the time since the last call in which there was work, from 0 to 1. */
  utilization(): number;
  preferSmall(small: boolean): void;
}

/**
 * What V8 took for a lot of work it gives back by collections of its own, in small steps, once little is allocated. How little it judges by its
 * last collections: a process at rest, which has none, would stay large for hours, unless it is told to prefer a small heap. It is told so for
 * a while only, because whatever allocates then costs twice as much.
 */
export function giveBackMemoryAtRest(engine: Engine = thisProcess()): void {
  let looksAtRest = 0;
  let asked = false;
  const look = () => {
    looksAtRest = engine.utilization() < AT_REST_BELOW ? looksAtRest + 1 : 0;
    const ask = looksAtRest >= ASKED.from && looksAtRest <= ASKED.to;
    if (ask === asked) return;
    asked = ask;
    engine.preferSmall(ask);
  };
  setInterval(look, LOOK_EVERY_MS).unref();
}

function thisProcess(): Engine {
  let last = performance.eventLoopUtilization();
  return {
    utilization() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
    preferSmall: (small) => setFlagsFromString(small ? '--optimize-for-size' : '--no-optimize-for-size'),
  };
}
