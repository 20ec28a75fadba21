import { overlaps } from '@calendar-sync/recurrence';
import type { Database, Queryable } from '@calendar-sync/event-sourcing-postgres';
import type { ServiceMetrics } from '@calendar-sync/service-host';
import { isSeries, type Listed, placeRow, placeSeries } from './placing';
import { type PageToken, readPageToken, writePageToken } from './page-token';
import { readContents, readWholeWindow } from './whole-window';
import { type RowSource, type SeriesRow, slotKey, type TimedRow, TimedRows, type TimedTable } from './timed-rows';
import { compare, type Placed, type Position, type Span, takePage } from './window-pages';
import { type WindowQuery, windowOf } from './window-query';

const defaultLimit = 100;
const aWeekAndMore = 8 * 86_400_000;

/** Where a row lay according to a message about it, before the message. */
export type PlacesBefore = (
  message: { type: string; data: unknown },
  item: Listed,
) => { startsAt: number; endsAt: number }[];

export interface WindowQuestion<Content> {
  table: TimedTable;
  ownerId: string;
  query: WindowQuery;
  placesBefore: PlacesBefore;
  /** JSON of an item. */
  view(item: Listed, content: Content): string;
}

/** JSON of a page of a list. */
const pageJson = (items: readonly string[], nextPageToken?: string): string =>
  `{"items":[${items.join(',')}]${nextPageToken === undefined ? '' : `,"nextPageToken":${JSON.stringify(nextPageToken)}`}}`;

/** JSON of an item: where and when it is, then what is kept as it is sent. The latter is an object and never empty. */
export const itemJson = (place: object, shown: string): string =>
  `${JSON.stringify(place).slice(0, -1)},${shown.slice(shown.indexOf('{') + 1)}`;

/** Lists what lies in a window of a read model, series expanded, page by page; gives JSON. */
export class WindowList {
  constructor(
    private readonly database: Database,
    private readonly metrics: Pick<ServiceMetrics, 'count'>,
  ) {}

  async page<Content>(question: WindowQuestion<Content>, now: number): Promise<string> {
    const { table, ownerId, query } = question;
    const asked = [table, ownerId, query.calendarId?.toLowerCase(), query.timeZone];
    const token = query.pageToken === undefined ? undefined : readPageToken(asked, query.pageToken);
    const window = windowOf(query, now, token);
    const next = (after: Position, seen: string) => writePageToken(asked, { ...window, after, seen });
    return (
      (token === undefined ? await this.pageAtOnce(question, window, next) : undefined) ??
      (await this.pageInSteps(question, window, token, next))
    );
  }

  /** A first page of a window that holds little, as most do, by one statement. Undefined when it holds too much. */
  private async pageAtOnce<Content>(
    { table, ownerId, query, view }: WindowQuestion<Content>,
    window: Span,
    next: (after: Position, seen: string) => string,
  ): Promise<string | undefined> {
    const limit = query.limit ?? defaultLimit;
    const whole = await readWholeWindow<Content>(this.database, {
      table,
      ownerId,
      calendarId: query.calendarId,
      window,
      most: limit * 3,
    });
    if (whole === undefined) return undefined;
    const page = await takePage<Listed>({
      window,
      limit,
      stretch: aWeekAndMore,
      load: this.loader(whole, window, undefined, query.timeZone),
    });
    const items = shown(page.items, whole.contents, view);
    return pageJson(items, page.next && next(page.next, whole.seen));
  }

  /** Any page: what it shows is read when its place is known, all in one snapshot of the database. */
  private pageInSteps<Content>(
    { table, ownerId, query, placesBefore, view }: WindowQuestion<Content>,
    window: Span,
    token: PageToken | undefined,
    next: (after: Position, seen: string) => string,
  ): Promise<string> {
    return this.database.transaction(async (tx) => {
      await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const rows = new TimedRows(tx, table, ownerId, query.calendarId);
      const after = token?.after;
      const page = await takePage<Listed>({
        window,
        limit: query.limit ?? defaultLimit,
        after,
        load: this.loader(rows, window, after, query.timeZone),
        ...(token && { wasShown: (found) => shownBefore(tx, found, { ...token, window }, placesBefore) }),
      });
      const items = shown(page.items, await readContents<Content>(tx, table, page.items), view);
      return pageJson(items, page.next && next(page.next, token?.seen ?? (await snapshot(tx))));
    });
  }

  private loader(rows: RowSource, window: Span, after: Position | undefined, askedZone: string | undefined) {
    let lasting: (TimedRow | SeriesRow)[] | undefined;
    return async (slice: Span): Promise<Listed[]> => {
      const rest = { from: Math.max(window.from, after?.startsAt ?? -Infinity), to: window.to };
      lasting ??= await rows.lasting(rest);
      const own = [...(await rows.short(slice, window)), ...lasting.filter((row) => !isSeries(row))];
      const expanded = lasting
        .filter(isSeries)
        .filter(({ lasts }) => lasts.from < slice.to && lasts.to >= slice.from)
        .flatMap((row) => this.expand(row, askedZone, { from: Math.max(slice.from, window.from), to: slice.to }));
      const inSlice = expanded.filter(({ startsAt }) => startsAt >= slice.from);
      return [...own.flatMap((row) => placeRow(row, askedZone)), ...(await withoutOwnSlots(rows, inSlice))];
    };
  }

  private expand(row: SeriesRow, askedZone: string | undefined, span: Span): Listed[] {
    const occurrences = placeSeries(row, askedZone, span);
    if (occurrences !== 'unusable') return occurrences;
    this.metrics.count(
      'gateway_series_not_expanded_total',
      'Series shown by their first start alone, because their rule is broken',
    );
    return placeRow(row, askedZone).filter((item) => overlaps(item, span));
  }
}

const shown = <Content>(
  items: readonly Listed[],
  contents: ReadonlyMap<string, Content>,
  view: (item: Listed, content: Content) => string,
): string[] =>
  items.flatMap((item) => {
    const content = contents.get(item.row.id);
    return content ? [view(item, content)] : [];
  });

async function withoutOwnSlots(rows: RowSource, items: readonly Listed[]): Promise<Listed[]> {
  const occurrences = items.flatMap(({ row, startsAt, occurrence }) =>
    occurrence && isSeries(row) ? [{ seriesId: row.seriesId, startsAt }] : [],
  );
  if (occurrences.length === 0) return [...items];
  const starts = occurrences.map(({ startsAt }) => startsAt);
  const seriesIds = [...new Set(occurrences.map(({ seriesId }) => seriesId))];
  const from = starts.reduce((a, b) => Math.min(a, b));
  const to = starts.reduce((a, b) => Math.max(a, b));
  const replaced = await rows.ownSlots(seriesIds, { from, to });
  return items.filter(
    ({ row, occurrence }) => !occurrence || !isSeries(row) || !replaced.has(slotKey(row.seriesId, occurrence.slot)),
  );
}

async function snapshot(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ snapshot: string }>('SELECT pg_current_snapshot()::text AS snapshot');
  return rows[0]?.snapshot ?? '';
}

/** What lay at or before the position of this page at any time since the first page: an earlier page had it, at its place of then. */
async function shownBefore(
  db: Queryable,
  items: readonly Listed[],
  { after, seen, window }: { after: Position; seen: string; window: Span },
  placesBefore: PlacesBefore,
): Promise<Set<string>> {
  const own = new Map(items.filter(({ occurrence }) => !occurrence).map((item) => [item.id, item]));
  const { rows } = await db.query<{ subject: string; type: string; data: unknown }>(
    `SELECT subject, type, data FROM events
     WHERE subject = ANY ($1::text[]) AND NOT pg_visible_in_snapshot(tx, $2::pg_snapshot)`,
    [[...own.keys()], seen],
  );
  const earlier = (place: Omit<Placed, 'id'>, id: string) =>
    overlaps(place, window) && compare({ startsAt: place.startsAt, id }, after) <= 0;
  return new Set(
    rows.flatMap(({ subject, type, data }) => {
      const item = own.get(subject);
      return item && placesBefore({ type, data }, item).some((place) => earlier(place, subject)) ? [subject] : [];
    }),
  );
}
