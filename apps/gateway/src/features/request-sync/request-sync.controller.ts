import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsBoolean, IsOptional, IsUUID } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { answerCommand } from '../accept-commands/command-answer';
import { ApiCommand } from '../accept-commands/command.dto';
import { Command, type CommandHeaders } from '../accept-commands/command-headers';
import { OperationDto } from '../follow-operations/operation.dto';
import { AuthenticatedCaller } from '../authenticate/authentication.guard';
import type { Caller } from '../authenticate/caller';
import { ApiOwner } from '../describe-api/parameters';
import { RequestSync } from './request-sync.handler';

export class RequestSyncDto {
  @ApiPropertyOptional({ type: [String], format: 'uuid', description: 'Absent: all calendars of the owner' })
  @IsOptional()
  @IsArray({ message: 'must be a list' })
  @ArrayMinSize(1, { message: 'must name a calendar, or be left out for all' })
  @ArrayMaxSize(500)
  @ArrayUnique({ message: 'must name each calendar once' })
  @IsUUID('all', { each: true, message: 'must hold UUIDs of calendars' })
  calendarIds?: string[];

  @ApiPropertyOptional({
    default: false,
    description: 'Read everything anew instead of what changed since the last time',
  })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  full?: boolean;
}

@ApiTags('sync')
@Controller('api/v1/calendar/sync')
export class RequestSyncController {
  constructor(private readonly requestSync: RequestSync) {}

  @Post(':user_id')
  @HttpCode(202)
  @ApiOperation({ summary: 'Pull calendars now' })
  @ApiOwner()
  @ApiBody({ type: RequestSyncDto, required: false })
  @ApiCommand({ success: 200 })
  async request(
    @Param('user_id') ownerId: string,
    // One class alone: of a union nothing is left at run time, and nothing would be checked.
    @Body() body: RequestSyncDto,
    @Command() headers: CommandHeaders,
    @AuthenticatedCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationDto> {
    const calendarIds = body.calendarIds?.map((id) => id.toLowerCase());
    const asked = { ownerId, full: body.full ?? false, ...(calendarIds && { calendarIds }) };
    return answerCommand(reply, await this.requestSync.handle(asked, caller, headers));
  }
}
