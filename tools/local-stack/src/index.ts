export { startStack, type StackOptions } from './stack';
export { type Stack } from './running-stack';
export { services, type Service } from './services/services';
export { signToken, type TokenClaims } from './people/token';
export { simulatorAdmin } from './people/simulator';
export type { Detour } from './stack-settings';
