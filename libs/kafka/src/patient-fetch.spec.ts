import { createRequire } from 'node:module';
import { fetchPatiently } from './patient-fetch';

interface Group {
  subscriptionState: { assign(assigned: object[]): void };
  pause(paused: object[]): void;
  resume(resumed: object[]): void;
  fetch(nodeId: string): Promise<object[]>;
}

const all = [{ topic: 'orders', partitions: [0, 1] }];

describe('a consumer that waits long for messages', () => {
  const asked: { maxWaitTime: number; partitions: number[] }[] = [];
  let group: Group;
  beforeEach(() => {
    fetchPatiently();
    asked.length = 0;
    const ConsumerGroup = createRequire(__filename)('kafkajs/src/consumer/consumerGroup') as new (
      options: object,
    ) => Group;
    const fetch = async ({ maxWaitTime, topics }: { maxWaitTime: number; topics: typeof all }) => {
      asked.push({
        maxWaitTime,
        partitions: topics.flatMap(({ partitions }) =>
          (partitions as unknown as { partition: number }[]).map((each) => each.partition),
        ),
      });
      return { responses: [] };
    };
    group = new ConsumerGroup({
      logger: { namespace: () => ({ info: () => undefined }) },
      instrumentationEmitter: { emit: () => undefined },
      maxWaitTimeInMs: 1_000,
      cluster: {
        refreshMetadataIfNecessary: async () => undefined,
        findBroker: async () => ({ fetch }),
        findTopicPartitionMetadata: () => [0, 1].map((partitionId) => ({ partitionId, leader: 'a' })),
        findLeaderForPartitions: () => ({ a: [0, 1] }),
      },
    });
    group.subscriptionState.assign(all);
    Object.assign(group, {
      topicsSubscribed: ['orders'],
      topics: ['orders'],
      checkForStaleAssignment: () => undefined,
      offsetManager: {
        resolveOffsets: async () => undefined,
        committedOffsets: () => ({ orders: { 0: '5', 1: '7' } }),
        nextOffset: () => 5,
      },
    });
  });

  it('waits as long as it was told while it asks for everything', async () => {
    await group.fetch('a');
    expect(asked).toEqual([{ maxWaitTime: 1_000, partitions: [0, 1] }]);
  });

  it('asks again soon while something is paused, so that it is asked for once it no longer is', async () => {
    group.pause([{ topic: 'orders', partitions: [1] }]);
    await group.fetch('a');
    expect(asked).toEqual([{ maxWaitTime: 100, partitions: [0] }]);
    group.resume(all);
    await group.fetch('a');
    expect(asked[1]).toEqual({ maxWaitTime: 1_000, partitions: [0, 1] });
  });
});
