import { performance } from 'node:perf_hooks';

const LOOK_EVERY_MS = 2_000;
/** Of the time, in which the event loop has work. */
const AT_REST_BELOW = 0.1;
/** So many looks in a row at a process at rest: it is no pause between two pieces of work. */
const LOOKS_AT_REST = 5;

/** As much of V8 and of the event loop as is needed. */
export interface Engine {
  /** Part of the time since the last call in which there was work, from 0 to 1. */
  utilization(): number;
  /** Collects all garbage and gives the memory back; stops the process for some hundredths of a second. */
  collect(): void;
}

/**
 * What V8 took for a lot of work it keeps: it gives memory back by collections, and a process at rest, which allocates next to nothing, has none
 * for hours. So each time when work has ended it is asked for one. Does nothing where Node was started without `--expose-gc`.
 */
export function giveBackMemoryAtRest(engine: Engine | undefined = thisProcess()): void {
  if (engine === undefined) return;
  let looksAtRest = 0;
  const look = () => {
    looksAtRest = engine.utilization() < AT_REST_BELOW ? looksAtRest + 1 : 0;
    if (looksAtRest === LOOKS_AT_REST) engine.collect();
  };
  setInterval(look, LOOK_EVERY_MS).unref();
}

function thisProcess(): Engine | undefined {
  const { gc } = globalThis;
  if (gc === undefined) return undefined;
  let last = performance.eventLoopUtilization();
  return {
    utilization() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
    // Nothing less shrinks the young generation as well.
    collect: () => void gc({ type: 'major', execution: 'async', flavor: 'last-resort' }),
  };
}
