import { createHash } from 'node:crypto';
import type { EntryV1 } from '@calendar-sync/contracts-sync';
import { openDatabase, type Queryable } from '@calendar-sync/event-sourcing-postgres';
import { sampleEntry } from '../../product/sample-entries';

const COPIES_AT_ONCE = 10_000;

/** Calendars that one account has. */
export const CALENDARS_EACH = 10;

/** The owner of the calendar whose rows are multiplied; the owners of the copies are counted from one on. */
export const SAMPLE_OWNER = 'owner-0';

/** What an id of the sample is called in its copy of that number. */
export function copyOf(id: string, copy: number): string {
  const hex = createHash('md5').update(`${id}/${copy}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export const accountOf = (calendar: number) => Math.ceil(calendar / CALENDARS_EACH);
export const ownerOf = (calendar: number) => `owner-${accountOf(calendar)}`;

/** A short entry: how many there are is what counts here, and a hundred thousand long ones take minutes to write. */
export function shortEntry(): EntryV1 {
  const { description: _long, attendees, conference: _link, ...entry } = sampleEntry(0).entry;
  return { ...entry, ...(attendees && { attendees: attendees.slice(0, 1) }) };
}

export interface Sample {
  connectionId: string;
  /** Ids that each calendar has of its own: calendar, entry, channel, pull. */
  ids: readonly string[];
}

export interface Copying {
  table: string;
  /** Which of its rows; all by default. */
  where?: string;
  /** Rows per account instead of per calendar. */
  perAccount?: boolean;
  /** Columns that a copy doesn't take over, as SQL. */
  set?: Readonly<Record<string, string>>;
}

/** Multiplies what the product itself has written for one calendar, in SQL: the same rows under other ids. */
export async function copyRows(
  db: Queryable,
  { connectionId, ids }: Sample,
  calendars: number,
  { table, where = 'true', perAccount = false, set = {} }: Copying,
): Promise<void> {
  const account = perAccount ? 'n' : `((n + ${CALENDARS_EACH - 1}) / ${CALENDARS_EACH})`;
  const copyIn = (id: string, number: string) => `(md5('${id}/' || ${number})::uuid)::text`;
  const replaced = [
    ...(perAccount ? [] : ids.map((id) => [id, copyIn(id, 'n')] as const)),
    [connectionId, copyIn(connectionId, account)] as const,
    [SAMPLE_OWNER, `'owner-' || ${account}`] as const,
  ].reduce((text, [from, to]) => `replace(${text}, '${from}', ${to})`, 'sample.row');
  const own = Object.entries(set).map(([column, value]) => `'${column}', ${value}`);
  const { rows } = await db.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${table} t WHERE ${where}`);
  const copies = perAccount ? accountOf(calendars) : calendars;
  for (let from = 1; from <= copies; from += COPIES_AT_ONCE) {
    await db.query(
      `INSERT INTO ${table}
       SELECT copy.* FROM generate_series($2::int, $3::int) AS n CROSS JOIN unnest($1::text[]) AS sample (row)
       CROSS JOIN LATERAL jsonb_populate_record(NULL::${table}, ${replaced}::jsonb || jsonb_build_object(${own.join(', ')})) AS copy`,
      [rows.map(({ row }) => row), from, Math.min(copies, from + COPIES_AT_ONCE - 1)],
    );
  }
}

/** In the log every copy has a place of its own. */
export const placeInLog = { position: "nextval('events_position_seq')" };

/** As services have it, except that a hundred thousand rows may take longer to write than any statement of theirs. */
export const openPatiently = (url: string) =>
  openDatabase({ url, applicationName: 'benchmark', statementTimeoutMs: 120_000 });
