import type { Guards } from './guard';

/** What outlives a database that is not there, has no room, or ends every session. */
export const databaseGuards: Guards = {
  'idle-connections-may-end': {
    does: 'An idle connection that the database ends is replaced when the next one is needed, and ends no process.',
    fault: 13,
    test: 'all sessions are ended',
    weavings: [
      {
        module: 'libs/event-sourcing/postgres/dist/open-database.js',
        find: "pool.on('error', (error) =>",
        replace: "pool.on('never', (error) =>",
      },
    ],
  },
  'connections-may-end-at-work': {
    does: 'A connection that the database ends in the midst of a transaction fails that transaction, and ends no process.',
    fault: 13,
    test: 'all sessions are ended',
    weavings: [
      {
        module: 'libs/event-sourcing/postgres/dist/open-database.js',
        find: "client.on('error', broke);",
        replace: '',
      },
    ],
  },
  'database-trouble-is-repeated': {
    does: 'What failed because the database went away is repeated, and is no failure of a message, a calendar or an account.',
    fault: 13,
    test: 'all sessions are ended',
    weavings: [
      {
        module: 'libs/event-sourcing/postgres/dist/errors.js',
        find: "if (typeof error !== 'object' || error === null)",
        replace: 'if (true)',
      },
    ],
  },
  'full-disk-is-repeated': {
    does: 'What the database has no room for is repeated, and no failure of the message that was to be written.',
    fault: 19,
    test: 'disk of Postgres',
    weavings: [
      {
        module: 'libs/event-sourcing/postgres/dist/errors.js',
        find: "new Set(['08', '53', '58'])",
        replace: "new Set(['08'])",
      },
    ],
  },
  'failed-store-is-told': {
    does: 'A push whose row could not be written is answered 503, so that its provider sends it again.',
    fault: 19,
    test: 'disk of Postgres',
    weavings: [
      {
        module: 'apps/webhook-ingestion/dist/features/receive-push/push-intake.js',
        find: `return this.storeByChannel(batch);
            for (const { failed } of batch)
                failed(error);`,
        replace: `return this.storeByChannel(batch);
            for (const { stored } of batch)
                stored(error);`,
      },
    ],
  },
  'read-model-moves-with-its-offset': {
    does: 'What a chunk writes and how far its reader is are one transaction: what can not be written is not passed over.',
    fault: 19,
    test: 'disk of Postgres',
    weavings: [
      {
        module: 'libs/kafka/dist/consume/chunk.js',
        find: `await work.collected.flush(tx);
            await key_ledger_1.KeyLedger.saveAll(tx, ledgers.values(), held.filter(({ fresh }) => fresh.length > 0).map(endOf));`,
        replace: `await key_ledger_1.KeyLedger.saveAll(tx, ledgers.values(), held.filter(({ fresh }) => fresh.length > 0).map(endOf));
            await transaction.query('COMMIT'); await transaction.query('BEGIN');
            await work.collected.flush(tx);`,
      },
    ],
  },
};
