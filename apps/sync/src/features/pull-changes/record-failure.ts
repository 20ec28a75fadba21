import { randomUUID } from 'node:crypto';
import type { Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { PullFailure, Reaction } from '../../domain/retry-policy';
import { record, type StreamOfEvents } from '../../publishing/record';
import { removeCalendars } from '../list-calendars/calendar-registry';
import type { QuotaBuckets, QuotaUser } from '../respect-quotas/quota-buckets';
import { suspendConnection } from '../suspend-connection/suspend-connection';
import { failWaiting } from './failed-notifications';
import { abandonPull, type PullRun } from './pull-run.store';
import { hold, type HeldState, type Lease } from './sync-state.store';

export interface FailedPull {
  lease: Lease;
  /** Absent: it failed before there was one. */
  pull: PullRun | undefined;
  failure: PullFailure & { detail: string };
  user: QuotaUser | undefined;
  react: (attempt: number) => Reaction;
}

/** What a failed pull leaves behind: a visible row that waits or is parked, a message, and the calendar free for others. */
export async function recordFailure(tx: Transaction, quotas: QuotaBuckets, failed: FailedPull): Promise<Reaction> {
  const { lease, failure } = failed;
  // Connections are locked before calendars everywhere; which reaction it will be is known only with the state.
  await tx.query('SELECT FROM connections WHERE connection_id = $1 FOR UPDATE', [lease.connectionId]);
  const state = await hold(tx, lease);
  const limited = failure.code === 'RateLimited' || failure.code === 'ClientRefused';
  // Waiting for what is nobody's fault grows with each try and counts against nobody.
  const attempt = state.consecutiveFailures + (limited ? 0 : 1);
  const reaction = failed.react(limited ? (await triesSoFar(tx, lease)) + 1 : attempt);
  const streams: StreamOfEvents[] = [];
  let nextAttemptAt: Date | undefined;

  if (reaction.kind === 'retry' || reaction.kind === 'wait' || reaction.kind === 'park') {
    nextAttemptAt = await waitOrPark(tx, failed, reaction, attempt);
    if (reaction.kind === 'park') streams.push(...(await failWaiting(tx, [lease.calendarId], failure)));
  }
  if (reaction.kind === 'wait' && failed.user) await quotas.block(tx, failed.user, reaction.bucket, reaction.delayMs);
  streams.unshift(failureStream(failed, state, attempt, nextAttemptAt, reaction.kind === 'park', await clock(tx)));
  if (failed.pull) {
    await tx.query('UPDATE pull_runs SET stream_version = stream_version + 1 WHERE pull_id = $1', [failed.pull.pullId]);
  }
  if (reaction.kind === 'suspend') {
    streams.push(...(await suspendConnection(tx, lease.connectionId, reaction.reason, failure.detail)));
  }
  if (reaction.kind === 'calendar-gone') {
    streams.push(...(await removeCalendars(tx, [lease.calendarId], 'gone-at-provider', { refused: true })));
  }
  // The page token may be what was refused: the next attempt begins anew.
  if (failed.pull && failure.code === 'ProviderRefused') await abandonPull(tx, failed.pull.pullId);
  await record(tx, streams, failed.pull?.metadata);
  return reaction;
}

/** Limits of the provider wait without being counted. Parked means: blocked for ever, until somebody asks. */
async function waitOrPark(tx: Transaction, { lease, failure }: FailedPull, reaction: Reaction, attempt: number) {
  const delayMs = 'delayMs' in reaction ? reaction.delayMs : undefined;
  const { rows } = await tx.query<{ next: Date | null }>(
    `UPDATE calendar_sync_states SET lease_owner = NULL, lease_until = NULL, consecutive_failures = $2,
       blocked_until = CASE WHEN $3::float8 IS NULL THEN 'infinity' ELSE now() + $3::float8 * interval '1 millisecond' END,
       due_at = CASE WHEN $3::float8 IS NULL THEN 'infinity' ELSE now() + $3::float8 * interval '1 millisecond' END
     WHERE calendar_id = $1
     RETURNING CASE WHEN $3::float8 IS NOT NULL THEN blocked_until END AS next`,
    [lease.calendarId, attempt, delayMs ?? null],
  );
  await tx.query(
    `INSERT INTO webhook_retry_queue (calendar_id, owner_id, reason, last_error, attempts, state, next_attempt_at)
     VALUES ($1, $2, $3, $4, 1, $5, $6)
     ON CONFLICT (calendar_id) DO UPDATE SET reason = excluded.reason, last_error = excluded.last_error,
       attempts = webhook_retry_queue.attempts + 1, state = excluded.state, next_attempt_at = excluded.next_attempt_at, last_failed_at = now()`,
    [
      lease.calendarId,
      lease.ownerId,
      failure.code,
      failure.detail,
      reaction.kind === 'park' ? 'parked' : 'waiting',
      rows[0]?.next ?? null,
    ],
  );
  return rows[0]?.next ?? undefined;
}

function failureStream(
  { lease, pull, failure }: FailedPull,
  state: HeldState,
  attempt: number,
  nextAttemptAt: Date | undefined,
  parked: boolean,
  now: Date,
): StreamOfEvents {
  const { ownerId, connectionId, calendarId } = lease;
  return {
    streamId: pull === undefined ? `calendar-pull-${randomUUID()}` : `calendar-pull-${pull.pullId}`,
    ownerId,
    ...(pull === undefined ? { expectedVersion: 0 } : {}),
    events: [
      {
        type: 'CalendarSyncFailed',
        data: {
          ownerId,
          connectionId,
          calendarId,
          ...(pull === undefined ? {} : { pullId: pull.pullId }),
          trigger: pull?.trigger ?? state.pendingTrigger ?? 'poll',
          failedAt: now.toISOString(),
          failure: failure.code,
          ...(failure.detail === '' ? {} : { detail: failure.detail }),
          consecutiveFailures: attempt,
          ...(nextAttemptAt === undefined ? {} : { nextAttemptAt: nextAttemptAt.toISOString() }),
          parked,
        },
      },
    ],
  };
}

async function triesSoFar(tx: Transaction, { calendarId }: Lease): Promise<number> {
  const { rows } = await tx.query<{ attempts: number }>(
    'SELECT attempts FROM webhook_retry_queue WHERE calendar_id = $1',
    [calendarId],
  );
  return rows[0]?.attempts ?? 0;
}

async function clock(tx: Transaction): Promise<Date> {
  const { rows } = await tx.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return rows[0]!.now;
}
