const PREFIX = 'https://www.googleapis.com/auth/';

/** Any one of each list will do. Source: https://developers.google.com/workspace/calendar/api/auth */
const NEEDED = {
  'reading events': [
    'calendar',
    'calendar.readonly',
    'calendar.events',
    'calendar.events.readonly',
    'calendar.events.owned',
    'calendar.events.owned.readonly',
  ],
  'listing calendars': ['calendar', 'calendar.readonly', 'calendar.calendarlist', 'calendar.calendarlist.readonly'],
};

/** What the granted scopes do not allow and syncing needs, in words. Users can untick scopes and still finish. */
export const missingScopes = (granted: readonly string[]): string[] =>
  Object.entries(NEEDED).flatMap(([what, anyOf]) =>
    anyOf.some((scope) => granted.includes(PREFIX + scope)) ? [] : [what],
  );
