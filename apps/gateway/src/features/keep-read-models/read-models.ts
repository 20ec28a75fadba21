import { Injectable } from '@nestjs/common';
import {
  applyProjection,
  type ReceivedMessage,
  recordReceived,
  type Transaction,
} from '@calendar-sync/event-sourcing-postgres';
import { calendarEntries } from '../../projections/calendar-entries.projection';
import { calendarSyncStatus } from '../../projections/calendar-sync-status.projection';
import { calendars } from '../../projections/calendars.projection';
import { connections } from '../../projections/connections.projection';
import { meetings } from '../../projections/meetings.projection';

/** Keeps messages and folds them, a chunk at a time. */
@Injectable()
export class ReadModels {
  async flush(tx: Transaction, messages: readonly ReceivedMessage[]): Promise<void> {
    await recordReceived(tx, messages);
    await applyProjection(tx, calendarEntries, messages);
    await applyProjection(tx, calendars, messages);
    await applyProjection(tx, connections, messages);
    await applyProjection(tx, calendarSyncStatus, messages);
    await applyProjection(tx, meetings, messages);
  }
}
