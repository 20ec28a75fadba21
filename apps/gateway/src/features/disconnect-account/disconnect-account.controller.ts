import { Controller, Delete, HttpCode, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiPropertyOptional, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { answerCommand } from '../accept-commands/command-answer';
import { ApiCommand } from '../accept-commands/command.dto';
import { Command, type CommandHeaders } from '../accept-commands/command-headers';
import { OperationDto } from '../follow-operations/operation.dto';
import { AuthenticatedCaller } from '../authenticate/authentication.guard';
import type { Caller } from '../authenticate/caller';
import { ApiOwner } from '../describe-api/parameters';
import { DisconnectAccount } from './disconnect-account.handler';

export class DisconnectQuery {
  @ApiProperty({ format: 'uuid', description: 'Which of the connections' })
  @IsUUID('all', { message: 'must be the UUID of a connection' })
  connectionId: string;

  @ApiPropertyOptional({
    type: 'boolean',
    default: false,
    description:
      'Revoke the grant at the provider, too. Another product that uses the same grant loses access with it.',
  })
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'must be true or false' })
  revoke?: 'true' | 'false';
}

@ApiTags('connections')
@Controller('api/v1/calendar/connections')
export class DisconnectAccountController {
  constructor(private readonly disconnectAccount: DisconnectAccount) {}

  @Delete(':user_id')
  @HttpCode(202)
  @ApiOperation({ summary: 'Disconnect an account: its credentials are destroyed, its data is hidden' })
  @ApiOwner()
  @ApiCommand({ success: 200 })
  async disconnect(
    @Param('user_id') ownerId: string,
    @Query() { connectionId, revoke }: DisconnectQuery,
    @Command() headers: CommandHeaders,
    @AuthenticatedCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationDto> {
    const asked = { ownerId, connectionId: connectionId.toLowerCase(), revoke: revoke === 'true' };
    return answerCommand(reply, await this.disconnectAccount.handle(asked, caller, headers));
  }
}
