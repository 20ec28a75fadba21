import type { Transaction } from '@calendar-sync/event-sourcing-postgres';
import { nextPoll } from '../../domain/poll-schedule';
import type { StreamOfEvents } from '../../publishing/record';
import { finishedRequests, operationSteps, succeeded } from '../report-operations/operation-log';
import { enqueueJobs } from '../run-jobs/job-queue';
import type { PullRun } from './pull-run.store';
import type { HeldState, Lease } from './sync-state.store';

export interface PollLimits {
  minSeconds: number;
  maxSeconds: number;
  secondLookMs: number;
}

/** A single push gets lost now and then; polls in a row that found what no push had announced say that the channel is silent. */
const SILENT_AFTER_FINDS = 2;

export interface EndOfPull {
  /** To be recorded. */
  streams: StreamOfEvents[];
  /** Something was announced while the pull was under way. */
  dueAgain: boolean;
}

/** Sync token and `synced_seq` move here and nowhere else, with or after the last page. */
export async function finishPull(
  tx: Transaction,
  lease: Lease,
  state: HeldState,
  pull: PullRun,
  limits: PollLimits,
): Promise<EndOfPull> {
  const changes = pull.added + pull.changed + pull.cancelled;
  const isChanged = changes > 0 && !state.neverSynced;
  const secondsSinceLastChange = isChanged ? 0 : state.secondsSinceLastChange;
  const foundUnannounced =
    pull.trigger === 'poll' && pull.kind === 'incremental' && changes > 0 && state.notifiedAt === undefined;
  const poll = nextPoll(
    {
      mode: state.mode,
      minSeconds: limits.minSeconds,
      maxSeconds: limits.maxSeconds,
      foundUnannounced,
      ...(secondsSinceLastChange === undefined ? {} : { secondsSinceLastChange }),
    },
    Math.random(),
  );
  // A push that brought nothing may have been faster than the change that it announced.
  const lookAgain = pull.trigger === 'notification' && changes === 0 && !pull.secondLook;
  const { rows } = await tx.query<EndedRow>(
    `WITH retried AS (
       DELETE FROM webhook_retry_queue WHERE calendar_id = $1
     ), covered AS (
       DELETE FROM pending_notifications WHERE calendar_id = $1 AND dirty_seq <= $3 RETURNING notification_id
     ), ended AS (
       UPDATE pull_runs SET status = 'finished', page_token = NULL, next_cursor = $2, pages = $12, items = $13, added = $14,
         changed = $15, cancelled = $16, stream_version = $17, updated_at = clock_timestamp(), finished_at = clock_timestamp()
       WHERE pull_id = $11
     )
     UPDATE calendar_sync_states SET sync_token = $2, synced_seq = $3,
       full_synced_seq = CASE WHEN $4 THEN $3 ELSE full_synced_seq END,
       unannounced_finds = CASE WHEN $9 THEN unannounced_finds + 1 WHEN $10 THEN 0 ELSE unannounced_finds END,
       consecutive_failures = 0, blocked_until = NULL, lease_owner = NULL, lease_until = NULL, last_synced_at = clock_timestamp(),
       last_changed_at = CASE WHEN $5 THEN clock_timestamp() ELSE last_changed_at END,
       next_poll_at = clock_timestamp() + $6 * interval '1 second', poll_reason = $7,
       look_again_at = CASE WHEN $8::float8 IS NOT NULL THEN clock_timestamp() + $8::float8 * interval '1 millisecond' END,
       due_at = CASE WHEN dirty_seq > $3 THEN clock_timestamp() ELSE clock_timestamp() + least($6 * interval '1 second',
         CASE WHEN $8::float8 IS NOT NULL THEN $8::float8 * interval '1 millisecond' END) END
     WHERE calendar_id = $1
     RETURNING next_poll_at, last_synced_at AS finished_at, unannounced_finds, dirty_seq > $3 AS due_again,
       ARRAY(SELECT notification_id::text FROM covered) AS notification_ids,
       EXISTS (SELECT FROM sync_requests WHERE calendar_id = $1 AND dirty_seq <= $3) AS requested`,
    [
      lease.calendarId,
      pull.nextCursor,
      pull.dirtySeq,
      pull.kind === 'full',
      isChanged,
      poll.seconds,
      poll.reason,
      lookAgain ? limits.secondLookMs : null,
      foundUnannounced,
      pull.trigger === 'notification',
      pull.pullId,
      pull.pages,
      pull.items,
      pull.added,
      pull.changed,
      pull.cancelled,
      pull.streamVersion + 1,
    ],
  );
  const ended = rows[0]!;
  const { next_poll_at: nextPollAt, finished_at: finishedAt, notification_ids: notificationIds } = ended;
  if (state.mode === 'push' && foundUnannounced && ended.unannounced_finds >= SILENT_AFTER_FINDS)
    await replaceSilentChannel(tx, lease);
  const { ownerId, connectionId, calendarId } = lease;
  const about = { ownerId, connectionId, calendarId };
  const requests = ended.requested ? await finishedRequests(tx, calendarId, pull.dirtySeq) : [];
  const streams: StreamOfEvents[] = [
    {
      streamId: `calendar-pull-${pull.pullId}`,
      ownerId,
      expectedVersion: pull.streamVersion,
      events: [
        {
          type: 'CalendarSynced',
          data: {
            ...about,
            pullId: pull.pullId,
            kind: pull.kind,
            trigger: pull.trigger,
            startedAt: pull.startedAt.toISOString(),
            finishedAt: finishedAt.toISOString(),
            pages: pull.pages,
            items: pull.items,
            added: pull.added,
            changed: pull.changed,
            cancelled: pull.cancelled,
            ...(pull.notifiedAt === undefined ? {} : { notifiedAt: pull.notifiedAt.toISOString() }),
            nextPollAt: nextPollAt.toISOString(),
            pollReason: poll.reason,
          },
        },
      ],
    },
    {
      streamId: `calendar-notifications-${pull.pullId}`,
      ownerId,
      expectedVersion: 0,
      events:
        notificationIds.length === 0
          ? []
          : [
              {
                type: 'NotificationProcessed',
                data: { ...about, notificationIds, processedAt: finishedAt.toISOString(), outcome: 'synced' },
              },
            ],
    },
    ...requests.map((operation) => operationSteps(operation, [succeeded(operation, {})])),
  ];
  return { streams, dueAgain: ended.due_again };
}

interface EndedRow {
  next_poll_at: Date;
  finished_at: Date;
  unannounced_finds: number;
  due_again: boolean;
  /** Those that the pull covers; they wait no longer. */
  notification_ids: string[];
  requested: boolean;
}

/** Nobody tells whether a channel still lives: a new one takes its place. */
async function replaceSilentChannel(tx: Transaction, { calendarId, ownerId, connectionId }: Lease): Promise<void> {
  const { rowCount } = await tx.query(
    "UPDATE calendar_webhooks SET renew_at = now() WHERE calendar_id = $1 AND state = 'live'",
    [calendarId],
  );
  if (rowCount === 0) return;
  await tx.query('UPDATE calendar_sync_states SET unannounced_finds = 0 WHERE calendar_id = $1', [calendarId]);
  await enqueueJobs(tx, [{ kind: 'keep-watch', subject: calendarId, ownerId, connectionId }]);
}
