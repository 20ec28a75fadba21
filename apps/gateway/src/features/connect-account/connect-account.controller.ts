import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { answerCommand } from '../accept-commands/command-answer';
import { ApiCommand } from '../accept-commands/command.dto';
import { Command, type CommandHeaders } from '../accept-commands/command-headers';
import { OperationDto } from '../follow-operations/operation.dto';
import { AuthenticatedCaller } from '../authenticate/authentication.guard';
import type { Caller } from '../authenticate/caller';
import { ConnectAccountDto } from './connect-account.dto';
import { ConnectAccount } from './connect-account.handler';

@ApiTags('connections')
@Controller('api/v1/calendar/connections')
export class ConnectAccountController {
  constructor(private readonly connectAccount: ConnectAccount) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: "Connect an owner's account by its refresh token; its calendars are pulled from then on" })
  @ApiCommand({ success: 201 })
  async connect(
    @Body() body: ConnectAccountDto,
    @Command() headers: CommandHeaders,
    @AuthenticatedCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationDto> {
    const answer = await this.connectAccount.handle(body, caller, headers);
    return answerCommand(reply, answer, { created: answer.operation.links.result ?? '' });
  }
}
