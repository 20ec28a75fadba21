import { gatewayCommands, gatewayOperations } from './operations.topic';

export * from './operations.topic';

export const gatewayTopics = [gatewayOperations, gatewayCommands];
