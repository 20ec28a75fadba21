import { Inject, Injectable } from '@nestjs/common';
import { instanceKey, type MeetingV1 } from '@calendar-sync/contracts-meeting-extraction';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE, ServiceMetrics } from '@calendar-sync/service-host';
import { inZone } from '../list-entries/entry.view';
import type { Listed } from '../list-window/placing';
import { placesBefore } from '../list-window/places-before';
import type { Content } from '../list-window/whole-window';
import { WindowList } from '../list-window/window-list';
import type { WindowQuery } from '../list-window/window-query';
import type { MeetingDto, MeetingListDto } from './meeting.dto';

@Injectable()
export class ListMeetings {
  private readonly list: WindowList;

  constructor(@Inject(DATABASE) database: Database, metrics: ServiceMetrics) {
    this.list = new WindowList(database, metrics);
  }

  handle(ownerId: string, query: WindowQuery, now: number): Promise<MeetingListDto> {
    return this.list.page<MeetingV1, MeetingDto>({ table: 'meetings', ownerId, query, placesBefore, view }, now);
  }
}

/** An occurrence of a series with its own entry and times; its rules stay with the series. */
function view(
  { id, row, occurrence }: Listed,
  { kept: meeting, learned_at, sequence }: Content<MeetingV1>,
): MeetingDto {
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
    meetingKey,
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
  const key = occurrence && meetingKey !== undefined ? instanceKey(meetingKey, occurrence.originalStart) : meetingKey;
  return {
    ...place,
    ...rest,
    ...(rest.join && { joinUrl: rest.join.url }),
    ...(key !== undefined && { meetingKey: key }),
    learnedAt: learned_at.toISOString(),
    sequence: Number(sequence),
  };
}
