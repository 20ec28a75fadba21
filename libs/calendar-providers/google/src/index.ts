export { GoogleCalendarProvider } from './google-calendar.provider';
export type { GoogleEndpoints } from './oauth/access';
