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
import { ConnectionListDto, type SuspensionDto } from './connection.dto';

interface StoredConnection {
  connection_id: string;
  owner_id: string;
  status: string;
  provider: string | null;
  account: string | null;
  account_email: string | null;
  scopes: string[];
  connected_at: Date | null;
  suspended: SuspensionDto | null;
}

@ApiTags('connections')
@Controller('api/v1/calendar/connections')
export class ListConnectionsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly access: Access,
  ) {}

  @Get(':user_id')
  @ApiOperation({ summary: "The owner's connected accounts, and whether one waits for him" })
  @ApiOwner()
  @ApiOkResponse({ type: ConnectionListDto, description: 'The accounts, oldest first' })
  @ApiProblems(400, 403, 404)
  async list(
    @Param('user_id') ownerId: string,
    @Query() _none: NoParameters,
    @AuthenticatedCaller() caller: Caller,
  ): Promise<ConnectionListDto> {
    await this.access.to(ownerId, caller, 'connections:read');
    const { rows } = await this.database.query<StoredConnection>(
      `SELECT * FROM connections WHERE owner_id = $1 AND status <> 'removed' ORDER BY connected_at, connection_id`,
      [ownerId],
    );
    return {
      items: rows.map((row) => ({
        connectionId: row.connection_id,
        userId: row.owner_id,
        status: row.status,
        ...(row.provider !== null && { provider: row.provider }),
        ...(row.account !== null && { account: row.account }),
        ...(row.account_email !== null && { accountEmail: row.account_email }),
        scopes: row.scopes,
        ...(row.connected_at !== null && { connectedAt: row.connected_at.toISOString() }),
        ...(row.suspended !== null && { suspended: row.suspended }),
      })),
    };
  }
}
