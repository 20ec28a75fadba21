import { type Database, jsonText, type Queryable, type Transaction } from '@calendar-sync/event-sourcing-postgres';

export type JobKind = 'connect-account' | 'disconnect-account' | 'list-calendars' | 'keep-watch' | 'stop-channel';

export interface NewJob {
  kind: JobKind;
  /** What it is about; one job of a kind per subject. */
  subject: string;
  ownerId: string;
  connectionId: string;
  details?: object;
  delayMs?: number;
}

export interface ClaimedJob {
  kind: JobKind;
  subject: string;
  ownerId: string;
  connectionId: string;
  details: Record<string, unknown>;
  /** Failures in a row before this attempt. */
  attempts: number;
  fencingToken: string;
}

/** Somebody else has the job or the calendar now: whatever this worker does further would be stale. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  constructor() {
    super('the lease went to somebody else');
  }
}

/** Somebody waits for these: they go before renewals, of which thousands may be due after a pause. */
const AWAITED: readonly JobKind[] = ['connect-account', 'disconnect-account'];

/** Asked again while it runs, a job runs again after. */
export async function enqueueJobs(tx: Queryable, jobs: readonly NewJob[]): Promise<void> {
  if (jobs.length === 0) return;
  await tx.query(
    `INSERT INTO jobs AS j (kind, subject, owner_id, connection_id, details, run_at)
     SELECT kind, subject, owner_id, connection_id, details, now() + delay * interval '1 millisecond'
     FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::jsonb[], $6::double precision[])
       AS n (kind, subject, owner_id, connection_id, details, delay)
     ORDER BY kind, subject
     ON CONFLICT (kind, subject) DO UPDATE SET details = j.details || excluded.details,
       connection_id = excluded.connection_id, run_at = least(j.run_at, excluded.run_at), attempts = 0,
       again = j.lease_until IS NOT NULL`,
    [
      jobs.map(({ kind }) => kind),
      jobs.map(({ subject }) => subject),
      jobs.map(({ ownerId }) => ownerId),
      jobs.map(({ connectionId }) => connectionId),
      jobs.map(({ details }) => jsonText(details ?? {})),
      jobs.map(({ delayMs }) => delayMs ?? 0),
    ],
  );
}

export async function cancelJobs(
  tx: Queryable,
  kinds: readonly JobKind[],
  of: { connectionId?: string; subjects?: string[] },
) {
  await tx.query(
    `DELETE FROM jobs WHERE kind = ANY ($1::text[])
       AND ($2::uuid IS NULL OR connection_id = $2) AND ($3::text[] IS NULL OR subject = ANY ($3))`,
    [kinds, of.connectionId ?? null, of.subjects ?? null],
  );
}

/** One-off and recurring work as rows, claimed under a lease with a fencing token on the database's clock. */
export class JobQueue {
  constructor(
    private readonly database: Database,
    private readonly worker: string,
    private readonly leaseMs: number,
  ) {}

  async claim(limit: number): Promise<ClaimedJob[]> {
    const { rows } = await this.database.query<{
      kind: JobKind;
      subject: string;
      owner_id: string;
      connection_id: string;
      details: Record<string, unknown>;
      attempts: number;
      fencing_token: string;
    }>(
      `WITH awaited AS (
         SELECT kind, subject FROM jobs
         WHERE kind = ANY ($4::text[]) AND run_at <= now() AND (lease_until IS NULL OR lease_until <= now())
         ORDER BY run_at LIMIT $3::bigint FOR UPDATE SKIP LOCKED
       ), others AS (
         SELECT kind, subject FROM jobs
         WHERE kind <> ALL ($4::text[]) AND run_at <= now() AND (lease_until IS NULL OR lease_until <= now())
         ORDER BY run_at LIMIT $3::bigint - (SELECT count(*) FROM awaited) FOR UPDATE SKIP LOCKED
       ), due AS (
         SELECT kind, subject FROM awaited UNION ALL SELECT kind, subject FROM others
       )
       UPDATE jobs AS j SET lease_owner = $1, lease_until = now() + $2 * interval '1 millisecond', again = false,
         fencing_token = fencing_token + 1
       FROM due WHERE j.kind = due.kind AND j.subject = due.subject
       RETURNING j.kind, j.subject, j.owner_id, j.connection_id, j.details, j.attempts, j.fencing_token`,
      [this.worker, this.leaseMs, limit, AWAITED],
    );
    return rows.map((row) => ({
      kind: row.kind,
      subject: row.subject,
      ownerId: row.owner_id,
      connectionId: row.connection_id,
      details: row.details,
      attempts: row.attempts,
      fencingToken: row.fencing_token,
    }));
  }

  /** Prolongs the lease. False: it is somebody else's now, or was given back. */
  async prolong(job: ClaimedJob): Promise<boolean> {
    const { rowCount } = await this.database.query(
      `UPDATE jobs SET lease_until = now() + $4 * interval '1 millisecond'
       WHERE kind = $1 AND subject = $2 AND fencing_token = $3 AND lease_until IS NOT NULL`,
      [job.kind, job.subject, job.fencingToken, this.leaseMs],
    );
    return rowCount === 1;
  }

  /** One transaction with the effect; the token is checked last, so that rows are locked in the same order everywhere. */
  async under<T>(job: ClaimedJob, effect: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(async (tx) => {
      const result = await effect(tx);
      const { rowCount } = await tx.query(
        'SELECT FROM jobs WHERE kind = $1 AND subject = $2 AND fencing_token = $3 FOR UPDATE',
        [job.kind, job.subject, job.fencingToken],
      );
      if (rowCount === 0) throw new LeaseLost();
      return result;
    });
  }

  /** Ends the job with its effect in one transaction: deleted, or due again after `runAgainInMs`. */
  async complete(
    job: ClaimedJob,
    effect: (tx: Transaction) => Promise<{ runAgainInMs: number } | void>,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      const next = await effect(tx);
      const { rows } = await tx.query<{ again: boolean }>(
        'SELECT again FROM jobs WHERE kind = $1 AND subject = $2 AND fencing_token = $3 FOR UPDATE',
        [job.kind, job.subject, job.fencingToken],
      );
      const held = rows[0];
      if (held === undefined) throw new LeaseLost();
      if (next === undefined && !held.again) {
        await tx.query('DELETE FROM jobs WHERE kind = $1 AND subject = $2', [job.kind, job.subject]);
        return;
      }
      await tx.query(
        `UPDATE jobs SET run_at = now() + $3 * interval '1 millisecond', again = false, attempts = 0, last_error = NULL,
           lease_until = NULL WHERE kind = $1 AND subject = $2`,
        [job.kind, job.subject, held.again || next === undefined ? 0 : next.runAgainInMs],
      );
    });
  }

  /** Gives the job back for later. `failed` counts the attempt. */
  async postpone(job: ClaimedJob, milliseconds: number, failed?: string): Promise<void> {
    await this.database.query(
      `UPDATE jobs SET run_at = now() + $4 * interval '1 millisecond', lease_until = NULL, again = false,
         attempts = attempts + $5, last_error = coalesce($6, last_error)
       WHERE kind = $1 AND subject = $2 AND fencing_token = $3`,
      [job.kind, job.subject, job.fencingToken, milliseconds, failed === undefined ? 0 : 1, failed ?? null],
    );
  }
}
