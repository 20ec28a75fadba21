import { createRequire } from 'node:module';
import { calmRequestQueue } from './request-queue-timer';

interface Queue {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  scheduleCheckPendingRequests(): void;
  checkPendingRequests(): void;
  destroy(): void;
}

describe("kafkajs' request queue", () => {
  const make = (): Queue => {
    calmRequestQueue();
    const RequestQueue = createRequire(__filename)('kafkajs/src/network/requestQueue') as new (
      options: object,
    ) => Queue;
    const logger = { debug: () => undefined };
    return new RequestQueue({ maxInFlightRequests: null, requestTimeout: 100, clientId: 'c', broker: 'b', logger });
  };

  it('has no timer while nothing is pending', () => {
    const queue = make();
    queue.checkPendingRequests();
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('has one timer while something is pending', () => {
    const queue = make();
    queue.pending.push({});
    queue.throttledUntil = Date.now() + 60_000;
    queue.scheduleCheckPendingRequests();
    const timer = queue.throttleCheckTimeoutId;
    expect(timer).not.toBeNull();
    queue.scheduleCheckPendingRequests();
    expect(queue.throttleCheckTimeoutId).toBe(timer);
    queue.destroy();
  });
});
