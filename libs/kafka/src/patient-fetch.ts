import { createRequire } from 'node:module';

interface ConsumerGroup {
  maxWaitTime: number;
  longestWait: number;
  paused(): unknown[];
}

/** How long a fetch may take while partitions are paused. */
const WHILE_PAUSED_MS = 100;

let patched = false;

/**
 * kafkajs 2.2.4 waits with each fetch as long as it was told once, and asks for what was paused only with the next one: then that one must
 * come soon.
 */
export function fetchPatiently(): void {
  if (patched) return;
  patched = true;
  const { prototype } = createRequire(__filename)('kafkajs/src/consumer/consumerGroup') as { prototype: ConsumerGroup };
  Object.defineProperty(prototype, 'maxWaitTime', {
    set(this: ConsumerGroup, milliseconds: number) {
      this.longestWait = milliseconds;
    },
    get(this: ConsumerGroup) {
      return this.paused().length > 0 ? Math.min(this.longestWait, WHILE_PAUSED_MS) : this.longestWait;
    },
  });
}
