import { type EventMetadata, jsonText, type Queryable } from '@calendar-sync/event-sourcing-postgres';
import { LeaseLost } from '../run-jobs/job-queue';

export type Trigger = 'connected' | 'notification' | 'poll' | 'requested' | 'retry' | 'cursor-expired' | 'resumed';

/** A calendar in the hands of one worker, until another one takes a higher token. */
export interface Lease {
  calendarId: string;
  ownerId: string;
  connectionId: string;
  fencingToken: string;
  /** It is pulled from the beginning. */
  long: boolean;
}

/** A calendar's state, read and locked by the holder of its lease. */
export interface HeldState {
  mode: 'push' | 'polling';
  needsFull: boolean;
  pendingTrigger: Trigger | undefined;
  notifiedAt: Date | undefined;
  consecutiveFailures: number;
  /** Undefined: none was seen yet; what the first listing brought was there before. */
  secondsSinceLastChange: number | undefined;
  neverSynced: boolean;
}

// A look at the earliest comes first: it is a scan in order, which has Postgres forget what is dead in the index. The scans behind it may be
// bitmaps, which come upon whatever was pulled since the last vacuum each time anew.
/** Parameters: worker, lease in milliseconds, how many, how many from the beginning, whether what is due longest goes first. */
export const CLAIM = `
  WITH due AS (
   SELECT
     (SELECT min(due_at) FROM calendar_sync_states WHERE active AND dirty_seq > synced_seq) <= now() AS announced,
     (SELECT min(due_at) FROM calendar_sync_states WHERE active) <= now() AS anything
 ), announced AS (
   SELECT calendar_id FROM calendar_sync_states
   WHERE (SELECT announced FROM due) AND active AND dirty_seq > synced_seq AND due_at <= now()
     AND (lease_until IS NULL OR lease_until <= now()) AND sync_token IS NOT NULL AND full_requested_seq <= full_synced_seq
   ORDER BY due_at LIMIT CASE WHEN $5 THEN 0 ELSE $3::bigint END FOR UPDATE SKIP LOCKED
 ), others AS (
   SELECT calendar_id FROM calendar_sync_states
   WHERE (SELECT anything FROM due) AND active AND due_at <= now()
     AND (lease_until IS NULL OR lease_until <= now()) AND sync_token IS NOT NULL AND full_requested_seq <= full_synced_seq
     AND calendar_id NOT IN (SELECT calendar_id FROM announced)
   ORDER BY due_at LIMIT $3::bigint - (SELECT count(*) FROM announced) FOR UPDATE SKIP LOCKED
 ), short AS (
   SELECT calendar_id FROM announced UNION ALL SELECT calendar_id FROM others
 ), long AS (
   SELECT calendar_id FROM calendar_sync_states
   WHERE (SELECT anything FROM due) AND active AND due_at <= now()
     AND (lease_until IS NULL OR lease_until <= now()) AND (sync_token IS NULL OR full_requested_seq > full_synced_seq)
   ORDER BY due_at LIMIT greatest(0, least($4::bigint, $3::bigint - (SELECT count(*) FROM short))) FOR UPDATE SKIP LOCKED
 )
 UPDATE calendar_sync_states AS s SET lease_owner = $1, lease_until = now() + $2 * interval '1 millisecond',
   fencing_token = s.fencing_token + 1
 WHERE s.calendar_id IN (SELECT calendar_id FROM short UNION ALL SELECT calendar_id FROM long)
 RETURNING s.calendar_id, s.owner_id, s.connection_id, s.fencing_token,
   s.sync_token IS NULL OR s.full_requested_seq > s.full_synced_seq AS long`;

/** Now and then what is due longest goes first, whatever it is, so that polls are not forgotten over a flood of pushes. */
const LONGEST_DUE_FIRST = 0.2;

/**
 * A long pull is one from the beginning; short ones must not wait for all of them. Of the short ones those that somebody
 * announced go before polls: after a pause of the service all polls are due at once.
 */
export async function claimDue(
  db: Queryable,
  claim: { worker: string; leaseMs: number; limit: number; longOnes: number; longestDueFirst?: boolean },
): Promise<Lease[]> {
  const { rows } = await db.query<{
    calendar_id: string;
    owner_id: string;
    connection_id: string;
    fencing_token: string;
    long: boolean;
  }>(CLAIM, [
    claim.worker,
    claim.leaseMs,
    claim.limit,
    claim.longOnes,
    claim.longestDueFirst ?? Math.random() < LONGEST_DUE_FIRST,
  ]);
  return rows.map((row) => ({
    calendarId: row.calendar_id,
    ownerId: row.owner_id,
    connectionId: row.connection_id,
    fencingToken: row.fencing_token,
    long: row.long,
  }));
}

/** False: it is somebody else's now, or was given back; a heartbeat that waited for that must not hold the calendar once more. */
export async function prolongLease(db: Queryable, lease: Lease, leaseMs: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE calendar_sync_states SET lease_until = now() + $3 * interval '1 millisecond'
     WHERE calendar_id = $1 AND fencing_token = $2 AND lease_until IS NOT NULL`,
    [lease.calendarId, lease.fencingToken, leaseMs],
  );
  return rowCount === 1;
}

/** Locks the calendar for a write under the lease. Throws LeaseLost when a higher token was taken, or nobody may pull it any more. */
export async function hold(tx: Queryable, lease: Lease): Promise<HeldState> {
  const { rows } = await tx.query<{
    mode: 'push' | 'polling';
    needs_full: boolean;
    pending_trigger: Trigger | null;
    notified_at: Date | null;
    consecutive_failures: number;
    since_change: number | null;
    never_synced: boolean;
  }>(
    `SELECT mode, pending_trigger, notified_at, consecutive_failures,
       sync_token IS NULL OR full_requested_seq > full_synced_seq AS needs_full,
       extract(epoch FROM now() - last_changed_at)::double precision AS since_change, last_synced_at IS NULL AS never_synced
     FROM calendar_sync_states WHERE calendar_id = $1 AND fencing_token = $2 AND active FOR UPDATE`,
    [lease.calendarId, lease.fencingToken],
  );
  const row = rows[0];
  if (row === undefined) throw new LeaseLost();
  return {
    mode: row.mode,
    needsFull: row.needs_full,
    pendingTrigger: row.pending_trigger ?? undefined,
    notifiedAt: row.notified_at ?? undefined,
    consecutiveFailures: row.consecutive_failures,
    secondsSinceLastChange: row.since_change ?? undefined,
    neverSynced: row.never_synced,
  };
}

/** Gives the calendar back, due again after a while; nothing is counted against it. */
export async function releaseLease(db: Queryable, lease: Lease, dueInMs: number): Promise<void> {
  await db.query(
    `UPDATE calendar_sync_states SET lease_until = NULL, lease_owner = NULL,
       due_at = greatest(now() + $3 * interval '1 millisecond', blocked_until),
       blocked_until = CASE WHEN $3 > 0 THEN greatest(blocked_until, now() + $3 * interval '1 millisecond') ELSE blocked_until END
     WHERE calendar_id = $1 AND fencing_token = $2`,
    [lease.calendarId, lease.fencingToken, dueInMs],
  );
}

export interface Dirt {
  calendarId: string;
  notifiedAt?: Date;
  metadata?: EventMetadata;
}

export interface DirtyReason {
  trigger: Trigger;
  /** Pull from the beginning, with mark and sweep. */
  full?: boolean;
  /** Somebody asked: waiting and parking end here. */
  release?: boolean;
}

/** Something may have changed: the calendars are pulled again, at once unless they wait for something. Gives the new `dirty_seq` of those that are active. */
export async function markDirty(
  tx: Queryable,
  dirt: readonly Dirt[],
  reason: DirtyReason,
): Promise<Map<string, string>> {
  if (dirt.length === 0) return new Map();
  // Rows are locked in one order, so that two who mark several never wait for each other in a circle.
  const { rows } = await tx.query<{ calendar_id: string; dirty_seq: string }>(
    `WITH marked AS (
       SELECT s.calendar_id, d.notified_at, d.metadata FROM calendar_sync_states AS s
       JOIN unnest($1::uuid[], $2::timestamptz[], $6::jsonb[]) AS d (calendar_id, notified_at, metadata) USING (calendar_id)
       WHERE s.active ORDER BY s.calendar_id FOR UPDATE OF s
     )
     UPDATE calendar_sync_states AS s SET dirty_seq = s.dirty_seq + 1,
       full_requested_seq = CASE WHEN $4 THEN s.dirty_seq + 1 ELSE s.full_requested_seq END,
       pending_trigger = coalesce(s.pending_trigger, $3), pending_metadata = coalesce(s.pending_metadata, marked.metadata),
       notified_at = least(s.notified_at, marked.notified_at),
       blocked_until = CASE WHEN $5 THEN NULL ELSE s.blocked_until END,
       due_at = greatest(least(s.due_at, now()), CASE WHEN $5 THEN NULL ELSE s.blocked_until END)
     FROM marked WHERE s.calendar_id = marked.calendar_id
     RETURNING s.calendar_id, s.dirty_seq`,
    [
      dirt.map(({ calendarId }) => calendarId),
      dirt.map(({ notifiedAt }) => notifiedAt ?? null),
      reason.trigger,
      reason.full ?? false,
      reason.release ?? false,
      dirt.map(({ metadata }) => (metadata === undefined ? null : jsonText(metadata))),
    ],
  );
  return new Map(rows.map((row) => [row.calendar_id, row.dirty_seq]));
}
