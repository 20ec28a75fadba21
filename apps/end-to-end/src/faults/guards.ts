import type { Weaving } from '@calendar-sync/test-infrastructure';

/** What keeps a promise of the product under a fault, the test that shows it, and how it is taken away for once. */
export interface Guard {
  /** What it does, in one sentence. */
  does: string;
  /** The number of the fault test that must fail without it. */
  fault: number;
  /** Part of the name of the one test in that file, where not the whole file is meant. */
  test?: string;
  weavings: readonly Omit<Weaving, 'name'>[];
}

export const guards: Readonly<Record<string, Guard>> = {
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
  'connecting-notes-what-is-done': {
    does: 'A job that connects an account notes with each step that it is done, so that another attempt goes on behind it.',
    fault: 1,
    test: 'an account whose connecting',
    weavings: [
      {
        module: 'apps/sync/dist/features/connect-account/connect-account.job.js',
        find: 'await note(tx, job, { established });',
        replace: '',
      },
    ],
  },
  'job-claims-run-out': {
    does: 'The claim of a job runs out when its process does not renew it, so that another one takes over what a killed one had in hand.',
    fault: 17,
    weavings: [
      {
        module: 'apps/sync/dist/features/run-jobs/job-queue.js',
        find: 'kind <> ALL ($4::text[]) AND run_at <= now() AND (lease_until IS NULL OR lease_until <= now())',
        replace: 'kind <> ALL ($4::text[]) AND run_at <= now() AND lease_until IS NULL',
      },
    ],
  },
  'renewed-before-the-end': {
    does: 'A channel is renewed between half and four fifths of its life, which leaves time for a process that dies over it.',
    fault: 17,
    weavings: [
      {
        module: 'apps/sync/dist/domain/watch-renewal.js',
        find: 'lifetime * (0.5 + 0.3 * random)',
        replace: 'lifetime',
      },
    ],
  },
  'new-channel-before-old': {
    does: 'The old channel is stopped only when the new one lives.',
    fault: 17,
    weavings: [
      {
        module: 'apps/sync/dist/features/watch-calendars/watch-keeper.js',
        find: 'const channelId = await (0, webhook_store_1.noteOpening)(database, calendar);',
        replace:
          'const old = await (0, webhook_store_1.liveChannel)(database, calendar.calendarId); if (old) await target.provider.stopWatch(target.credentials, old); const channelId = await (0, webhook_store_1.noteOpening)(database, calendar);',
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
  'too-large-is-quarantined': {
    does: 'The key of an event that no topic takes is quarantined, and the relay goes on with the others.',
    fault: 6,
    test: 'too large',
    weavings: [
      {
        module: 'libs/kafka/dist/relay/log-lane.js',
        find: 'if (!(error instanceof sender_1.MessageTooLarge))',
        replace: 'if (true)',
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
  'silent-channel-replaced': {
    does: 'Polls that find again and again what no push announced have the channel replaced: nobody can ask whether it still lives.',
    fault: 15,
    test: 'every push is lost',
    weavings: [
      {
        module: 'apps/sync/dist/features/pull-changes/finish-pull.js',
        find: 'await replaceSilentChannel(tx, lease);',
        replace: 'await Promise.resolve();',
      },
    ],
  },
  'channel-noted-before-watch': {
    does: 'A channel is a row before the provider is asked for it, so that a push faster than the answer is not taken for a leftover to be stopped.',
    fault: 15,
    test: 'before the answer to watch',
    weavings: [
      {
        module: 'apps/sync/dist/features/watch-calendars/watch-keeper.js',
        find: 'const channelId = await (0, webhook_store_1.noteOpening)(database, calendar);',
        replace: 'const channelId = globalThis.crypto.randomUUID();',
      },
      {
        module: 'apps/sync/dist/features/watch-calendars/watch-keeper.js',
        find: 'const isGivenUp = !(await',
        replace:
          "await tx.query(`INSERT INTO calendar_webhooks (channel_id, calendar_id, owner_id, connection_id, state) VALUES ($1, $2, $3, $4, 'opening') ON CONFLICT DO NOTHING`, [channelId, calendar.calendarId, calendar.ownerId, calendar.connectionId]); const isGivenUp = !(await",
      },
    ],
  },
  'answered-only-when-stored': {
    does: 'A push is answered 2xx only when its row is committed.',
    fault: 11,
    test: 'pushes that were answered',
    weavings: [
      {
        module: 'apps/webhook-ingestion/dist/features/receive-push/receive-push.controller.js',
        find: 'await this.intake.receive(push, (0, service_host_1.currentTraceparent)());',
        replace: 'setTimeout(() => this.intake.receive(push).catch(() => undefined), 100);',
      },
    ],
  },
  'cursor-only-after-ack': {
    does: 'The relay moves its cursor only when the broker has acknowledged what lies before it.',
    fault: 11,
    test: 'messages of a relay',
    weavings: [
      {
        module: 'libs/kafka/dist/relay/log-lane.js',
        find: 'const events = read.events.filter(published_events_1.isPublished);',
        replace:
          'const events = read.events.filter(published_events_1.isPublished); if (events.length > 0) await lease.saveCursor(read.cursor);',
      },
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
  'lost-openings-are-stopped': {
    does: 'A channel whose opening was never kept is given up after a while and stopped.',
    fault: 11,
    test: 'no channel is left',
    weavings: [
      {
        module: 'apps/sync/dist/features/watch-calendars/watch-keeper.js',
        find: 'const lost = await (0, webhook_store_1.takeLostOpenings)(tx, calendar.calendarId, this.options.lostAfterMs);',
        replace: 'const lost = [];',
      },
    ],
  },
  'first-push-tells-the-resource': {
    does: 'The first push of a channel tells what is needed to stop it, for an opening whose answer was lost.',
    fault: 11,
    test: 'no channel is left',
    weavings: [
      {
        module: 'apps/sync/dist/features/receive-notifications/note-notifications.js',
        find: 'resource_id = coalesce(w.resource_id, n.resource_id)',
        replace: 'resource_id = w.resource_id',
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
        find: 'dirty_seq > synced_seq AND due_at <= now() AND (lease_until IS NULL OR lease_until <= now())',
        replace: 'dirty_seq > synced_seq AND due_at <= now() AND lease_until IS NULL',
      },
      {
        module: 'apps/sync/dist/features/pull-changes/sync-state.store.js',
        find: `AND (lease_until IS NULL OR lease_until <= now())
     AND sync_token IS NOT NULL AND full_requested_seq <= full_synced_seq
     AND calendar_id NOT IN`,
        replace: `AND lease_until IS NULL
     AND sync_token IS NOT NULL AND full_requested_seq <= full_synced_seq
     AND calendar_id NOT IN`,
      },
    ],
  },
  'relay-lease-runs-out': {
    does: 'The lease of a relay runs out when its process does not renew it, so that another one publishes after a kill.',
    fault: 11,
    test: 'three minutes',
    weavings: [
      {
        module: 'libs/kafka/dist/relay/lease.js',
        find: 'AND lease_until < clock_timestamp()',
        replace: "AND lease_until = '-infinity'",
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
  'calls-end-in-time': {
    does: 'No call to the provider takes longer than its limit.',
    fault: 16,
    weavings: [
      {
        module: 'libs/calendar-providers/google/dist/oauth/access.js',
        find: 'timeout: endpoints.timeoutMs, ',
        replace: '',
      },
    ],
  },
  'largest-answer': {
    does: 'No answer of the provider is taken in beyond 64 MB.',
    fault: 16,
    weavings: [
      {
        module: 'libs/calendar-providers/google/dist/oauth/access.js',
        find: ', maxContentLength: LARGEST_ANSWER',
        replace: '',
      },
    ],
  },
  'limit-of-one-user': {
    does: 'The limit of one user blocks his budget and not that of all.',
    fault: 16,
    weavings: [
      {
        module: 'libs/calendar-providers/google/dist/failures.js',
        find: "isOfProject(message ?? '') ? 'project' : 'user'",
        replace: "'project'",
      },
    ],
  },
  'limit-holds-every-call': {
    does: 'A limit holds back every call for that user until it is over, not only the calendar that met it.',
    fault: 16,
    weavings: [
      {
        module: 'apps/sync/dist/features/pull-changes/record-failure.js',
        find: 'await quotas.block(tx, failed.user, reaction.bucket, reaction.delayMs);',
        replace: 'await Promise.resolve();',
      },
    ],
  },
  'failures-wait': {
    does: 'A calendar whose pull failed waits, longer each time, before it is pulled again.',
    fault: 16,
    weavings: [
      {
        module: 'apps/sync/dist/domain/retry-policy.js',
        find: 'Math.ceil(backoff(attempt, limits) * random)',
        replace: '0',
      },
    ],
  },
  'dead-grant-suspends': {
    does: 'A connection whose grant is dead is suspended: nobody asks with that grant again.',
    fault: 16,
    weavings: [
      {
        module: 'apps/sync/dist/domain/retry-policy.js',
        find: "return { kind: 'suspend', reason: 'access-revoked' };",
        replace: 'return retry(attempt, random, limits);',
      },
    ],
  },
  'slow-answers-keep-no-place': {
    does: 'A pull whose provider does not answer gives its place to another calendar meanwhile.',
    fault: 16,
    weavings: [
      {
        module: 'apps/sync/dist/features/pull-changes/pull-worker.js',
        find: 'pull.slow = true;',
        replace: 'pull.slow = false;',
      },
    ],
  },
  'log-is-read-below-open-transactions': {
    does: 'Whoever follows the log reads only what lies before the oldest transaction that is still open.',
    fault: 2,
    test: 'while 500 others commit',
    weavings: [
      {
        module: 'libs/event-sourcing/postgres/dist/log.js',
        find: "($1::xid8, $2::bigint) AND tx < pg_snapshot_xmin(pg_current_snapshot())';",
        replace: "($1::xid8, $2::bigint)';",
      },
      {
        module: 'libs/event-sourcing/postgres/dist/log.js',
        find: 'SELECT epoch AS log_epoch, $1::xid8 > pg_snapshot_xmin(pg_current_snapshot()) AS cursor_ahead',
        replace: 'SELECT epoch AS log_epoch, $1::xid8 IS NULL AS cursor_ahead',
      },
      {
        module: 'libs/kafka/dist/relay/work-waiting.js',
        find: 'OR $1::xid8 > pg_snapshot_xmin(pg_current_snapshot())',
        replace: '',
      },
      {
        module: 'libs/kafka/dist/relay/work-waiting.js',
        find: 'AND tx < pg_snapshot_xmin(pg_current_snapshot())',
        replace: '',
      },
    ],
  },
  'keys-are-published-by-sequence': {
    does: 'The relay publishes a key by its numbers, with what lies behind the batch, and not as the log holds it.',
    fault: 2,
    test: 'while 500 others commit',
    weavings: [
      {
        module: 'libs/kafka/dist/relay/log-lane.js',
        find: '.sort((a, b) => a.sequence - b.sequence)',
        replace: '',
      },
    ],
  },
};

/** The guard that this run does without, as `npm run test:faults -- --without-guard=NAME` sets it. */
export function removedGuard(): string | undefined {
  const name = process.env['WITHOUT_GUARD'];
  if (name === undefined || name === '') return undefined;
  if (guards[name] === undefined) throw new Error(`no guard is named ${name}: ${Object.keys(guards).join(', ')}`);
  return name;
}

export const guardWeavings = (name: string | undefined): Weaving[] =>
  name === undefined
    ? []
    : guards[name]!.weavings.map((weaving, index) => ({ name: `without ${name} (${index + 1})`, ...weaving }));
