import type { Queryable } from '@calendar-sync/event-sourcing-postgres';
import type { MeetingAbout } from '../../domain/meeting';
import { isAhead, isOfFamily, type MeetingRow } from '../../projections/meetings.projection';
import type { Family, KnownSeries } from './plan-occurrences';

type Row = Omit<MeetingRow, 'ends_at' | 'changed_at'>;

const columns = `meeting_id, owner_id, calendar_id, entry_id, series_id, original_start, provider_entry_id, family, from_series,
  status, reason, why, meeting`;

/** What is known of each of these families; of what was published, only of those that are looked at anew, what ends after `from`. */
export async function readFamilies(
  db: Queryable,
  families: readonly string[],
  anew: { families: readonly string[]; from: number },
): Promise<Map<string, Family>> {
  const { rows } = await db.query<Row>(
    `SELECT ${columns} FROM meetings WHERE family = ANY ($1::text[]) AND ${isOfFamily}
     UNION ALL
     SELECT ${columns} FROM meetings WHERE family = ANY ($2::text[]) AND ${isAhead} AND ends_at > $3`,
    [families, anew.families, new Date(anew.from)],
  );
  const of = new Map(families.map((family) => [family, [] as Row[]]));
  for (const row of rows) of.get(row.family!)?.push(row);
  return new Map([...of].map(([family, each]) => [family, asFamily(each)]));
}

const asFamily = (rows: readonly Row[]): Family => ({
  series: rows.filter(({ series_id }) => !series_id).flatMap((row) => (row.provider_entry_id ? [asSeries(row)] : [])),
  own: rows
    .filter(({ series_id, from_series }) => series_id && !from_series)
    .map(({ meeting_id, original_start }) => ({
      meetingId: meeting_id,
      ...(original_start && { originalStart: original_start }),
    })),
  published: rows.flatMap((row) => (row.from_series ? [{ about: aboutOf(row), meeting: row.meeting! }] : [])),
});

const asSeries = (row: Row): KnownSeries => ({
  about: aboutOf(row),
  ...(row.status === 'scheduled' && { meeting: row.meeting! }),
  ...(row.reason && { noMeeting: { noMeeting: row.reason, ...(row.why && { why: row.why }) } }),
});

const aboutOf = (row: Row): MeetingAbout => ({
  ownerId: row.owner_id,
  calendarId: row.calendar_id,
  meetingId: row.meeting_id,
  entryId: row.entry_id,
  ...(row.provider_entry_id && { providerEntryId: row.provider_entry_id }),
  ...(row.series_id && { seriesId: row.series_id }),
  ...(row.original_start && { originalStart: row.original_start }),
  ...(row.family && { family: row.family }),
  ...(row.from_series && { fromSeries: true as const }),
});
