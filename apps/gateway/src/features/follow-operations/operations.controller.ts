import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE } from '@calendar-sync/service-host';
import { Access, notFound } from '../authenticate/access';
import { AuthenticatedCaller } from '../authenticate/authentication.guard';
import type { Caller } from '../authenticate/caller';
import { NoParameters } from '../describe-api/no-parameters';
import { ApiProblems } from '../describe-api/problem.dto';
import { uuidParameter } from '../describe-api/parameters';
import { OperationDto } from './operation.dto';
import { findOperation } from './operation.view';

@ApiTags('operations')
@Controller('api/v1/calendar/operations')
export class OperationsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly access: Access,
  ) {}

  @Get(':operation_id')
  @ApiOperation({ summary: 'What became of a command: its steps, its result or its problem' })
  @ApiParam({
    name: 'operation_id',
    format: 'uuid',
    description: '`operationId` of the answer to a command; its `links.self` holds the whole path',
    example: '0f8fad5b-d9cb-469f-a165-70867728950e',
  })
  @ApiOkResponse({ type: OperationDto, description: 'The operation as it stands' })
  @ApiProblems(400, 404)
  async find(
    @Param('operation_id', uuidParameter('operation_id')) operationId: string,
    @Query() _none: NoParameters,
    @AuthenticatedCaller() caller: Caller,
  ): Promise<OperationDto> {
    const operation = await findOperation(this.database, operationId);
    if (operation === undefined) throw notFound();
    await this.access.to(operation.userId, caller);
    return operation;
  }
}
