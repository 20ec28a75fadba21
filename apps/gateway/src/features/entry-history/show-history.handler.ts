import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE } from '@calendar-sync/service-host';
import { notFound } from '../authenticate/access';
import { ListedInstances } from '../list-entries/listed-instances';
import type { EntryHistoryDto, HistoryItemDto, HistoryQuery } from './entry-history.dto';
import { type EntryFact, summaryOf } from './entry-story';
import { findSeriesOf } from './series-of-instance';

interface FactRow {
  position: string;
  type: EntryFact['type'];
  data: EntryFact['data'];
  learned_at: string;
  version: number;
  time_zone: string | null;
  before: EntryFact['type'] | null;
}

/**
 * What the service itself received, in the order it was received in, of calendars that are not hidden; `before` is the type of the one before.
 * After a restore the owner tells all of it again under a new epoch: that is the history then.
 */
const HISTORY = `
  SELECT * FROM (
    SELECT e.position, e.type, e.data, e.metadata->'received'->>'time' AS learned_at, e.version, c.time_zone,
      lag(e.type) OVER (ORDER BY e.position) AS before
    FROM events e
    LEFT JOIN calendars c ON c.calendar_id = (e.data->>'calendarId')::uuid
    LEFT JOIN connections n ON n.connection_id = coalesce(c.connection_id, (e.data->>'connectionId')::uuid)
    WHERE e.subject = $1 AND e.data->>'ownerId' = $2
      AND e.type IN ('EntryAdded.v1', 'EntryChanged.v1', 'EntryCancelled.v1')
      AND (e.metadata->'received'->>'epoch')::int =
        (SELECT max((metadata->'received'->>'epoch')::int) FROM events WHERE subject = $1)
      AND c.removed IS NOT TRUE AND n.status IS DISTINCT FROM 'removed'
  ) told
  WHERE position > $3 ORDER BY position LIMIT $4`;

type Told = Pick<EntryHistoryDto, 'items' | 'nextPageToken'>;

@Injectable()
export class ShowHistory {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly listed: ListedInstances,
  ) {}

  async handle(ownerId: string, entryId: string, query: HistoryQuery): Promise<EntryHistoryDto> {
    const own = await this.read(ownerId, entryId, query);
    if (own) return { entryId, ...own, ...(await this.continuation(ownerId, entryId, own)) };
    const seriesId = await this.seriesOf(ownerId, entryId);
    const ofSeries = seriesId === undefined ? undefined : await this.read(ownerId, seriesId, query);
    if (seriesId === undefined || ofSeries === undefined) throw notFound();
    return { entryId, historyOf: seriesId, ...ofSeries };
  }

  /** What was cancelled in one part of a split series may take place in another, with nothing of its own to tell. */
  private async continuation(ownerId: string, entryId: string, { items, nextPageToken }: Told) {
    const last = items.at(-1);
    const before = last?.entry['seriesId'];
    if (nextPageToken !== undefined || last?.what !== 'cancelled' || before === undefined) return {};
    const seriesId = await this.seriesOf(ownerId, entryId);
    return seriesId === undefined || seriesId === before ? {} : { continuedIn: seriesId };
  }

  private async seriesOf(ownerId: string, entryId: string): Promise<string | undefined> {
    return this.listed.seriesOf(entryId) ?? (await findSeriesOf(this.database, ownerId, entryId, Date.now()));
  }

  private async read(ownerId: string, subject: string, { pageToken = '0', limit = 100 }: HistoryQuery) {
    const { rows } = await this.database.query<FactRow>(HISTORY, [subject, ownerId, pageToken, limit + 1]);
    const shown = rows.slice(0, limit);
    const [first, last] = [shown[0], shown.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    return {
      calendarId: first.data.calendarId,
      items: shown.map(item),
      ...(rows.length > limit && { nextPageToken: last.position }),
    };
  }
}

const whats = { 'EntryAdded.v1': 'added', 'EntryChanged.v1': 'changed', 'EntryCancelled.v1': 'cancelled' };

// The two halves come from one row, whose type says what its data is.
const factOf = ({ type, data }: FactRow) => ({ type, data }) as EntryFact;

function item(row: FactRow): HistoryItemDto {
  const { data, type, learned_at, version, time_zone, before } = row;
  return {
    what: whats[type],
    summary: summaryOf(factOf(row), time_zone ?? undefined, before ?? undefined),
    learnedAt: new Date(learned_at).toISOString(),
    ...(data.entry.providerUpdatedAt !== undefined && { providerUpdatedAt: data.entry.providerUpdatedAt }),
    sequence: version,
    ...('reason' in data && { reason: data.reason }),
    changes: 'changed' in data ? data.changed : [],
    entry: data.entry,
  };
}
