import { instantOf } from '@calendar-sync/recurrence';
import type { Database, Queryable } from '@calendar-sync/event-sourcing-postgres';
import { longestShort, zoneSpread } from '../../projections/extent';
import type { Listed } from './placing';
import {
  columns,
  type Found,
  lasting,
  ownCalendars,
  type RowSource,
  masterOf,
  slotKey,
  slotSources,
  type TimedTable,
  visible,
} from './timed-rows';
import type { Span } from './window-pages';

/** Everything that may lie in a window, with its content. */
export interface WholeWindow<Content> extends RowSource {
  contents: ReadonlyMap<string, Content>;
  /** `pg_snapshot` in which it was read. */
  seen: string;
}

const key: Record<TimedTable, string> = { calendar_entries: 'entry_id', meetings: 'meeting_id' };

/** What is shown of a row and places nothing; the largest part is the text that is sent, which nobody here has to read. */
const contents: Record<TimedTable, readonly string[]> = {
  calendar_entries: ['series_id', 'original_start', 'shown::text'],
  meetings: ['series_id', 'original_start', 'meeting_key', 'shown::text'],
};

/** What is shown, and found with what places a row as well. */
const identity: Record<TimedTable, string> = { meetings: 'entry_id', calendar_entries: 'provider_entry_id' };

export async function readContents<Content>(
  db: Queryable,
  table: TimedTable,
  items: readonly Listed[],
): Promise<Map<string, Content>> {
  const { rows } = await db.query<Content & { id: string }>(
    `SELECT ${key[table]} AS id, ${[identity[table], ...contents[table]].join(', ')} FROM ${table} WHERE ${key[table]} = ANY ($1::uuid[])`,
    [[...new Set(items.map(({ row }) => row.id))]],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

type Row<Content> = Found & Content & { own_slots: string[] | null };
/** One row also where nothing, or too much, was found: then it says how much. */
type Answer<Content> = { seen: string } & (Row<Content> | { id: null; total: number });

/** The column of what was found that the exceptions of a series name. */
const master: Record<TimedTable, string> = { calendar_entries: 'id', meetings: 'entry_id' };

/** The bounds are those of TimedRows for a slice that is the window. */
const statement = (table: TimedTable) => `
  WITH ${ownCalendars}, found AS (
    SELECT ${columns[table]},
      ${contents[table].map((column) => `t.${column}`).join(', ')}
    FROM (
      SELECT * FROM ${table} WHERE owner_id = $1 AND NOT cancelled AND extent = 'short'
        AND occupies_from >= $3::timestamptz AND occupies_from < $5 AND occupies_until >= $4
      UNION ALL
      SELECT * FROM ${table} WHERE owner_id = $1 AND NOT cancelled AND extent = 'lasting'
        AND occupies_until >= $4::timestamptz AND occupies_from < $5
    ) t ${visible[table]} AND ($2::uuid IS NULL OR t.calendar_id = $2)
    LIMIT $6::int + 1
  )
  SELECT f.*, CASE WHEN f.id IS NULL THEN c.total END AS total, c.seen,
    CASE WHEN f.recurrence IS NOT NULL THEN (
      SELECT array_agg(slot) FROM (${slotSources[table]
        .map((source) => `SELECT slot, original_at, series_id FROM ${source}`)
        .join(' UNION ALL ')}) taken
      WHERE taken.series_id = f.${master[table]} AND taken.original_at BETWEEN $7 AND $8 AND taken.slot IS NOT NULL
    ) END AS own_slots
  FROM (SELECT count(*)::int AS total, pg_current_snapshot()::text AS seen FROM found) c LEFT JOIN found f ON c.total <= $6`;

const statements: Record<TimedTable, string> = {
  calendar_entries: statement('calendar_entries'),
  meetings: statement('meetings'),
};

/** All of a window that holds at most so many rows, by one statement; undefined when it holds more. */
export async function readWholeWindow<Content>(
  db: Pick<Database, 'queryPrepared'>,
  asked: { table: TimedTable; ownerId: string; calendarId: string | undefined; window: Span; most: number },
): Promise<WholeWindow<Content> | undefined> {
  const { table, ownerId, calendarId, window, most } = asked;
  const at = (instant: number) => new Date(instant);
  const { rows: answer } = await db.queryPrepared<Answer<Content>>(`whole-window of ${table}`, statements[table], [
    ownerId,
    calendarId ?? null,
    at(window.from - longestShort),
    at(window.from),
    at(window.to),
    most,
    at(window.from - longestShort - zoneSpread),
    at(window.to + zoneSpread),
  ]);
  const first = answer[0]!;
  if (first.id === null && first.total > most) return undefined;
  const rows = answer.flatMap((row) => (row.id === null ? [] : [row]));
  // An occurrence that lasts longer may have begun before the slots that were read.
  if (rows.some((row) => row.recurrence !== null && isLong(row))) return undefined;
  const own = new Set(rows.flatMap((row) => (row.own_slots ?? []).map((slot) => slotKey(masterOf(row), slot))));
  const placed = rows.map((row) => lasting(row, table));
  return {
    // All are there at once, so that nobody has to tell which are found by their start.
    short: async () => [],
    lasting: async () => placed,
    ownSlots: async () => own,
    contents: new Map(rows.map((row) => [row.id, row])),
    seen: first.seen,
  };
}

function isLong({ starts, ends }: Found): boolean {
  try {
    return instantOf(ends, 'UTC') - instantOf(starts, 'UTC') > longestShort;
  } catch {
    return true;
  }
}
