import { type EventMetadata, jsonText, type Queryable, type Transaction } from '@calendar-sync/event-sourcing-postgres';

/** A split comes as several messages, and so does much else that its owner did at one go: it is told of together. */
const settlesIn = "interval '1 second'";

/** What something happened to that may concern the published occurrences of a series. */
export interface Touched {
  family: string;
  calendarId: string;
  ownerId: string;
  /** It is a series and a meeting: there is something to publish, even where nothing was so far. */
  recurs: boolean;
  cause: EventMetadata;
}

export interface OccurrenceJob {
  family: string;
  ownerId: string;
  /** Everything ahead is looked at anew; else only what comes after `publishedUntil`. */
  changed: boolean;
  publishedUntil?: number;
  cause: EventMetadata;
}

/**
 * Makes what is concerned due. The rows stay locked until the transaction ends, and whoever publishes occurrences locks them too:
 * consumer and publisher take turns at the streams of a family, and so this goes before the first append of a transaction.
 */
export async function touchFamilies(tx: Transaction, touched: readonly Touched[]): Promise<void> {
  const families = new Map<string, Touched>();
  for (const one of touched) {
    families.set(one.family, { ...one, recurs: one.recurs || families.get(one.family)?.recurs === true });
  }
  const each = [...families.values()];
  await tx.query(
    `INSERT INTO occurrence_jobs AS j (family, calendar_id, owner_id, due_at, cause)
     SELECT family, calendar_id, owner_id, now() + ${settlesIn}, cause
     FROM unnest($1::text[], $2::uuid[], $3::text[], $4::boolean[], $5::jsonb[])
       AS n (family, calendar_id, owner_id, recurs, cause)
     WHERE recurs OR EXISTS (SELECT FROM occurrence_jobs AS known WHERE known.family = n.family)
     ORDER BY family
     ON CONFLICT (family) DO UPDATE SET changed = true, due_at = excluded.due_at, cause = excluded.cause, attempts = 0`,
    [
      each.map(({ family }) => family),
      each.map(({ calendarId }) => calendarId),
      each.map(({ ownerId }) => ownerId),
      each.map(({ recurs }) => recurs),
      each.map(({ cause }) => jsonText(cause)),
    ],
  );
}

/** What was left while the calendar was removed is made up for. */
export async function resumeCalendars(tx: Transaction, calendarIds: readonly string[]): Promise<void> {
  if (calendarIds.length === 0) return;
  // Without asking whether it is held: a publisher may be about to say so, and is waited for.
  await tx.query(
    `WITH concerned AS (
       SELECT family FROM occurrence_jobs WHERE calendar_id = ANY ($1::uuid[]) ORDER BY family FOR UPDATE
     )
     UPDATE occurrence_jobs AS j SET held = false, changed = true, due_at = now()
     FROM concerned WHERE j.family = concerned.family`,
    [calendarIds],
  );
}

export interface ClaimedJobs {
  calendarId: string;
  /** Milliseconds, by the clock that said what is due. */
  now: number;
  jobs: OccurrenceJob[];
}

/**
 * The job that has been due for longest and others of its calendar, locked until the transaction ends: what they lead to is written in it, so
 * that the lock is all the lease there has to be. One calendar at a time, because its counter is then the only one that is waited for.
 * What failed before is taken alone.
 */
export async function claimJobs(tx: Transaction, limit: number, now?: Date): Promise<ClaimedJobs | undefined> {
  const { rows } = await tx.query<{
    calendar_id: string;
    now: Date;
    family: string;
    owner_id: string;
    changed: boolean;
    published_until: Date | null;
    cause: EventMetadata;
  }>(
    `WITH clock AS (SELECT coalesce($2::timestamptz, now()) AS now), first AS (
       SELECT family, calendar_id, attempts FROM occurrence_jobs
       WHERE NOT held AND due_at <= (SELECT now FROM clock) ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
     )
     SELECT j.calendar_id, clock.now, j.family, j.owner_id, j.changed, j.published_until, j.cause
     FROM clock, first, occurrence_jobs AS j
     WHERE j.family = first.family OR (j.calendar_id = first.calendar_id AND NOT j.held AND j.due_at <= clock.now
       AND j.attempts = 0 AND first.attempts = 0)
     ORDER BY j.due_at LIMIT $1 FOR UPDATE OF j SKIP LOCKED`,
    [limit, now ?? null],
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    calendarId: first.calendar_id,
    now: first.now.getTime(),
    jobs: rows.map((row) => ({
      family: row.family,
      ownerId: row.owner_id,
      changed: row.changed,
      ...(row.published_until && { publishedUntil: row.published_until.getTime() }),
      cause: row.cause,
    })),
  };
}

/** Nothing more is published of what lies on a removed calendar until it is back. */
export async function holdJobs(tx: Queryable, families: readonly string[]): Promise<void> {
  await tx.query('UPDATE occurrence_jobs SET held = true WHERE family = ANY ($1::text[])', [families]);
}

export interface Settled {
  family: string;
  /** Absent: nothing is left to publish, ever. */
  dueAt?: number;
  /** All that has changed is told of. */
  complete: boolean;
  publishedUntil?: number;
}

export async function settleJobs(tx: Queryable, settled: readonly Settled[], horizonDays: number): Promise<void> {
  const done = settled.filter(({ dueAt }) => dueAt === undefined).map(({ family }) => family);
  const kept = settled.filter(({ dueAt }) => dueAt !== undefined);
  if (done.length > 0) await tx.query('DELETE FROM occurrence_jobs WHERE family = ANY ($1::text[])', [done]);
  if (kept.length === 0) return;
  const at = (instant: number | undefined) => (instant === undefined ? null : new Date(instant));
  await tx.query(
    `UPDATE occurrence_jobs AS j SET due_at = n.due_at, published_until = coalesce(n.published_until, j.published_until),
       changed = j.changed AND NOT n.complete, cause = CASE WHEN n.complete THEN '{}' ELSE j.cause END, attempts = 0,
       horizon_days = CASE WHEN n.complete THEN $5 ELSE j.horizon_days END
     FROM unnest($1::text[], $2::timestamptz[], $3::boolean[], $4::timestamptz[])
       AS n (family, due_at, complete, published_until)
     WHERE j.family = n.family`,
    [
      kept.map(({ family }) => family),
      kept.map(({ dueAt }) => at(dueAt)),
      kept.map(({ complete }) => complete),
      kept.map(({ publishedUntil }) => at(publishedUntil)),
      horizonDays,
    ],
  );
}

/** A failure that a repetition doesn't heal holds up nobody else: each waits longer every time, up to a day. */
export async function postponeJobs(db: Queryable, families: readonly string[], now?: Date): Promise<void> {
  await db.query(
    `UPDATE occurrence_jobs SET attempts = attempts + 1,
       due_at = coalesce($2::timestamptz, now()) + least(86400, 2 ^ least(attempts, 20)) * (0.5 + random() / 2) * interval '1 second'
     WHERE family = ANY ($1::text[])`,
    [families, now ?? null],
  );
}

/** After the horizon was set further away nobody waits for his next turn, which may be months ahead; spread over an hour. */
export async function extendHorizon(db: Queryable, horizonDays: number): Promise<number> {
  const { rowCount } = await db.query(
    `UPDATE occurrence_jobs SET due_at = least(due_at, now() + random() * interval '1 hour')
     WHERE horizon_days < $1 AND horizon_days > 0`,
    [horizonDays],
  );
  return rowCount;
}
