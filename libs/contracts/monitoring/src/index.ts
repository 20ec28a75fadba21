import { calendarHealth, monitoringCommands } from './calendar-health.topic';

export * from './calendar-health.topic';

export const monitoringTopics = [calendarHealth, monitoringCommands];
