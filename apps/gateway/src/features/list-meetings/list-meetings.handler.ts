import { Inject, Injectable } from '@nestjs/common';
import { instanceKey } from '@calendar-sync/contracts-meeting-extraction';
import type { EntryTimeV1 } from '@calendar-sync/contracts-sync';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE, ServiceMetrics } from '@calendar-sync/service-host';
import { inZone } from '../list-entries/entry.view';
import type { Listed } from '../list-window/placing';
import { placesBefore } from '../list-window/places-before';
import { itemJson, WindowList } from '../list-window/window-list';
import type { WindowQuery } from '../list-window/window-query';

interface MeetingContent {
  entry_id: string;
  series_id: string | null;
  original_start: EntryTimeV1 | null;
  meeting_key: string | null;
  shown: string;
}

@Injectable()
export class ListMeetings {
  private readonly list: WindowList;

  constructor(@Inject(DATABASE) database: Database, metrics: ServiceMetrics) {
    this.list = new WindowList(database, metrics);
  }

  /** JSON of a MeetingListDto. */
  handle(ownerId: string, query: WindowQuery, now: number): Promise<string> {
    return this.list.page<MeetingContent>({ table: 'meetings', ownerId, query, placesBefore, view }, now);
  }
}

/** A meeting as the API shows it, in JSON; an occurrence of a series with its own ids and times. */
function view({ id, row, occurrence }: Listed, content: MeetingContent): string {
  const { calendarId, calendarZone, starts, ends } = row;
  const key = content.meeting_key ?? undefined;
  if (occurrence) {
    const { entryId, originalStart, start, end } = occurrence;
    return itemJson(
      {
        // Told before its provider's id was: the entry of the series may not have been heard of yet, and with it the instance's own ids.
        meetingId: entryId === undefined ? row.id : id,
        entryId: entryId ?? content.entry_id,
        calendarId,
        seriesId: content.entry_id,
        originalStart,
        start,
        end,
        meetingKey: key && instanceKey(key, originalStart),
      },
      content.shown,
    );
  }
  return itemJson(
    {
      meetingId: id,
      entryId: content.entry_id,
      calendarId,
      seriesId: content.series_id ?? undefined,
      originalStart: inZone(content.original_start ?? undefined, calendarZone),
      start: inZone(starts, calendarZone),
      end: inZone(ends, calendarZone),
      meetingKey: key,
    },
    content.shown,
  );
}
