import { jsonText, type Queryable } from '@calendar-sync/event-sourcing-postgres';
import type { CancelReason, Entry } from '../../domain/calendar-entry.decider';
import type { EntryDetails, EntryTime } from '../../domain/entry-details';
import type { DecidedEntry, StoredEntry } from '../../domain/page-of-changes';

interface EntryRow {
  entry_id: string;
  calendar_id: string;
  provider_entry_id: string;
  provider_calendar_id: string;
  series_id: string | null;
  provider_series_id: string | null;
  original_start: EntryTime | null;
  etag: string | null;
  provider_updated_at: string | null;
  details: EntryDetails | null;
  cancelled: CancelReason | null;
  stream_version: number;
  seen: boolean;
  ended: boolean;
}

const COLUMNS = `entry_id, calendar_id, provider_entry_id, provider_calendar_id, series_id, provider_series_id, original_start,
  etag, provider_updated_at, details, cancelled, stream_version, seen_in_pull IS NOT DISTINCT FROM $2::uuid AS seen,
  cancelled IS NOT NULL AND updated_at >= (SELECT started_at FROM pull_runs WHERE pull_id = $2::uuid) AS ended`;

export async function loadEntries(
  tx: Queryable,
  entryIds: readonly string[],
  pullId: string,
): Promise<Map<string, StoredEntry>> {
  const { rows } = await tx.query<EntryRow>(
    `SELECT ${COLUMNS} FROM calendar_entries WHERE entry_id = ANY ($1::uuid[])`,
    [entryIds, pullId],
  );
  return new Map(rows.map((row) => [row.entry_id, storedEntry(row)]));
}

/** The living exceptions of these series, by series. */
export async function loadExceptions(
  tx: Queryable,
  seriesIds: readonly string[],
  pullId: string,
): Promise<Map<string, Map<string, StoredEntry>>> {
  const bySeries = new Map<string, Map<string, StoredEntry>>();
  if (seriesIds.length === 0) return bySeries;
  const { rows } = await tx.query<EntryRow>(
    `SELECT ${COLUMNS} FROM calendar_entries WHERE series_id = ANY ($1::uuid[]) AND cancelled IS NULL`,
    [seriesIds, pullId],
  );
  for (const row of rows) {
    const exceptions = bySeries.get(row.series_id!) ?? new Map<string, StoredEntry>();
    exceptions.set(row.entry_id, storedEntry(row));
    bySeries.set(row.series_id!, exceptions);
  }
  return bySeries;
}

/** Living entries of the calendar that a full listing did not return, some of them. */
export async function loadAbsent(
  tx: Queryable,
  calendarId: string,
  pullId: string,
  limit: number,
): Promise<Map<string, StoredEntry>> {
  const { rows } = await tx.query<EntryRow>(
    `SELECT ${COLUMNS} FROM calendar_entries
     WHERE calendar_id = $1 AND cancelled IS NULL AND seen_in_pull IS DISTINCT FROM $2::uuid ORDER BY entry_id LIMIT $3`,
    [calendarId, pullId, limit],
  );
  return new Map(rows.map((row) => [row.entry_id, storedEntry(row)]));
}

export interface EntryToSave {
  decided: DecidedEntry;
  /** As received; absent where the provider did not speak of the entry itself. */
  resource?: object;
}

/** Upserts a page in one statement. */
export async function saveEntries(
  tx: Queryable,
  about: { calendarId: string; ownerId: string },
  entries: readonly EntryToSave[],
  fullPullId: string | undefined,
): Promise<void> {
  const rows = entries.flatMap(({ decided, resource }) => {
    const { entry, entryId, expectedVersion, events, returned } = decided;
    const { identity } = entry;
    if (identity === undefined) return [];
    return {
      entry_id: entryId,
      provider_entry_id: identity.providerEntryId,
      provider_calendar_id: identity.providerCalendarId,
      series_id: identity.seriesId,
      provider_series_id: identity.providerSeriesId,
      original_start: identity.originalStart,
      etag: entry.etag,
      provider_updated_at: entry.updatedAt,
      details: entry.details,
      cancelled: entry.cancelled,
      resource,
      stream_version: expectedVersion + events.length,
      seen_in_pull: returned ? fullPullId : undefined,
    };
  });
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO calendar_entries AS e (entry_id, calendar_id, owner_id, provider_entry_id, provider_calendar_id, series_id,
       provider_series_id, original_start, etag, provider_updated_at, details, cancelled, resource, stream_version, seen_in_pull)
     SELECT entry_id, $2::uuid, $3, provider_entry_id, provider_calendar_id, series_id, provider_series_id, original_start, etag,
       provider_updated_at, details, cancelled, resource, stream_version, seen_in_pull
     FROM jsonb_to_recordset($1::jsonb) AS r (entry_id uuid, provider_entry_id text, provider_calendar_id text, series_id uuid,
       provider_series_id text, original_start jsonb, etag text, provider_updated_at bigint, details jsonb, cancelled text,
       resource jsonb, stream_version integer, seen_in_pull uuid)
     ON CONFLICT (entry_id) DO UPDATE SET series_id = excluded.series_id, provider_series_id = excluded.provider_series_id,
       original_start = excluded.original_start, etag = excluded.etag, provider_updated_at = excluded.provider_updated_at,
       details = excluded.details, cancelled = excluded.cancelled, resource = coalesce(excluded.resource, e.resource),
       stream_version = excluded.stream_version, seen_in_pull = coalesce(excluded.seen_in_pull, e.seen_in_pull),
       updated_at = now()`,
    [jsonText(rows), about.calendarId, about.ownerId],
  );
}

/** A full listing returned them as they are stored: only that is noted, not rewritten. */
export async function markSeen(tx: Queryable, entryIds: readonly string[], pullId: string): Promise<void> {
  if (entryIds.length === 0) return;
  await tx.query('UPDATE calendar_entries SET seen_in_pull = $2 WHERE entry_id = ANY ($1::uuid[])', [entryIds, pullId]);
}

function storedEntry(row: EntryRow): StoredEntry {
  const entry: Entry = {
    known: true,
    identity: {
      entryId: row.entry_id,
      calendarId: row.calendar_id,
      providerEntryId: row.provider_entry_id,
      providerCalendarId: row.provider_calendar_id,
      ...(row.series_id === null ? {} : { seriesId: row.series_id }),
      ...(row.provider_series_id === null ? {} : { providerSeriesId: row.provider_series_id }),
      ...(row.original_start === null ? {} : { originalStart: row.original_start }),
    },
    ...(row.details === null ? {} : { details: row.details }),
    ...(row.cancelled === null ? {} : { cancelled: row.cancelled }),
    ...(row.etag === null ? {} : { etag: row.etag }),
    ...(row.provider_updated_at === null ? {} : { updatedAt: Number(row.provider_updated_at) }),
  };
  return { entry, streamVersion: row.stream_version, seenInListing: row.seen, endedInPull: row.ended };
}
