export { type Simulator, type SimulatorOptions, startSimulator } from './simulator';
export type { OAuthClient } from './oauth/oauth.routes';
export type { ErrorFault, PushFault, Scope, Switches, Toggle } from './faults/switches';
