import { Inject, Injectable } from '@nestjs/common';
import type { Database, Queryable } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE, ServiceMetrics } from '@calendar-sync/service-host';
import type { Listed } from '../list-window/placing';
import { placesBefore } from '../list-window/places-before';
import { WindowList } from '../list-window/window-list';
import type { WindowQuery } from '../list-window/window-query';
import type { EntryListDto } from './entry.dto';
import { ListedInstances } from './listed-instances';
import { type EntryContent, entryView } from './entry.view';

@Injectable()
export class ListEntries {
  private readonly list: WindowList;

  constructor(
    @Inject(DATABASE) database: Database,
    metrics: ServiceMetrics,
    private readonly listed: ListedInstances,
  ) {
    this.list = new WindowList(database, metrics);
  }

  handle(ownerId: string, query: WindowQuery, now: number): Promise<EntryListDto> {
    return this.list.page({ table: 'calendar_entries', ownerId, query, placesBefore }, now, (db, items) => {
      this.listed.remember(items);
      return show(db, items);
    });
  }
}

async function show(db: Queryable, items: readonly Listed[]) {
  const { rows } = await db.query<EntryContent & { entry_id: string }>(
    'SELECT entry_id, entry, learned_at, sequence FROM calendar_entries WHERE entry_id = ANY ($1::uuid[])',
    [[...new Set(items.map(({ row }) => row.id))]],
  );
  const contents = new Map(rows.map((row) => [row.entry_id, row]));
  return items.flatMap((item) => {
    const content = contents.get(item.row.id);
    return content ? [entryView(item, content)] : [];
  });
}
