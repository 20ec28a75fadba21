import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Access } from '../authenticate/access';
import { AuthenticatedCaller } from '../authenticate/authentication.guard';
import type { Caller } from '../authenticate/caller';
import { uuidParameter } from '../describe-api/parameters';
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
  @ApiParam({ name: 'user_id', example: 'ada' })
  @ApiParam({ name: 'entry_id', format: 'uuid' })
  @ApiOkResponse({ type: EntryHistoryDto })
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
