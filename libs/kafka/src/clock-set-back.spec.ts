import { createRequire } from 'node:module';
import { surviveClocksSetBack } from './clock-set-back';

interface Group {
  memberId: string;
  coordinator: { heartbeat(): Promise<void> };
  heartbeat(options: { interval: number }): Promise<void>;
}

interface Queue {
  maybeThrottle(ms: number): void;
  canSendSocketRequestImmediately(): boolean;
}

const HOUR = 3_600_000;

describe('a client whose clock is set back', () => {
  let now = 0;
  const kafkajs = createRequire(__filename);
  beforeEach(() => {
    surviveClocksSetBack();
    now = 10 * HOUR;
    jest.spyOn(Date, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.restoreAllMocks());

  it('goes on beating in its group, no more often than before', async () => {
    const ConsumerGroup = kafkajs('kafkajs/src/consumer/consumerGroup') as new (options: object) => Group;
    const group = new ConsumerGroup({
      logger: { namespace: () => undefined },
      instrumentationEmitter: { emit: jest.fn() },
    });
    const beats = jest.fn(() => Promise.resolve());
    Object.assign(group, { memberId: 'a', coordinator: { heartbeat: beats } });
    const beatsAfter = async (ms: number) => {
      now += ms;
      await group.heartbeat({ interval: 1_000 });
      return beats.mock.calls.length;
    };

    expect(await beatsAfter(1_000)).toBe(1);
    expect(await beatsAfter(-2 * HOUR)).toBe(2);
    expect(await beatsAfter(999)).toBe(2);
    expect(await beatsAfter(1)).toBe(3);
  });

  it('waits no longer than it was told to when it was throttled', () => {
    const RequestQueue = kafkajs('kafkajs/src/network/requestQueue') as new (options: object) => Queue;
    const logger = { debug: () => undefined };
    const queue = new RequestQueue({
      maxInFlightRequests: null,
      requestTimeout: 100,
      clientId: 'c',
      broker: 'b',
      logger,
    });
    queue.maybeThrottle(5_000);
    expect(queue.canSendSocketRequestImmediately()).toBe(false);
    now -= 2 * HOUR;
    expect(queue.canSendSocketRequestImmediately()).toBe(true);
    queue.maybeThrottle(5_000);
    expect(queue.canSendSocketRequestImmediately()).toBe(false);
    now += 5_000;
    expect(queue.canSendSocketRequestImmediately()).toBe(true);
  });
});
