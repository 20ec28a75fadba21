import { Partitioners } from 'kafkajs';

type Partitioner = ReturnType<typeof Partitioners.DefaultPartitioner>;

/**
 * The partitions that kafkajs chooses, as other clients do, for messages that all have a key. Those of one key follow each other, and its hash
 * (in BigInts) takes longer than all else about placing a message: it is computed once for all of them.
 */
export function partitionByKey(): Partitioner {
  const hashed = Partitioners.DefaultPartitioner();
  let last: { key: unknown; partitions: number; partition: number } | undefined;
  return (placing) => {
    const { key } = placing.message;
    const partitions = placing.partitionMetadata.length;
    if (last?.key !== key || last?.partitions !== partitions) last = { key, partitions, partition: hashed(placing) };
    return last.partition;
  };
}
