import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE, ServiceMetrics } from '@calendar-sync/service-host';
import type { EntryV1 } from '@calendar-sync/contracts-sync';
import { placesBefore } from '../list-window/places-before';
import { WindowList } from '../list-window/window-list';
import type { WindowQuery } from '../list-window/window-query';
import type { EntryDto, EntryListDto } from './entry.dto';
import { ListedInstances } from './listed-instances';
import { entryView } from './entry.view';

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
    return this.list.page<EntryV1, EntryDto>(
      {
        table: 'calendar_entries',
        ownerId,
        query,
        placesBefore,
        view: (item, { kept, learned_at, sequence }) => {
          this.listed.remember(item);
          return entryView(item, { entry: kept, learned_at, sequence });
        },
      },
      now,
    );
  }
}
