export * from './message';
export * from './topic';
export * from './envelope';
export * from './fields';
