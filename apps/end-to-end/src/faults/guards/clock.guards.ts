import type { Guards } from './guard';

/** What does not trust the clock of its process. */
export const clockGuards: Guards = {
  'relay-lease-on-the-database-clock': {
    does: 'Whether the lease of a relay has run out is judged by the clock of the database.',
    fault: 18,
    weavings: [
      {
        module: 'libs/kafka/dist/relay/lease.js',
        find: 'lease_until < clock_timestamp()',
        replace: 'lease_until < to_timestamp(${Date.now() / 1_000})',
      },
    ],
  },
  'pull-lease-on-the-database-clock': {
    does: 'Whether the lease of a calendar has run out is judged by the clock of the database.',
    fault: 18,
    weavings: [
      {
        module: 'apps/sync/dist/features/pull-changes/sync-state.store.js',
        find: 'db.query(exports.CLAIM, [',
        replace:
          'db.query(exports.CLAIM.replaceAll("lease_until <= now()", `lease_until <= to_timestamp(${Date.now() / 1_000})`), [',
      },
    ],
  },
  'job-claims-on-the-database-clock': {
    does: 'Until when the claim of a job holds is said by the clock of the database.',
    fault: 18,
    weavings: [
      {
        module: 'apps/sync/dist/features/run-jobs/job-queue.js',
        find: "lease_until = now() + $2 * interval '1 millisecond', again = false",
        replace: "lease_until = to_timestamp(${Date.now() / 1_000}) + $2 * interval '1 millisecond', again = false",
      },
    ],
  },
  'renewals-on-the-database-clock': {
    does: 'The life of a channel is counted from when the database says that it was asked for.',
    fault: 18,
    weavings: [
      {
        module: 'apps/sync/dist/features/watch-calendars/watch-keeper.js',
        find: 'const { channelId, openedAt } = await (0, webhook_store_1.noteOpening)(database, calendar);',
        replace:
          'const { channelId } = await (0, webhook_store_1.noteOpening)(database, calendar); const openedAt = new Date();',
      },
    ],
  },
  'heartbeats-when-the-clock-is-set-back': {
    does: 'A member of a consumer group goes on telling that it lives when its clock is set back.',
    fault: 18,
    weavings: [
      {
        module: 'libs/kafka/dist/clock-set-back.js',
        find: 'this.lastRequest = 0;',
        replace: ';',
      },
    ],
  },
};
