export * from './message';
export * from './topic';
export * from './envelope';
export * from './fields';
export * from './asyncapi';
export * from './compatibility';
export * from './saved-contracts';
