import type { Guards } from './guard';
import { consumingGuards } from './consuming.guards';

/** Of databases that were put back from an older copy. */
export const restoringGuards: Guards = {
  'offset-is-restored-too': {
    does: 'Where a consumer reads on stands in its database, so that it goes back together with what was applied.',
    fault: 10,
    test: 'read models that are put back',
    weavings: consumingGuards['offset-of-the-database-wins']!.weavings,
  },
  'relay-looks-at-its-topics': {
    does: 'A relay that takes the lease publishes nothing where its topics hold what its database does not know.',
    fault: 10,
    test: 'sync, put back',
    weavings: [
      {
        module: 'libs/kafka/dist/relay/own-history.js',
        find: 'for (const unknown of await unknownAmong(database, epoch, own))',
        replace: 'for (const unknown of [])',
      },
    ],
  },
  'new-epoch-counts-anew': {
    does: 'What a service publishes in a new epoch counts from its first number again.',
    fault: 10,
    test: 'sync, put back',
    weavings: [
      {
        module: 'libs/kafka/dist/consume/sequence-guard.js',
        find: '(epoch === progress.epoch && to <= progress.last)',
        replace: 'to <= progress.last',
      },
    ],
  },
  'lost-entries-are-taken-back': {
    does: 'Entries of which only lost messages told are taken back, so that the listing can give them up.',
    fault: 10,
    test: 'sync, put back',
    weavings: [
      {
        module: 'apps/sync/dist/features/take-up-after-restore/after-restore.js',
        find: 'const wanted = lost.filter(({ decided }) => unknown.has(decided.entryId));',
        replace: 'const wanted = [];',
      },
      // The service's own process, which the command starts, is woven too.
      {
        module: 'tools/local-stack/dist/commands/compiled-script.js',
        find: 'env: (0, services_1.settingsFor)(service, settings)',
        replace:
          'env: { ...(0, services_1.settingsFor)(service, settings), NODE_OPTIONS: process.env.NODE_OPTIONS, WEAVE_FILE: process.env.WEAVE_FILE }',
      },
    ],
  },
  'contradictions-are-parked': {
    does: 'A number that was applied and comes again with another message is no repeat: it is parked, and its key waits.',
    fault: 10,
    test: 'numbers anew',
    weavings: [
      {
        module: 'libs/kafka/dist/consume/sequence-guard.js',
        find: "verdict: contradicts(numbers, progress) ? 'contradiction' : 'duplicate'",
        replace: "verdict: 'duplicate'",
      },
    ],
  },
};
