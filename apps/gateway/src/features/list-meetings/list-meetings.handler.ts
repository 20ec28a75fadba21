import { Inject, Injectable } from '@nestjs/common';
import type { MeetingV1 } from '@calendar-sync/contracts-meeting-extraction';
import type { Database, Queryable } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE, ServiceMetrics } from '@calendar-sync/service-host';
import { inZone } from '../list-entries/entry.view';
import type { Listed } from '../list-window/placing';
import { placesBefore } from '../list-window/places-before';
import { WindowList } from '../list-window/window-list';
import type { WindowQuery } from '../list-window/window-query';
import type { MeetingDto, MeetingListDto } from './meeting.dto';

interface MeetingContent {
  meeting_id: string;
  meeting: MeetingV1;
  learned_at: Date;
  sequence: string;
}

@Injectable()
export class ListMeetings {
  private readonly list: WindowList;

  constructor(@Inject(DATABASE) database: Database, metrics: ServiceMetrics) {
    this.list = new WindowList(database, metrics);
  }

  handle(ownerId: string, query: WindowQuery, now: number): Promise<MeetingListDto> {
    return this.list.page({ table: 'meetings', ownerId, query, placesBefore }, now, show);
  }
}

async function show(db: Queryable, items: readonly Listed[]): Promise<MeetingDto[]> {
  const { rows } = await db.query<MeetingContent>(
    'SELECT meeting_id, meeting, learned_at, sequence FROM meetings WHERE meeting_id = ANY ($1::uuid[])',
    [[...new Set(items.map(({ row }) => row.id))]],
  );
  const contents = new Map(rows.map((row) => [row.meeting_id, row]));
  return items.flatMap((item) => {
    const content = contents.get(item.row.id);
    return content ? [view(item, content)] : [];
  });
}

/** An occurrence of a series with its own entry and times; its rules stay with the series. */
function view({ id, row, occurrence }: Listed, { meeting, learned_at, sequence }: MeetingContent): MeetingDto {
  const {
    meetingId,
    entryId,
    calendarId,
    seriesId,
    originalStart,
    title,
    start,
    end,
    recurrence: _rules,
    providerEntryId: _ofTheSeries,
    ...rest
  } = meeting;
  const place = occurrence
    ? {
        // Told before its provider's id was: the entry of the series may not have been heard of yet, and with it the instance's own ids.
        meetingId: occurrence.entryId === undefined ? meetingId : id,
        entryId: occurrence.entryId ?? entryId,
        calendarId,
        seriesId: entryId,
        originalStart: occurrence.originalStart,
        ...(title !== undefined && { title }),
        start: occurrence.start,
        end: occurrence.end,
      }
    : {
        meetingId,
        entryId,
        calendarId,
        ...(seriesId !== undefined && { seriesId }),
        ...(originalStart && { originalStart: inZone(originalStart, row.calendarZone) }),
        ...(title !== undefined && { title }),
        start: inZone(start, row.calendarZone),
        end: inZone(end, row.calendarZone),
      };
  return { ...place, ...rest, learnedAt: learned_at.toISOString(), sequence: Number(sequence) };
}
