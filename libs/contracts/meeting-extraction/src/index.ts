import { meetingExtractionCommands, meetings } from './meetings.topic';

export * from './identity';
export * from './meetings.topic';

export const meetingExtractionTopics = [meetings, meetingExtractionCommands];
