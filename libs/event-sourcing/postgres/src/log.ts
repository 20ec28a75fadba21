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
  cursor_ahead: boolean;
  end_tx: string | null;
  end_position: string | null;
  more: boolean | null;
}

/** How many rows one statement looks through for a filter: a log of millions with few that fit must not run into the statement timeout. */
const WINDOW = 20_000;

/**
 * The next events after the cursor, in the order of the log, and the cursor to go on from: it moves only past rows that are there. Fewer events than the limit: that was the end.
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
  const events: RecordedEvent[] = [];
  for (let from = after; ;) {
    const { rows, cursor, ended } = await readWindow(db, from, limit - events.length, filter);
    events.push(...rows.map((row) => recordedEvent(row, upcast)));
    if (ended || events.length === limit) return { events, cursor };
    from = cursor;
  }
}

async function readWindow(db: Queryable, after: LogCursor, limit: number, filter: LogFilter) {
  const values: unknown[] = [after.transactionId, after.position, limit];
  const conditions = conditionsOf(filter, values);
  const filtered = conditions !== '';
  const { rows: found } = await db.query<LogRow>(
    `SELECT horizon.*, e.*${filtered ? ', window_end.*' : ''}
     FROM (
       SELECT epoch AS log_epoch, $1::xid8 > pg_snapshot_xmin(pg_current_snapshot()) AS cursor_ahead
       FROM log_epoch LIMIT 1
     ) AS horizon
     ${filtered ? windowEnd : ''}
     LEFT JOIN LATERAL (
       SELECT ${EVENT_COLUMNS} FROM events
       WHERE ${READABLE}${filtered ? beforeWindowEnd : ''}${conditions}
       ORDER BY tx, position LIMIT $3
     ) AS e ON true
     ORDER BY e.tx, e.position`,
    values,
  );
  const { log_epoch: epoch, cursor_ahead: ahead, end_tx: endTx, end_position: endPosition, more } = found[0]!;
  if (after.epoch !== epoch || ahead) throw new CursorOfAnotherLog(after.epoch, epoch);
  const rows = found.filter(({ id }) => id !== null);
  const last = rows.at(-1);
  const cursorTo = (tx: string, position: string): LogCursor => ({ epoch, transactionId: tx, position });
  if (filtered && rows.length < limit) {
    return { rows, cursor: endTx && endPosition ? cursorTo(endTx, endPosition) : after, ended: !more };
  }
  return { rows, cursor: last === undefined ? after : cursorTo(last.tx, last.position), ended: rows.length < limit };
}

const READABLE = '(tx, position) > ($1::xid8, $2::bigint) AND tx < pg_snapshot_xmin(pg_current_snapshot())';

// The end is that of a row, never the horizon itself: after a crash Postgres gives numbers of transactions again that nothing durable had used.
const windowEnd = `LEFT JOIN LATERAL (
       (SELECT tx AS end_tx, position AS end_position, true AS more FROM events WHERE ${READABLE} ORDER BY tx, position OFFSET ${WINDOW - 1} LIMIT 1)
       UNION ALL
       (SELECT tx, position, false FROM events WHERE ${READABLE} ORDER BY tx DESC, position DESC LIMIT 1)
       ORDER BY more DESC LIMIT 1
     ) AS window_end ON true`;

const beforeWindowEnd = ` AND (tx, position) <= (end_tx, end_position)`;

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
