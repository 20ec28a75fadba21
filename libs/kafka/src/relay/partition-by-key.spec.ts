import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { partitionByKey } from './partition-by-key';

const metadataOf = (partitions: number) =>
  Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    leader: 1,
    partitionErrorCode: 0,
    replicas: [1],
    isr: [1],
  }));

it('places messages as kafkajs does, whatever keys follow each other and however many partitions there are', () => {
  const sends = fc.array(
    fc.record({ key: fc.constantFrom('ada', 'ben', 'chen', ''), partitions: fc.constantFrom(1, 12, 13) }),
  );
  fc.assert(
    fc.property(sends, (messages) => {
      const [ours, theirs] = [partitionByKey(), Partitioners.DefaultPartitioner()];
      for (const { key, partitions } of messages) {
        const placing = {
          topic: 'shop.orders.v1',
          partitionMetadata: metadataOf(partitions),
          message: { key, value: null },
        };
        expect(ours(placing)).toBe(theirs(placing));
      }
    }),
  );
});
