import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Access } from '../authenticate/access';
import { AuthenticatedCaller } from '../authenticate/authentication.guard';
import type { Caller } from '../authenticate/caller';
import { ApiOwner } from '../describe-api/parameters';
import { ApiProblems } from '../describe-api/problem.dto';
import { WindowQuery } from '../list-window/window-query';
import { ListMeetings } from './list-meetings.handler';
import { MeetingListDto } from './meeting.dto';

@ApiTags('meetings')
@Controller('api/v1/calendar/meetings')
export class ListMeetingsController {
  constructor(
    private readonly listMeetings: ListMeetings,
    private readonly access: Access,
  ) {}

  @Get(':user_id')
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({
    summary: 'The meetings of a window, by start, each with the link to join it; series as their instances',
  })
  @ApiOwner()
  @ApiOkResponse({ type: MeetingListDto, description: 'A page of the window; empty `items` where there is nothing' })
  @ApiProblems(400, 403, 404)
  async list(
    @Param('user_id') ownerId: string,
    @Query() query: WindowQuery,
    @AuthenticatedCaller() caller: Caller,
  ): Promise<string> {
    await this.access.to(ownerId, caller, 'meetings:read');
    return this.listMeetings.handle(ownerId, query, Date.now());
  }
}
