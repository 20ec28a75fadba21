import { Injectable } from '@nestjs/common';
import { DisconnectAccountV1, syncCommands } from '@calendar-sync/contracts-sync';
import type { Queryable } from '@calendar-sync/event-sourcing-postgres';
import { enqueueCommand } from '@calendar-sync/kafka';
import { type Answer, CommandDesk } from '../accept-commands/command-desk';
import type { CommandHeaders } from '../accept-commands/command-headers';
import { Access, notFound } from '../authenticate/access';
import type { Caller } from '../authenticate/caller';

export interface AskedDisconnect {
  ownerId: string;
  connectionId: string;
  revoke: boolean;
}

@Injectable()
export class DisconnectAccount {
  constructor(
    private readonly desk: CommandDesk,
    private readonly access: Access,
  ) {}

  async handle(asked: AskedDisconnect, caller: Caller, headers: CommandHeaders): Promise<Answer> {
    const { ownerId, connectionId, revoke } = asked;
    const actor = await this.access.to(ownerId, caller, 'connections:write');
    return this.desk.accept({
      caller,
      actor,
      ownerId,
      kind: 'disconnect-account',
      connectionId,
      route: 'DELETE /api/v1/calendar/connections/{user_id}',
      content: asked,
      headers,
      // In the transaction, so that a repeat under its key is answered as before although the connection is gone by then.
      send: async (tx, operationId) => {
        await requireConnection(tx, asked);
        await enqueueCommand(
          tx,
          syncCommands,
          DisconnectAccountV1,
          { operationId, ownerId, actor, connectionId, revoke },
          { ownerId, correlationId: operationId },
        );
      },
    });
  }
}

/** The owner's, and not disconnected; also one that is just being connected. */
async function requireConnection(db: Queryable, { ownerId, connectionId }: AskedDisconnect): Promise<void> {
  const { rows } = await db.query<{ there: boolean }>(
    `SELECT coalesce(
       (SELECT status <> 'removed' FROM connections WHERE connection_id = $1 AND owner_id = $2),
       EXISTS (SELECT FROM operations WHERE connection_id = $1 AND owner_id = $2 AND kind = 'connect-account'
         AND status IN ('accepted', 'running', 'succeeded'))
     ) AS there`,
    [connectionId, ownerId],
  );
  if (!rows[0]?.there) throw notFound('there is no such connection, or it is not yours');
}
