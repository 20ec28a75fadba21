import { ServiceConfig } from '@calendar-sync/service-host';

/** Nothing but what every service needs. */
export class MeetingExtractionConfig extends ServiceConfig {}
