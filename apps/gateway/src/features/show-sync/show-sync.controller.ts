import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE } from '@calendar-sync/service-host';
import { Access } from '../authenticate/access';
import { AuthenticatedCaller } from '../authenticate/authentication.guard';
import type { Caller } from '../authenticate/caller';
import { ApiOwner } from '../describe-api/parameters';
import { NoParameters } from '../describe-api/no-parameters';
import { ApiProblems } from '../describe-api/problem.dto';
import {
  type CalendarSyncDto,
  type LastSyncDto,
  type SyncFailureDto,
  type SyncProgressDto,
  SyncStatusDto,
} from './sync-status.dto';

interface StoredStatus {
  calendar_id: string;
  connection_id: string;
  title: string | null;
  state: string;
  fresh_as_of: Date | null;
  last_synced_at: Date | null;
  age_seconds: number | null;
  progress: SyncProgressDto | null;
  last_sync: LastSyncDto | null;
  last_failure: SyncFailureDto | null;
  next_poll_at: Date | null;
  poll_reason: string | null;
  health: Record<string, unknown> | null;
}

/** A calendar that was never pulled has no status yet; a pull may be told of before its calendar. */
const STATUS = `
  SELECT coalesce(c.calendar_id, s.calendar_id) AS calendar_id, coalesce(c.connection_id, s.connection_id) AS connection_id,
    c.calendar->>'title' AS title,
    CASE WHEN n.status = 'suspended' THEN 'suspended' ELSE coalesce(s.state, 'waiting') END AS state,
    s.fresh_as_of, s.last_synced_at, extract(epoch FROM now() - s.fresh_as_of)::float8 AS age_seconds, s.progress, s.last_sync, s.last_failure,
    s.next_poll_at, s.poll_reason, s.health
  FROM (SELECT * FROM calendars WHERE owner_id = $1) c
  FULL JOIN (SELECT * FROM calendar_sync_status WHERE owner_id = $1) s ON s.calendar_id = c.calendar_id
  LEFT JOIN connections n ON n.connection_id = coalesce(c.connection_id, s.connection_id)
  WHERE c.removed IS NOT TRUE AND n.status IS DISTINCT FROM 'removed'
  ORDER BY (c.calendar->>'primary')::boolean DESC NULLS LAST, title, 1`;

@ApiTags('sync')
@Controller('api/v1/calendar/sync')
export class ShowSyncController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly access: Access,
  ) {}

  @Get(':user_id')
  @ApiOperation({ summary: 'How fresh the copy of each calendar is, what is under way, and what went wrong last' })
  @ApiOwner()
  @ApiOkResponse({ type: SyncStatusDto, description: 'One item for each calendar' })
  @ApiProblems(400, 403, 404)
  async show(
    @Param('user_id') ownerId: string,
    @Query() _none: NoParameters,
    @AuthenticatedCaller() caller: Caller,
  ): Promise<SyncStatusDto> {
    await this.access.to(ownerId, caller, 'sync:read');
    const { rows } = await this.database.query<StoredStatus>(STATUS, [ownerId]);
    return { items: rows.map(view) };
  }
}

function view(row: StoredStatus): CalendarSyncDto {
  return {
    calendarId: row.calendar_id,
    connectionId: row.connection_id,
    ...(row.title !== null && { title: row.title }),
    state: row.state,
    ...(row.fresh_as_of &&
      row.last_synced_at && {
        freshness: {
          asOf: row.fresh_as_of.toISOString(),
          lastSyncedAt: row.last_synced_at.toISOString(),
          ageSeconds: Math.max(0, Math.round(row.age_seconds ?? 0)),
        },
      }),
    ...(row.progress && { progress: row.progress }),
    ...(row.last_sync && { lastSync: row.last_sync }),
    ...(row.last_failure && { lastFailure: row.last_failure }),
    ...(row.next_poll_at && {
      nextPoll: { at: row.next_poll_at.toISOString(), ...(row.poll_reason !== null && { reason: row.poll_reason }) },
    }),
    ...(row.health && { health: row.health }),
  };
}
