import { jsonText, type Queryable, type Transaction } from '@calendar-sync/event-sourcing-postgres';
import { type CalendarHealth, statusOf } from '../../domain/calendar-health';
import type { Reported } from '../../domain/calendar-health.decider';

/** What was last told of a calendar: the state that its stream folds to, kept so that a decision needn't read the stream. */
export interface LockedReport {
  calendarId: string;
  ownerId: string;
  version: number;
  state: Reported;
  /** When what is held back is told. */
  dueAt: string | undefined;
  /** The database's clock, RFC 3339. */
  now: string;
}

interface ReportRow {
  calendar_id: string;
  owner_id: string;
  version: number;
  health: CalendarHealth | null;
  reported_at: Date | null;
  due_at: Date | null;
  now: Date;
}

const asReport = (row: ReportRow): LockedReport => ({
  calendarId: row.calendar_id,
  ownerId: row.owner_id,
  version: row.version,
  now: row.now.toISOString(),
  dueAt: row.due_at?.toISOString(),
  state: {
    ...(row.health !== null && { health: row.health }),
    ...(row.reported_at !== null && { reportedAt: row.reported_at.toISOString() }),
  },
});

const COLUMNS = 'calendar_id, owner_id, version, health, reported_at, due_at, clock_timestamp() AS now';

/** What was told of these calendars, locked in one order; of those whose owner isn't known yet nothing is told. */
export async function lockReports(tx: Transaction, calendarIds: readonly string[]): Promise<LockedReport[]> {
  const lock = async () => {
    const { rows } = await tx.query<ReportRow>(
      `SELECT ${COLUMNS} FROM calendar_health_reports WHERE calendar_id = ANY ($1::uuid[]) ORDER BY calendar_id FOR UPDATE`,
      [calendarIds],
    );
    return rows.map(asReport);
  };
  const known = await lock();
  if (known.length === calendarIds.length) return known;
  await tx.query(
    `INSERT INTO calendar_health_reports (calendar_id, owner_id)
     SELECT calendar_id, owner_id FROM calendar_monitoring_results
     WHERE calendar_id = ANY ($1::uuid[]) AND owner_id IS NOT NULL ORDER BY calendar_id
     ON CONFLICT (calendar_id) DO NOTHING`,
    [calendarIds],
  );
  return lock();
}

/** Calendars with something held back whose minute is over; those that another replica has in hand are left to it. */
export async function lockDueReports(tx: Transaction, limit: number): Promise<LockedReport[]> {
  const { rows } = await tx.query<ReportRow>(
    `SELECT ${COLUMNS} FROM calendar_health_reports WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
    [limit],
  );
  return rows.map(asReport);
}

export interface ReportToSave {
  calendarId: string;
  ownerId: string;
  version: number;
  state: Reported;
  dueAt: string | undefined;
}

export async function saveReports(tx: Transaction, reports: readonly ReportToSave[]): Promise<void> {
  if (reports.length === 0) return;
  await tx.query(
    `UPDATE calendar_health_reports AS r
     SET owner_id = s.owner_id, version = s.version, health = s.health, reported_at = s.reported_at, due_at = s.due_at
     FROM jsonb_to_recordset($1::jsonb)
       AS s (calendar_id uuid, owner_id text, version integer, health jsonb, reported_at timestamptz, due_at timestamptz)
     WHERE r.calendar_id = s.calendar_id`,
    [
      jsonText(
        reports.map(({ calendarId, ownerId, version, state, dueAt }) => ({
          calendar_id: calendarId,
          owner_id: ownerId,
          version,
          health: state.health,
          reported_at: state.reportedAt,
          due_at: dueAt,
        })),
      ),
    ],
  );
}

interface HealthRow {
  calendar_id: string;
  owner_id: string;
  connection_id: string;
  removed: boolean;
  last_push_at: Date | null;
  last_sync_at: Date | null;
  sync_delay_ms: string | null;
  last_failure_at: Date | null;
  last_failure: string | null;
  consecutive_failures: number;
  parked: boolean;
  error_rate: number;
  suspended_reason: string | null;
  suspended_at: Date | null;
}

/** How these calendars are doing, by all that was seen of them and of their accounts. */
export async function currentHealth(
  db: Queryable,
  calendarIds: readonly string[],
): Promise<Map<string, CalendarHealth>> {
  const { rows } = await db.query<HealthRow>(
    `SELECT r.*, c.suspended_reason, c.suspended_at FROM calendar_monitoring_results AS r
     LEFT JOIN monitored_connections AS c ON c.connection_id = r.connection_id
     WHERE r.calendar_id = ANY ($1::uuid[]) AND r.owner_id IS NOT NULL AND r.connection_id IS NOT NULL`,
    [calendarIds],
  );
  return new Map(rows.map((row) => [row.calendar_id, asHealth(row)]));
}

function asHealth(row: HealthRow): CalendarHealth {
  const suspended = row.suspended_reason !== null && !row.removed;
  const lastFailure = suspended ? row.suspended_reason : row.last_failure;
  const lastFailureAt = suspended ? row.suspended_at : row.last_failure_at;
  return {
    ownerId: row.owner_id,
    connectionId: row.connection_id,
    calendarId: row.calendar_id,
    status: statusOf({
      removed: row.removed,
      suspended,
      parked: row.parked,
      consecutiveFailures: row.consecutive_failures,
    }),
    ...(row.last_push_at && { lastPushAt: row.last_push_at.toISOString() }),
    ...(row.last_sync_at && { lastSyncAt: row.last_sync_at.toISOString() }),
    ...(lastFailureAt && { lastFailureAt: lastFailureAt.toISOString() }),
    ...(lastFailure !== null && { lastFailure }),
    ...(row.sync_delay_ms !== null && { syncDelayMs: Number(row.sync_delay_ms) }),
    consecutiveFailures: row.consecutive_failures,
    errorRate: row.error_rate,
  };
}
