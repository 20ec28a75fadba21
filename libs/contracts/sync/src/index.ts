import { calendarEntries } from './calendar-entries.topic';
import { calendarSyncs } from './calendar-syncs.topic';
import { calendars } from './calendars.topic';
import { syncCommands } from './commands.topic';
import { connections } from './connections.topic';
import { syncOperations } from './operations.topic';

export * from './identity';
export * from './entry';
export * from './calendar-entries.topic';
export * from './calendars.topic';
export * from './calendar-syncs.topic';
export * from './connections.topic';
export * from './operations.topic';
export * from './commands.topic';
export * from './sealed-grant';

export const syncTopics = [calendarEntries, calendars, calendarSyncs, connections, syncOperations, syncCommands];
