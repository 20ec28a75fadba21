import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Access } from '../authenticate/access';
import { AuthenticatedCaller } from '../authenticate/authentication.guard';
import type { Caller } from '../authenticate/caller';
import { ApiOwner } from '../describe-api/parameters';
import { ApiProblems } from '../describe-api/problem.dto';
import { WindowQuery } from '../list-window/window-query';
import { EntryListDto } from './entry.dto';
import { ListEntries } from './list-entries.handler';

@ApiTags('entries')
@Controller('api/v1/calendar/entries')
export class ListEntriesController {
  constructor(
    private readonly listEntries: ListEntries,
    private readonly access: Access,
  ) {}

  @Get(':user_id')
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({
    summary: 'What the calendars hold in a window, by start; series as their instances',
    description:
      'An entry lies in the window when it overlaps it. Pages stay stable while entries change: none is shown twice, none that stayed where it was is left out.',
  })
  @ApiOwner()
  @ApiOkResponse({ type: EntryListDto, description: 'A page of the window; empty `items` where there is nothing' })
  @ApiProblems(400, 403, 404)
  async list(
    @Param('user_id') ownerId: string,
    @Query() query: WindowQuery,
    @AuthenticatedCaller() caller: Caller,
  ): Promise<string> {
    await this.access.to(ownerId, caller, 'entries:read');
    return this.listEntries.handle(ownerId, query, Date.now());
  }
}
