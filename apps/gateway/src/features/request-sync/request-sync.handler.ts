import { Inject, Injectable } from '@nestjs/common';
import { SyncCalendarsV1, syncCommands } from '@calendar-sync/contracts-sync';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { enqueueCommand } from '@calendar-sync/kafka';
import { DATABASE } from '@calendar-sync/service-host';
import { type Answer, CommandDesk } from '../accept-commands/command-desk';
import type { CommandHeaders } from '../accept-commands/command-headers';
import { Access, notFound } from '../authenticate/access';
import type { Caller } from '../authenticate/caller';

export interface AskedSync {
  ownerId: string;
  calendarIds?: string[];
  full: boolean;
}

@Injectable()
export class RequestSync {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly desk: CommandDesk,
    private readonly access: Access,
  ) {}

  async handle(asked: AskedSync, caller: Caller, headers: CommandHeaders): Promise<Answer> {
    const { ownerId, calendarIds, full } = asked;
    const actor = await this.access.to(ownerId, caller, 'sync:write');
    if (calendarIds) await this.requireCalendars(ownerId, calendarIds);
    return this.desk.accept({
      caller,
      actor,
      ownerId,
      kind: 'sync-calendars',
      ...(calendarIds && { calendarIds }),
      route: 'POST /api/v1/calendar/sync/{user_id}',
      content: asked,
      headers,
      send: async (tx, operationId) => {
        await enqueueCommand(
          tx,
          syncCommands,
          SyncCalendarsV1,
          { operationId, ownerId, actor, full, ...(calendarIds && { calendarIds }) },
          { ownerId, correlationId: operationId },
        );
      },
    });
  }

  private async requireCalendars(ownerId: string, calendarIds: readonly string[]): Promise<void> {
    const { rowCount } = await this.database.query(
      'SELECT FROM calendars WHERE owner_id = $1 AND calendar_id = ANY ($2::uuid[]) AND NOT removed',
      [ownerId, calendarIds],
    );
    if (rowCount < calendarIds.length) throw notFound('one of the calendars is not there, or not yours');
  }
}
