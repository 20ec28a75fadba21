export * from './calendar-provider';
export * from './entry-snapshot';
export * from './failures';
export * from './calendar-provider.conformance';
