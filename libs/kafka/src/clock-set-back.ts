import { createRequire } from 'node:module';

interface ConsumerGroup {
  lastRequest: number;
  heartbeat(options: { interval: number }): Promise<void>;
}

interface RequestQueue {
  throttledUntil: number;
  canSendSocketRequestImmediately(): boolean;
}

/** No broker asks a client to wait that long. */
const LONGEST_THROTTLE_MS = 60_000;

let patched = false;

/**
 * kafkajs 2.2.4 waits by the wall clock. Set back by two hours, a member of a group would beat no more for two hours: its partitions
 * are given away, it never hears of that, and goes on fetching them. A client that the broker just throttled would send nothing.
 */
export function surviveClocksSetBack(): void {
  if (patched) return;
  patched = true;
  const kafkajs = createRequire(__filename);
  const group = (kafkajs('kafkajs/src/consumer/consumerGroup') as { prototype: ConsumerGroup }).prototype;
  const beat = group.heartbeat;
  group.heartbeat = function (options) {
    if (this.lastRequest > Date.now()) this.lastRequest = 0;
    return beat.call(this, options);
  };
  const queue = (kafkajs('kafkajs/src/network/requestQueue') as { prototype: RequestQueue }).prototype;
  const canSend = queue.canSendSocketRequestImmediately;
  queue.canSendSocketRequestImmediately = function () {
    if (this.throttledUntil > Date.now() + LONGEST_THROTTLE_MS) this.throttledUntil = -1;
    return canSend.call(this);
  };
}
