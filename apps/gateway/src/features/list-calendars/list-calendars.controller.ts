import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { CalendarV1 } from '@calendar-sync/contracts-sync';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE } from '@calendar-sync/service-host';
import type { Watch } from '../../projections/calendars.projection';
import { Access } from '../authenticate/access';
import { AuthenticatedCaller } from '../authenticate/authentication.guard';
import type { Caller } from '../authenticate/caller';
import { ApiOwner } from '../describe-api/parameters';
import { NoParameters } from '../describe-api/no-parameters';
import { ApiProblems } from '../describe-api/problem.dto';
import { CalendarListDto } from './calendar.dto';

@ApiTags('calendars')
@Controller('api/v1/calendar/calendars')
export class ListCalendarsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly access: Access,
  ) {}

  @Get(':user_id')
  @ApiOperation({ summary: "The owner's calendars, primary ones first" })
  @ApiOwner()
  @ApiOkResponse({ type: CalendarListDto, description: 'The calendars' })
  @ApiProblems(400, 403, 404)
  async list(
    @Param('user_id') ownerId: string,
    @Query() _none: NoParameters,
    @AuthenticatedCaller() caller: Caller,
  ): Promise<CalendarListDto> {
    await this.access.to(ownerId, caller, 'entries:read');
    const { rows } = await this.database.query<{ calendar: CalendarV1; watch: Watch | null }>(
      `SELECT c.calendar, c.watch FROM calendars c LEFT JOIN connections n ON n.connection_id = c.connection_id
       WHERE c.owner_id = $1 AND NOT c.removed AND n.status IS DISTINCT FROM 'removed'
       ORDER BY (c.calendar->>'primary')::boolean DESC, c.calendar->>'title', c.calendar_id`,
      [ownerId],
    );
    return {
      items: rows.map(({ calendar: { ownerId: userId, ...calendar }, watch }) => ({
        ...calendar,
        userId,
        ...(watch && { watch }),
      })),
    };
  }
}
