import { randomUUID } from 'node:crypto';
import { type EventMetadata, jsonText, type Queryable } from '@calendar-sync/event-sourcing-postgres';
import type { HeldState, Lease, Trigger } from './sync-state.store';

/** A pull under way, as its row has it after the last page that was stored. */
export interface PullRun {
  pullId: string;
  kind: 'full' | 'incremental';
  trigger: Trigger;
  status: 'running' | 'sweeping';
  cursor: string | undefined;
  pageToken: string | undefined;
  nextCursor: string | undefined;
  /** Of the calendar when the pull began: what was marked later isn't covered by it. */
  dirtySeq: string;
  notifiedAt: Date | undefined;
  metadata: EventMetadata;
  secondLook: boolean;
  pages: number;
  items: number;
  added: number;
  changed: number;
  cancelled: number;
  streamVersion: number;
  startedAt: Date;
}

/** How long page tokens live isn't published: after a longer pause a pull begins anew. */
const RESUMABLE = '30 minutes';

interface PullRow {
  pull_id: string;
  kind: 'full' | 'incremental';
  trigger: Trigger;
  status: 'running' | 'sweeping';
  cursor: string | null;
  page_token: string | null;
  next_cursor: string | null;
  dirty_seq: string;
  notified_at: Date | null;
  metadata: EventMetadata;
  second_look: boolean;
  pages: number;
  items: number;
  added: number;
  changed: number;
  cancelled: number;
  stream_version: number;
  started_at: Date;
}

const pullOf = (row: PullRow): PullRun => ({
  pullId: row.pull_id,
  kind: row.kind,
  trigger: row.trigger,
  status: row.status,
  cursor: row.cursor ?? undefined,
  pageToken: row.page_token ?? undefined,
  nextCursor: row.next_cursor ?? undefined,
  dirtySeq: row.dirty_seq,
  notifiedAt: row.notified_at ?? undefined,
  metadata: row.metadata,
  secondLook: row.second_look,
  pages: row.pages,
  items: row.items,
  added: row.added,
  changed: row.changed,
  cancelled: row.cancelled,
  streamVersion: row.stream_version,
  startedAt: row.started_at,
});

/** The pull that was under way, or a new one. Only inside a transaction that holds the calendar. */
export async function openPull(tx: Queryable, lease: Lease, state: HeldState): Promise<PullRun> {
  const { rows } = await tx.query<PullRow & { resumable: boolean }>(
    `SELECT *, updated_at > clock_timestamp() - interval '${RESUMABLE}' AS resumable FROM pull_runs
     WHERE calendar_id = $1 AND status IN ('running', 'sweeping')`,
    [lease.calendarId],
  );
  const open = rows[0];
  if (open !== undefined) {
    const suits = open.kind === 'full' || !state.needsFull;
    if (suits && (open.resumable || open.status === 'sweeping')) return pullOf(open);
    await abandonPull(tx, open.pull_id);
  }
  return startPull(tx, lease, state, open?.trigger);
}

export async function startPull(
  tx: Queryable,
  lease: Lease,
  state: HeldState,
  trigger: Trigger | undefined,
  full = state.needsFull,
): Promise<PullRun> {
  const { rows } = await tx.query<PullRow>(
    `INSERT INTO pull_runs (pull_id, calendar_id, owner_id, kind, trigger, cursor, dirty_seq, notified_at, second_look,
       metadata)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING *`,
    [
      randomUUID(),
      lease.calendarId,
      lease.ownerId,
      full ? 'full' : 'incremental',
      trigger ?? triggerOf(state),
      full ? null : (state.syncToken ?? null),
      state.dirtySeq,
      state.notifiedAt ?? null,
      state.secondLookDue,
      jsonText(state.pendingMetadata),
    ],
  );
  await tx.query(
    'UPDATE calendar_sync_states SET pending_trigger = NULL, pending_metadata = NULL, notified_at = NULL WHERE calendar_id = $1',
    [lease.calendarId],
  );
  return pullOf(rows[0]!);
}

function triggerOf(state: HeldState): Trigger {
  if (state.consecutiveFailures > 0) return 'retry';
  if (state.pendingTrigger !== undefined) return state.pendingTrigger;
  return state.secondLookDue ? 'notification' : 'poll';
}

export async function abandonPull(tx: Queryable, pullId: string): Promise<void> {
  await tx.query(
    "UPDATE pull_runs SET status = 'abandoned', updated_at = clock_timestamp(), finished_at = clock_timestamp() WHERE pull_id = $1",
    [pullId],
  );
}

export async function savePull(tx: Queryable, pull: PullRun, status: PullRun['status'] | 'finished'): Promise<void> {
  await tx.query(
    `UPDATE pull_runs SET status = $2, page_token = $3, next_cursor = $4, pages = $5, items = $6, added = $7, changed = $8,
       cancelled = $9, stream_version = $10, updated_at = clock_timestamp(),
       finished_at = CASE WHEN $2 = 'finished' THEN clock_timestamp() END
     WHERE pull_id = $1`,
    [
      pull.pullId,
      status,
      pull.pageToken ?? null,
      pull.nextCursor ?? null,
      pull.pages,
      pull.items,
      pull.added,
      pull.changed,
      pull.cancelled,
      pull.streamVersion,
    ],
  );
}
