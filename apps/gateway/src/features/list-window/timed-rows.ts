import { meetingIdOf } from '@calendar-sync/contracts-meeting-extraction';
import type { EntryTime } from '@calendar-sync/recurrence';
import type { Queryable } from '@calendar-sync/event-sourcing-postgres';
import { longestShort, zoneSpread } from '../../projections/extent';
import type { Span } from './window-pages';

/** What is needed of a row to place it in time; its content is read for what is shown only. */
export interface TimedRow {
  id: string;
  calendarId: string;
  starts: EntryTime;
  ends: EntryTime;
  /** IANA; absent until the calendar itself was heard of. */
  calendarZone?: string;
}

export interface SeriesRow extends TimedRow {
  recurrence: string[];
  /** The entry that its exceptions name. */
  seriesId: string;
  /** Absent until the entry itself was heard of. */
  providerEntryId?: string;
  /** What an instance without a row of its own is listed as: what its row will have once it gets one. */
  instanceIdOf: (entryId: string) => string;
  /** When it can have occurrences at all. */
  lasts: Span;
}

/** Which read model is listed. */
export type TimedTable = 'calendar_entries' | 'meetings';

/** A row as it is read. */
export interface Found {
  id: string;
  calendar_id: string;
  starts: EntryTime;
  ends: EntryTime;
  recurrence: string[] | null;
  time_zone: string | null;
  /** Of a meeting. */
  entry_id?: string;
  provider_entry_id: string | null;
  /** Of a series; epoch milliseconds, which take a fraction of what reading a date takes. */
  lasts_from: number | null;
  lasts_until: number | null;
}

/**
 * Ours alone decides what is hidden: a removed calendar, and all that came through a removed connection. The owner's calendars are read
 * once, as `own`: joined one by one, a planner that knows many owners reads all of theirs. Wants `$1`, the owner.
 */
export const ownCalendars = `own AS MATERIALIZED (
    SELECT c.calendar_id, c.time_zone, c.removed OR n.status IS NOT DISTINCT FROM 'removed' AS hidden
    FROM calendars c LEFT JOIN connections n ON n.connection_id = c.connection_id WHERE c.owner_id = $1
  )`;

/** Of a calendar that was not heard of yet, an entry tells the connection. */
export const visible: Record<TimedTable, string> = {
  calendar_entries: `LEFT JOIN own c ON c.calendar_id = t.calendar_id
    WHERE c.hidden IS NOT TRUE AND (c.calendar_id IS NOT NULL
      OR NOT EXISTS (SELECT FROM connections n WHERE n.connection_id = t.connection_id AND n.status = 'removed'))`,
  meetings: 'LEFT JOIN own c ON c.calendar_id = t.calendar_id WHERE c.hidden IS NOT TRUE',
};

const placing = `t.calendar_id, t.starts, t.ends, t.recurrence, c.time_zone,
  CASE WHEN t.recurrence IS NOT NULL THEN (extract(epoch FROM t.occupies_from) * 1000)::float8 END AS lasts_from,
  CASE WHEN t.recurrence IS NOT NULL THEN (extract(epoch FROM t.occupies_until) * 1000)::float8 END AS lasts_until`;

/** What is found of a row; the provider's id of a meeting is wanted of series only. */
export const columns: Record<TimedTable, string> = {
  calendar_entries: `t.entry_id AS id, t.provider_entry_id, ${placing}`,
  meetings: `t.meeting_id AS id, t.entry_id, CASE WHEN t.recurrence IS NOT NULL THEN coalesce(t.provider_entry_id,
      (SELECT m.provider_entry_id FROM calendar_entries m WHERE m.entry_id = t.entry_id)) END AS provider_entry_id, ${placing}`,
};

/** A meeting's occurrence is replaced by any exception of its entry, whether that one is a meeting or not. */
export const slotSources: Record<TimedTable, readonly TimedTable[]> = {
  calendar_entries: ['calendar_entries'],
  meetings: ['calendar_entries', 'meetings'],
};

const instanceIds: Record<TimedTable, (entryId: string) => string> = {
  calendar_entries: (entryId) => entryId,
  meetings: meetingIdOf,
};

/** Where the rows of a list come from. */
export interface RowSource {
  /** Short ones that may start within the slice; from -Infinity also those that may reach into the window. */
  short(slice: Span, window: Span): Promise<TimedRow[]>;
  /** Series, and what lasts for days, that may lie in the span. */
  lasting(span: Span): Promise<(TimedRow | SeriesRow)[]>;
  /** Which occurrences of these series have a row of their own, cancelled ones included, as `<series> <slot>`. */
  ownSlots(seriesIds: readonly string[], span: Span): Promise<ReadonlySet<string>>;
}

/** The rows of one owner, or of one of his calendars, that may lie in a span of time. */
export class TimedRows implements RowSource {
  constructor(
    private readonly db: Queryable,
    private readonly table: TimedTable,
    private readonly ownerId: string,
    private readonly calendarId: string | undefined,
  ) {}

  async short({ from, to }: Span, window: Span): Promise<TimedRow[]> {
    const earliest = from === -Infinity ? window.from - longestShort : from - zoneSpread;
    const rows = await this.find(
      `t.extent = 'short' AND t.occupies_from >= $3 AND t.occupies_from < $4 AND t.occupies_until >= $5`,
      [new Date(earliest), new Date(to), new Date(window.from)],
    );
    return rows.map(timed);
  }

  async lasting({ from, to }: Span): Promise<(TimedRow | SeriesRow)[]> {
    const rows = await this.find(`t.extent = 'lasting' AND t.occupies_until >= $3 AND t.occupies_from < $4`, [
      new Date(from),
      new Date(to),
    ]);
    return rows.map((row) => lasting(row, this.table));
  }

  async ownSlots(seriesIds: readonly string[], { from, to }: Span): Promise<Set<string>> {
    const { rows } = await this.db.query<{ series_id: string; slot: string }>(
      slotSources[this.table]
        .map(
          (source) => `SELECT series_id, slot FROM ${source}
            WHERE series_id = ANY ($1::uuid[]) AND original_at BETWEEN $2 AND $3 AND slot IS NOT NULL`,
        )
        .join(' UNION '),
      [seriesIds, new Date(from - zoneSpread), new Date(to + zoneSpread)],
    );
    return new Set(rows.map(({ series_id, slot }) => slotKey(series_id, slot)));
  }

  private async find(condition: string, values: readonly unknown[]): Promise<Found[]> {
    const { rows } = await this.db.query<Found>(
      `WITH ${ownCalendars}
       SELECT ${columns[this.table]}
       FROM ${this.table} t ${visible[this.table]}
       AND t.owner_id = $1 AND ($2::uuid IS NULL OR t.calendar_id = $2) AND NOT t.cancelled AND ${condition}`,
      [this.ownerId, this.calendarId ?? null, ...values],
    );
    return rows;
  }
}

export const slotKey = (seriesId: string, slot: string) => `${seriesId} ${slot}`;

/** The entry that the exceptions of a series name. */
export const masterOf = ({ id, entry_id }: Found): string => entry_id ?? id;

export const timed = ({ id, calendar_id, starts, ends, time_zone }: Found): TimedRow => ({
  id,
  calendarId: calendar_id,
  starts,
  ends,
  ...(time_zone !== null && { calendarZone: time_zone }),
});

export const lasting = (row: Found, table: TimedTable): TimedRow | SeriesRow =>
  row.recurrence === null
    ? timed(row)
    : {
        ...timed(row),
        recurrence: row.recurrence,
        seriesId: masterOf(row),
        instanceIdOf: instanceIds[table],
        lasts: { from: row.lasts_from ?? -Infinity, to: row.lasts_until ?? Infinity },
        ...(row.provider_entry_id !== null && { providerEntryId: row.provider_entry_id }),
      };
