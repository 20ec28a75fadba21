import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Actor } from '@calendar-sync/contracts-envelope';
import { ConnectAccountV1, sealGrant, syncCommands } from '@calendar-sync/contracts-sync';
import type { Queryable } from '@calendar-sync/event-sourcing-postgres';
import { enqueueCommand } from '@calendar-sync/kafka';
import { GatewayConfig } from '../../gateway.config';
import { type Answer, CommandDesk } from '../accept-commands/command-desk';
import type { CommandHeaders } from '../accept-commands/command-headers';
import { Access, clientHasOwner, notFound } from '../authenticate/access';
import type { Caller } from '../authenticate/caller';
import type { ConnectAccountDto } from './connect-account.dto';

@Injectable()
export class ConnectAccount {
  constructor(
    private readonly desk: CommandDesk,
    private readonly access: Access,
    private readonly config: GatewayConfig,
  ) {}

  async handle(
    { userId: ownerId, provider, refreshToken }: ConnectAccountDto,
    caller: Caller,
    headers: CommandHeaders,
  ): Promise<Answer> {
    const claims = claimsOwner(caller, ownerId);
    if (claims) this.access.requireScope(caller, 'connections:write');
    const actor: Actor = claims
      ? { sub: caller.sub, roles: ['client'] }
      : await this.access.to(ownerId, caller, 'connections:write');
    const connectionId = randomUUID();
    // From here on the token exists only in a form that sync alone can open.
    const sealedGrant = await sealGrant(this.config.SEALING_PUBLIC_KEY, { connectionId, refreshToken });
    return this.desk.accept({
      caller,
      actor,
      ownerId,
      kind: 'connect-account',
      connectionId,
      route: 'POST /api/v1/calendar/connections',
      content: { userId: ownerId, provider, refreshToken },
      headers,
      send: async (tx, operationId) => {
        if (claims && caller.client) await claimOwner(tx, caller.client.id, ownerId, operationId);
        await enqueueCommand(
          tx,
          syncCommands,
          ConnectAccountV1,
          { operationId, ownerId, actor, connectionId, provider, sealedGrant },
          { ownerId, correlationId: operationId },
        );
      },
    });
  }
}

const claimsOwner = ({ sub, client, operator }: Caller, ownerId: string) =>
  !operator && client !== undefined && sub !== ownerId;

/**
 * An owner that nobody knows yet becomes the client's by his first connection. One who came himself or through another product stays out of reach:
 * else any client could read him by connecting something in his name.
 */
async function claimOwner(db: Queryable, clientId: string, ownerId: string, operationId: string): Promise<void> {
  await db.query(
    `INSERT INTO client_owners (owner_id, client_id)
     SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM connections WHERE owner_id = $1)
       AND NOT EXISTS (SELECT FROM operations WHERE owner_id = $1 AND operation_id <> $3)
     ON CONFLICT (owner_id) DO NOTHING`,
    [ownerId, clientId, operationId],
  );
  if (!(await clientHasOwner(db, clientId, ownerId))) throw notFound();
}
