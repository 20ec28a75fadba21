import type { Guards } from './guard';

/** Of those who read topics, and of what they keep. */
export const consumingGuards: Guards = {
  'stored-offset-and-sequence': {
    does: 'A consumer applies what lies at its stored offset and has the next number of its key, and drops the rest; either of the two alone is enough here, so both are taken away.',
    fault: 1,
    test: 'taken once|applied once',
    weavings: [
      {
        module: 'libs/kafka/dist/consume/chunk.js',
        find: '.filter(({ offset }) => BigInt(offset) >= next)',
        replace: '',
      },
      {
        module: 'libs/kafka/dist/consume/sequence-guard.js',
        find: 'if (isCovered(numbers, progress))',
        replace: 'if (false)',
      },
    ],
  },
  'moved-offset-stops-a-zombie': {
    does: 'A process that does not know yet that its partition was given away finds the stored offset moved: a batch that ends before it is given up, and what lies below it is dropped; either can be enough here, so both are taken away.',
    fault: 4,
    test: 'before it opened its transaction',
    weavings: [
      { module: 'libs/kafka/dist/consume/chunk.js', find: 'if (highWatermark < next)', replace: 'if (false)' },
      {
        module: 'libs/kafka/dist/consume/chunk.js',
        find: '.filter(({ offset }) => BigInt(offset) >= next)',
        replace: '',
      },
    ],
  },
  'database-ends-idle-transactions': {
    does: 'The database ends a transaction in which nobody does anything, before the partitions of its process are given away, so that its locks are gone by then.',
    fault: 4,
    test: 'inside its transaction',
    weavings: [
      {
        module: 'libs/event-sourcing/postgres/dist/open-database.js',
        find: 'idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,',
        replace: '',
      },
    ],
  },
  'offset-of-the-database-wins': {
    does: "A consumer seeks to the database's offset when it joins, and goes back to it from a chunk that begins behind it; either alone is enough here, so both are taken away.",
    fault: 14,
    test: "Kafka's own offsets",
    weavings: [
      {
        module: 'libs/kafka/dist/consume/group-membership.js',
        find: 'this.seek(topic, partition, offset?.next ?? 0n);',
        replace: '',
      },
      { module: 'libs/kafka/dist/consume/chunk.js', find: 'if (start > next)', replace: 'if (false)' },
    ],
  },
  'repeats-are-dropped': {
    does: 'A consumer drops a number of a key that it has applied, at whatever offset it comes again.',
    fault: 11,
    test: 'messages of a relay',
    weavings: [
      {
        module: 'libs/kafka/dist/consume/sequence-guard.js',
        find: 'if (isCovered(numbers, progress))',
        replace: 'if (false)',
      },
    ],
  },
  'dead-consumer-ends-its-process': {
    does: 'A process whose consumer kafkajs gave up for good ends, so that another one is started.',
    fault: 5,
    test: 'ends its process',
    weavings: [
      { module: 'libs/kafka/dist/consume/consumer-group.js', find: 'if (!restart || gone)', replace: 'if (false)' },
    ],
  },
  'standing-consumer-is-not-ready': {
    does: 'A process whose consumer has neither fetched nor beaten for half a minute, or has stood still before messages, says that it is not ready.',
    fault: 5,
    test: 'hangs',
    weavings: [
      {
        module: 'libs/kafka/dist/consume/consumer-health.js',
        find: 'fetchMs: 30_000, heartbeatMs: 30_000,',
        replace: 'fetchMs: Infinity, heartbeatMs: Infinity,',
      },
      {
        module: 'libs/kafka/dist/consume/consumer-health.js',
        find: 'standstillMs: 60_000',
        replace: 'standstillMs: Infinity',
      },
    ],
  },
  'log-keeps-a-message-once': {
    does: 'A message that the log of received messages holds already is not kept again.',
    fault: 14,
    test: 'full replay',
    weavings: [
      {
        module: 'libs/event-sourcing/postgres/dist/received.js',
        find: 'ON CONFLICT (stream_id, version) DO NOTHING',
        replace: '',
      },
    ],
  },
  'answered-operations-stay': {
    does: 'What is reported of an operation that has its answer changes nothing and tells nobody.',
    fault: 14,
    test: 'full replay',
    weavings: [
      {
        module: 'apps/gateway/dist/domain/operation.decider.js',
        find: "if (operation.status === 'unknown' || operation.status === 'succeeded' || operation.status === 'failed')",
        replace: "if (operation.status === 'unknown')",
      },
    ],
  },
  'switch-waits-for-writers': {
    does: 'Nobody appends to the log or writes the read model while a rebuilt one catches up and takes its place.',
    fault: 14,
    test: 'made anew under load',
    weavings: [
      {
        module: 'libs/event-sourcing/postgres/dist/rebuild.js',
        find: "await tx.query('LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE');",
        replace: 'void 0;',
      },
      {
        module: 'libs/event-sourcing/postgres/dist/rebuild.js',
        find: 'await tx.query(`LOCK TABLE ${(0, projection_table_1.quoted)(model.name)} IN EXCLUSIVE MODE`);',
        replace: 'void 0;',
      },
    ],
  },
};
