import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Access } from '../authenticate/access';
import { AuthenticatedCaller } from '../authenticate/authentication.guard';
import type { Caller } from '../authenticate/caller';
import { ApiOwner, uuidParameter } from '../describe-api/parameters';
import { ApiProblems } from '../describe-api/problem.dto';
import { EntryHistoryDto, HistoryQuery } from './entry-history.dto';
import { ShowHistory } from './show-history.handler';

@ApiTags('entries')
@Controller('api/v1/calendar/entries')
export class ShowHistoryController {
  constructor(
    private readonly showHistory: ShowHistory,
    private readonly access: Access,
  ) {}

  @Get(':user_id/:entry_id/history')
  @ApiOperation({
    summary: 'Everything that ever happened to an entry, oldest first, with when we learned of it',
    description: 'Of an instance that was never changed by itself: the history of its series.',
  })
  @ApiOwner()
  @ApiParam({
    name: 'entry_id',
    format: 'uuid',
    description: '`entryId` as in the list of entries, also of an instance of a series',
    example: '6b8f7f1a-1c2e-5d43-9a55-0d6a4c7c2f10',
  })
  @ApiOkResponse({ type: EntryHistoryDto, description: 'A page of its history' })
  @ApiProblems(400, 403, 404)
  async show(
    @Param('user_id') ownerId: string,
    @Param('entry_id', uuidParameter('entry_id')) entryId: string,
    @Query() query: HistoryQuery,
    @AuthenticatedCaller() caller: Caller,
  ): Promise<EntryHistoryDto> {
    await this.access.to(ownerId, caller, 'entries:read');
    return this.showHistory.handle(ownerId, entryId.toLowerCase(), query);
  }
}
