import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE, ServiceMetrics } from '@calendar-sync/service-host';
import { placesBefore } from '../list-window/places-before';
import { WindowList } from '../list-window/window-list';
import type { WindowQuery } from '../list-window/window-query';
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

  /** JSON of an EntryListDto. */
  handle(ownerId: string, query: WindowQuery, now: number): Promise<string> {
    return this.list.page<EntryContent>(
      {
        table: 'calendar_entries',
        ownerId,
        query,
        placesBefore,
        view: (item, content) => {
          this.listed.remember(item);
          return entryView(item, content);
        },
      },
      now,
    );
  }
}
