import type { Guards } from './guard';

/** Of pulls: who pulls a calendar, from where, and what of it is kept. */
export const pullingGuards: Guards = {
  'unknown-commit-is-looked-up': {
    does: 'A commit of which nothing was heard counts as a failure of nobody: what it was about is looked up again and goes on from there.',
    fault: 1,
    test: 'pages of which sync did not hear',
    weavings: [
      {
        module: 'libs/event-sourcing/postgres/dist/errors.js',
        find: 'if (error instanceof CommitOutcomeUnknown)',
        replace: 'if (false)',
      },
    ],
  },
  'dirty-seq-noted-before-the-call': {
    does: 'A pull covers what was announced before its first call and nothing later: what was announced meanwhile has the calendar pulled again.',
    fault: 7,
    weavings: [
      {
        module: 'apps/sync/dist/features/pull-changes/finish-pull.js',
        find: 'SET sync_token = $2, synced_seq = $3,',
        replace: 'SET sync_token = $2, synced_seq = dirty_seq,',
      },
      {
        module: 'apps/sync/dist/features/pull-changes/finish-pull.js',
        find: 'CASE WHEN dirty_seq > $3 THEN',
        replace: 'CASE WHEN false THEN',
      },
    ],
  },
  'one-lease-per-calendar': {
    does: 'Who pulls a calendar holds its lease, and nobody claims it meanwhile.',
    fault: 7,
    weavings: [
      {
        module: 'apps/sync/dist/features/pull-changes/sync-state.store.js',
        find: 'db.query(exports.CLAIM, [',
        replace: "db.query(exports.CLAIM.replaceAll('AND (lease_until IS NULL OR lease_until <= now())', ''), [",
      },
    ],
  },
  'pull-claims-run-out': {
    does: 'The claim of a calendar runs out when its process does not renew it, so that it is pulled again after a kill.',
    fault: 11,
    test: 'three minutes',
    weavings: [
      {
        module: 'apps/sync/dist/features/pull-changes/sync-state.store.js',
        find: `dirty_seq > synced_seq AND due_at <= now()
     AND (lease_until IS NULL OR lease_until <= now())`,
        replace: `dirty_seq > synced_seq AND due_at <= now()
     AND lease_until IS NULL`,
      },
      {
        module: 'apps/sync/dist/features/pull-changes/sync-state.store.js',
        find: `AND (lease_until IS NULL OR lease_until <= now()) AND sync_token IS NOT NULL AND full_requested_seq <= full_synced_seq
     AND calendar_id NOT IN`,
        replace: `AND lease_until IS NULL AND sync_token IS NOT NULL AND full_requested_seq <= full_synced_seq
     AND calendar_id NOT IN`,
      },
    ],
  },
  'fencing-token': {
    does: 'Every write of a pull carries the token of its lease and touches nothing once a higher one was given out.',
    fault: 8,
    weavings: [
      {
        module: 'apps/sync/dist/features/pull-changes/sync-state.store.js',
        find: 'AND fencing_token = $2 AND active FOR UPDATE',
        replace: 'AND fencing_token >= $2 AND active FOR UPDATE',
      },
    ],
  },
  'leases-run-out': {
    does: 'A lease that nobody prolongs ends by the clock of the database, and the calendar goes to another worker.',
    fault: 8,
    weavings: [
      {
        module: 'apps/sync/dist/features/pull-changes/sync-state.store.js',
        find: 'db.query(exports.CLAIM, [',
        replace: "db.query(exports.CLAIM.replaceAll('OR lease_until <= now()', ''), [",
      },
    ],
  },
  'listing-after-a-lost-cursor': {
    does: 'A sync token that the provider no longer takes leads to a listing from the beginning at once.',
    fault: 9,
    weavings: [
      {
        module: 'apps/sync/dist/features/pull-changes/puller.js',
        find: 'if (!(error instanceof calendar_providers_port_1.CursorExpired) || restarts >= LARGEST_RESTARTS)',
        replace: 'if (true)',
      },
    ],
  },
  'sweep-after-a-listing': {
    does: 'What a listing from the beginning does not return is given up at its end.',
    fault: 9,
    weavings: [
      {
        module: 'apps/sync/dist/features/pull-changes/page-writer.js',
        find: 'const absent = await (0, entry_store_1.loadAbsent)(tx, lease.calendarId, pull.pullId, limit);',
        replace: 'const absent = new Map();',
      },
    ],
  },
  'unchanged-is-no-news': {
    does: 'An entry that comes again and looks as it did is no event.',
    fault: 9,
    weavings: [
      {
        module: 'apps/sync/dist/domain/calendar-entry.decider.js',
        find: 'if (fields.length === 0)',
        replace: 'if (false)',
      },
    ],
  },
  'polls-beside-pushes': {
    does: 'A calendar that pushes announce is polled too, so that a lost push costs time and nothing else.',
    fault: 15,
    test: 'every push is lost',
    weavings: [
      {
        module: 'apps/sync/dist/domain/poll-schedule.js',
        find: 'Math.round(Math.min(maxSeconds * 1.25, Math.max(minSeconds, jittered)))',
        replace: '86_400',
      },
    ],
  },
};
