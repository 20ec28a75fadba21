import { calendarChanges } from './calendar-changes.topic';
import { webhookIngestionCommands } from './commands.topic';

export * from './calendar-changes.topic';
export * from './channel-token';
export * from './commands.topic';

export const webhookIngestionTopics = [calendarChanges, webhookIngestionCommands];
