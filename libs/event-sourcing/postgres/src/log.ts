import type { Queryable } from './database';
import { CursorOfAnotherLog } from './errors';
import { EVENT_COLUMNS, type EventRow, recordedEvent, type RecordedEvent, type Upcast } from './recorded-event';

/** A place in the log. Numbers of another epoch mean nothing. */
export interface LogCursor {
  epoch: number;
  transactionId: string;
  position: string;
}

export interface LogFilter {
  types?: readonly string[];
  topics?: readonly string[];
  /** True: only what is published; false: only what isn't. */
  published?: boolean;
  ownerId?: string;
  subject?: string;
}

/** Before the first event of this epoch's log. */
export const startOfLog = (epoch: number): LogCursor => ({ epoch, transactionId: '0', position: '0' });

interface LogRow extends EventRow {
  log_epoch: number;
  horizon: string;
  cursor_ahead: boolean;
}

/**
 * The next events after the cursor, in the order of the log, and the cursor to go on from: it moves only when something was read, or,
 * with a filter, when the end was reached.
 *
 * A position is taken at insert and seen at commit, so it ends before the oldest transaction that is still open anywhere in the cluster:
 * whoever reads on from the highest position seen misses what commits late. Throws CursorOfAnotherLog.
 */
export async function readLog(
  db: Queryable,
  after: LogCursor,
  limit: number,
  filter: LogFilter = {},
  upcast?: Upcast,
): Promise<{ events: RecordedEvent[]; cursor: LogCursor }> {
  const values: unknown[] = [after.transactionId, after.position, limit];
  const conditions = conditionsOf(filter, values);
  const { rows } = await db.query<LogRow>(
    `SELECT horizon.*, e.*
     FROM (
       SELECT epoch AS log_epoch, pg_snapshot_xmin(pg_current_snapshot()) AS horizon,
         $1::xid8 > pg_snapshot_xmin(pg_current_snapshot()) AS cursor_ahead
       FROM log_epoch LIMIT 1
     ) AS horizon
     LEFT JOIN LATERAL (
       SELECT ${EVENT_COLUMNS} FROM events
       WHERE (tx, position) > ($1::xid8, $2::bigint) AND tx < pg_snapshot_xmin(pg_current_snapshot())${conditions}
       ORDER BY tx, position LIMIT $3
     ) AS e ON true
     ORDER BY e.tx, e.position`,
    values,
  );
  const { log_epoch: epoch, horizon, cursor_ahead: ahead } = rows[0]!;
  if (after.epoch !== epoch || ahead) throw new CursorOfAnotherLog(after.epoch, epoch);
  const events = rows.filter(({ id }) => id !== null).map((row) => recordedEvent(row, upcast));
  if (conditions !== '' && events.length < limit)
    return { events, cursor: { epoch, transactionId: horizon, position: '0' } };
  const last = events.at(-1);
  return { events, cursor: last === undefined ? after : cursorAt(last, epoch) };
}

export const cursorAt = ({ transactionId, position }: RecordedEvent, epoch: number): LogCursor => ({
  epoch,
  transactionId,
  position,
});

/** Adds to the values what the conditions name. */
export function conditionsOf(filter: LogFilter, values: unknown[]): string {
  const conditions: string[] = [];
  const equal = (column: string, value: unknown, test: (parameter: string) => string) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(`${column} ${test(`$${values.length}`)}`);
  };
  equal('type', filter.types, (parameter) => `= ANY (${parameter}::text[])`);
  equal('topic', filter.topics, (parameter) => `= ANY (${parameter}::text[])`);
  equal('owner_id', filter.ownerId, (parameter) => `= ${parameter}`);
  equal('subject', filter.subject, (parameter) => `= ${parameter}`);
  if (filter.published !== undefined) conditions.push(`topic IS ${filter.published ? 'NOT ' : ''}NULL`);
  return conditions.map((condition) => ` AND ${condition}`).join('');
}
