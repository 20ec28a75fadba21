import type { Guards } from './guard';

/** Of messages that can not be applied. */
export const parkingGuards: Guards = {
  'bugs-are-parked': {
    does: 'An error of a handler that would come again parks the one message, instead of holding up its partition.',
    fault: 5,
    test: 'each time',
    weavings: [
      {
        module: 'libs/kafka/dist/consume/batch-runner.js',
        find: 'if (error instanceof failures_1.HandlerFailed && !(0, failures_1.isTransient)(error))',
        replace: 'if (false)',
      },
    ],
  },
  'failed-messages-are-tried-alone': {
    does: 'Of a chunk in which a handler failed each message is tried again alone before one is parked.',
    fault: 5,
    test: 'only once',
    weavings: [
      {
        module: 'libs/kafka/dist/consume/batch-runner.js',
        find: 'let refusal;',
        replace: "let refusal = new TypeError('not tried again');",
      },
    ],
  },
  'poison-is-parked': {
    does: 'What can not be read is parked, and its partition goes on.',
    fault: 6,
    test: 'what nobody can read',
    weavings: [
      {
        module: 'libs/kafka/dist/consume/message-applier.js',
        find: 'await this.receivePoison(work, received, read);',
        replace: "throw new Error('unreadable');",
      },
    ],
  },
  'key-waits-behind-what-is-parked': {
    does: 'What comes behind a parked message of its key is parked too.',
    fault: 6,
    test: 'what nobody can read',
    weavings: [
      {
        module: 'libs/kafka/dist/consume/sequence-guard.js',
        find: 'if (blockers.some((blocker) => stands(blocker, numbers)))',
        replace: 'if (false)',
      },
    ],
  },
  'good-copy-is-applied': {
    does: 'A readable copy of a message that is parked as unreadable is applied, and does not wait behind it.',
    fault: 6,
    test: 'damaged',
    weavings: [
      {
        module: 'libs/kafka/dist/consume/sequence-guard.js',
        find: 'sequence < numbers.from',
        replace: 'sequence <= numbers.from',
      },
      {
        module: 'libs/kafka/dist/parking/parked-records.js',
        find: "WHERE p.reason = 'poison' OR excluded.reason = 'failed'",
        replace: "WHERE excluded.reason = 'failed'",
      },
    ],
  },
  'zstd-is-known': {
    does: 'A codec for zstd is registered with kafkajs, which otherwise dies of such a batch.',
    fault: 6,
    test: 'zstd',
    weavings: [{ module: 'libs/kafka/dist/kafka-client.js', find: 'registerZstd();', replace: '' }],
  },
  'unknown-types-are-passed-over': {
    does: 'A valid envelope of a type that is not known takes its number and is passed over.',
    fault: 6,
    test: 'zstd',
    weavings: [
      {
        module: 'libs/contracts/envelope/dist/envelope.js',
        find: "return { outcome: 'unknown-type', message };",
        replace: "return poison('of an unknown type');",
      },
    ],
  },
};
