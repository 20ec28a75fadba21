export * from './decider';
export * from './difference';
export * from './domain-error';
export * from './given-when-then';
