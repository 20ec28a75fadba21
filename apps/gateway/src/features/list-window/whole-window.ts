import { type EntryTime, instantOf } from '@calendar-sync/recurrence';
import type { Database, Queryable } from '@calendar-sync/event-sourcing-postgres';
import { longestShort, zoneSpread } from '../../projections/extent';
import type { Listed } from './placing';
import {
  columns,
  type Found,
  lasting,
  type RowSource,
  slotKey,
  slotSources,
  timed,
  type TimedTable,
  visible,
} from './timed-rows';
import type { Span } from './window-pages';

/** What is shown of a row, and when it was learned. */
export interface Content<Kept> {
  kept: Kept;
  learned_at: Date;
  sequence: string;
}

/** Everything that may lie in a window, with its content. */
export interface WholeWindow<Kept> extends RowSource {
  contents: ReadonlyMap<string, Content<Kept>>;
  /** `pg_snapshot` in which it was read. */
  seen: string;
}

const kept: Record<TimedTable, string> = { calendar_entries: 'entry', meetings: 'meeting' };
const key: Record<TimedTable, string> = { calendar_entries: 'entry_id', meetings: 'meeting_id' };

export async function readContents<Kept>(
  db: Queryable,
  table: TimedTable,
  items: readonly Listed[],
): Promise<Map<string, Content<Kept>>> {
  const { rows } = await db.query<Content<Kept> & { id: string }>(
    `SELECT ${key[table]} AS id, ${kept[table]} AS kept, learned_at, sequence FROM ${table} WHERE ${key[table]} = ANY ($1::uuid[])`,
    [[...new Set(items.map(({ row }) => row.id))]],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** What is kept of an entry or a meeting says when it is, as its row does. */
export interface Timed {
  start: EntryTime;
  end: EntryTime;
  recurrence?: string[];
}

/** Parsing costs more than reading: what the content says, and what only series need, isn't asked for. */
type Row<Kept> = Omit<Found, 'starts' | 'ends' | 'recurrence'> &
  Content<Kept> & { extent: 'short' | 'lasting'; own_slots: string[] | null };
/** One row also where nothing, or too much, was found. */
type Answer<Kept> = { total: number; seen: string } & (Row<Kept> | { id: null });
type Whole<Kept> = Row<Kept> & Found;

/** The bounds are those of TimedRows for a slice that is the window. */
const statement = (table: TimedTable) => `
  WITH found AS (
    SELECT ${columns[table]}, t.calendar_id, t.recurrence, t.occupies_from, t.occupies_until, c.time_zone, t.extent,
      t.${kept[table]} AS kept, t.learned_at, t.sequence
    FROM (
      SELECT * FROM ${table} WHERE owner_id = $1 AND NOT cancelled AND extent = 'short'
        AND occupies_from >= $3::timestamptz AND occupies_from < $5 AND occupies_until >= $4
      UNION ALL
      SELECT * FROM ${table} WHERE owner_id = $1 AND NOT cancelled AND extent = 'lasting'
        AND occupies_until >= $4::timestamptz AND occupies_from < $5
    ) t ${visible[table]} AND ($2::uuid IS NULL OR t.calendar_id = $2)
    LIMIT $6::int + 1
  )
  SELECT f.id, f.series_id, f.provider_entry_id, f.calendar_id, f.time_zone, f.extent, f.kept, f.learned_at, f.sequence, c.total, c.seen,
    CASE WHEN f.recurrence IS NOT NULL THEN f.occupies_from END AS occupies_from,
    CASE WHEN f.recurrence IS NOT NULL THEN f.occupies_until END AS occupies_until,
    CASE WHEN f.recurrence IS NOT NULL THEN (
      SELECT array_agg(slot) FROM (${slotSources[table]
        .map((source) => `SELECT slot, original_at, series_id FROM ${source}`)
        .join(' UNION ALL ')}) own
      WHERE own.series_id = f.series_id AND own.original_at BETWEEN $7 AND $8 AND own.slot IS NOT NULL
    ) END AS own_slots
  FROM (SELECT count(*)::int AS total, pg_current_snapshot()::text AS seen FROM found) c LEFT JOIN found f ON c.total <= $6`;

const statements: Record<TimedTable, string> = {
  calendar_entries: statement('calendar_entries'),
  meetings: statement('meetings'),
};

/** All of a window that holds at most so many rows, by one statement; undefined when it holds more. */
export async function readWholeWindow<Kept extends Timed>(
  db: Pick<Database, 'queryPrepared'>,
  asked: { table: TimedTable; ownerId: string; calendarId: string | undefined; window: Span; most: number },
): Promise<WholeWindow<Kept> | undefined> {
  const { table, ownerId, calendarId, window, most } = asked;
  const at = (instant: number) => new Date(instant);
  const { rows: answer } = await db.queryPrepared<Answer<Kept>>(`whole-window of ${table}`, statements[table], [
    ownerId,
    calendarId ?? null,
    at(window.from - longestShort),
    at(window.from),
    at(window.to),
    most,
    at(window.from - longestShort - zoneSpread),
    at(window.to + zoneSpread),
  ]);
  const { total, seen } = answer[0]!;
  const rows = answer.flatMap((row) => (row.id === null ? [] : [whole(row)]));
  // An occurrence that lasts longer may have begun before the slots that were read.
  if (total > most || rows.some((row) => row.recurrence !== null && isLong(row))) return undefined;
  const own = new Set(
    rows.flatMap(({ series_id, own_slots }) => (own_slots ?? []).map((slot) => slotKey(series_id, slot))),
  );
  return {
    short: async () => rows.filter(({ extent }) => extent === 'short').map(timed),
    lasting: async () => rows.filter(({ extent }) => extent === 'lasting').map((row) => lasting(row, table)),
    ownSlots: async () => own,
    contents: new Map(rows.map((row) => [row.id, row])),
    seen,
  };
}

const whole = <Kept extends Timed>(row: Row<Kept>): Whole<Kept> => {
  const { start, end, recurrence } = row.kept;
  return Object.assign(row, { starts: start, ends: end, recurrence: recurrence ?? null });
};

function isLong({ starts, ends }: Found): boolean {
  try {
    return instantOf(ends, 'UTC') - instantOf(starts, 'UTC') > longestShort;
  } catch {
    return true;
  }
}
