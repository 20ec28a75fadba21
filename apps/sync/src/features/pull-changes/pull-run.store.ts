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
  /** Of the first message that asked for a pull: it rides on with what the pull finds. */
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

const COLUMNS = `pull_id, kind, trigger, status, cursor, page_token, next_cursor, dirty_seq, notified_at, metadata, second_look,
  pages, items, added, changed, cancelled, stream_version, started_at`;

/** The pull that was under way, or a new one. Only inside a transaction that holds the calendar. */
export async function openPull(tx: Queryable, lease: Lease, state: HeldState): Promise<PullRun> {
  const { rows } = await tx.query<PullRow & { resumable: boolean }>(
    `SELECT ${COLUMNS}, updated_at > clock_timestamp() - interval '${RESUMABLE}' AS resumable FROM pull_runs
     WHERE calendar_id = $1 AND status IN ('running', 'sweeping')`,
    [lease.calendarId],
  );
  const open = rows[0];
  if (open !== undefined) {
    const suits = open.kind === 'full' || !state.needsFull;
    if (suits && (open.resumable || open.status === 'sweeping')) return pullOf(open);
    await abandonPull(tx, open.pull_id);
  }
  return (await startPull(tx, lease, { trigger: open?.trigger }))!;
}

/** What a pull that takes another one's place has from it, instead of from the calendar. */
export interface TakenOver {
  trigger?: Trigger | undefined;
  notifiedAt?: Date | undefined;
  metadata?: EventMetadata;
  /** From the beginning, whatever the calendar asks for. */
  full?: boolean;
}

/** A new pull of what the calendar asks for. Undefined: the lease is lost, or a pull is under way. */
export async function startPull(db: Queryable, lease: Lease, given: TakenOver = {}): Promise<PullRun | undefined> {
  const { rows } = await db.query<PullRow>(
    `WITH held AS (
       SELECT calendar_id, owner_id, sync_token, dirty_seq, notified_at, pending_metadata,
         $5::boolean OR sync_token IS NULL OR full_requested_seq > full_synced_seq AS needs_full,
         coalesce(look_again_at <= now(), false) AND dirty_seq = synced_seq AS second_look,
         CASE WHEN consecutive_failures > 0 THEN 'retry' ELSE pending_trigger END AS pending_trigger
       FROM calendar_sync_states WHERE calendar_id = $1 AND fencing_token = $2 AND active FOR UPDATE
     ), begun AS (
       INSERT INTO pull_runs (pull_id, calendar_id, owner_id, kind, trigger, cursor, dirty_seq, notified_at, second_look, metadata)
       SELECT $3::uuid, calendar_id, owner_id, CASE WHEN needs_full THEN 'full' ELSE 'incremental' END,
         coalesce($4::text, pending_trigger, CASE WHEN second_look THEN 'notification' ELSE 'poll' END),
         CASE WHEN needs_full THEN NULL ELSE sync_token END, dirty_seq, coalesce($6::timestamptz, notified_at), second_look,
         coalesce($7::jsonb, pending_metadata, '{}')
       FROM held
       WHERE NOT EXISTS (SELECT FROM pull_runs WHERE calendar_id = $1 AND status IN ('running', 'sweeping'))
       RETURNING calendar_id, ${COLUMNS}
     ), taken AS (
       UPDATE calendar_sync_states SET pending_trigger = NULL, pending_metadata = NULL, notified_at = NULL
       WHERE calendar_id IN (SELECT calendar_id FROM begun)
     )
     SELECT ${COLUMNS} FROM begun`,
    [
      lease.calendarId,
      lease.fencingToken,
      randomUUID(),
      given.trigger ?? null,
      given.full ?? false,
      given.notifiedAt ?? null,
      given.metadata === undefined ? null : jsonText(given.metadata),
    ],
  );
  return rows[0] && pullOf(rows[0]);
}

export async function abandonPull(tx: Queryable, pullId: string): Promise<void> {
  await tx.query(
    "UPDATE pull_runs SET status = 'abandoned', updated_at = clock_timestamp(), finished_at = clock_timestamp() WHERE pull_id = $1",
    [pullId],
  );
}

export async function savePull(tx: Queryable, pull: PullRun, status: PullRun['status']): Promise<void> {
  await tx.query(
    `UPDATE pull_runs SET status = $2, page_token = $3, next_cursor = $4, pages = $5, items = $6, added = $7, changed = $8,
       cancelled = $9, stream_version = $10, updated_at = clock_timestamp()
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
