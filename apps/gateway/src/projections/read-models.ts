import type { Projection } from '@calendar-sync/event-sourcing-postgres';
import { calendarEntries } from './calendar-entries.projection';
import { calendarSyncStatus } from './calendar-sync-status.projection';
import { calendars } from './calendars.projection';
import { connections } from './connections.projection';
import { meetings } from './meetings.projection';
import { operations } from './operations.projection';

/** All read models of this service; each can be dropped and rebuilt from the log. */
export const readModels: readonly Projection[] = [
  calendarEntries,
  calendars,
  connections,
  meetings,
  calendarSyncStatus,
  operations,
];
