/** What `ServiceHostModule` provides: `@Inject(DATABASE) database: Database`. */
export const SERVICE = Symbol('SERVICE');
export const HOST_OPTIONS = Symbol('HOST_OPTIONS');
export const DATABASE = Symbol('DATABASE');
export const KAFKA = Symbol('KAFKA');
export const RELAY = Symbol('RELAY');
export const CONSUMER = Symbol('CONSUMER');
export const LOGGER = Symbol('LOGGER');
export const METRICS = Symbol('METRICS');
