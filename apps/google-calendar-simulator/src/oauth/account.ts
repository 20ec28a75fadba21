const PREFIX = 'https://www.googleapis.com/auth/';

export const CALENDAR_SCOPE = `${PREFIX}calendar`;

export interface Account {
  sub: string;
  email: string;
  displayName: string;
  timeZone: string;
  /** What its owner grants, whatever is asked for: unticked boxes are missing here. */
  scopes: string[];
}

export interface Grant {
  refreshToken: string;
  email: string;
  scopes: string[];
  revoked?: boolean;
  issued: number;
}

export interface AccessToken {
  token: string;
  refreshToken: string;
  email: string;
  scopes: string[];
  expiresAt: number;
}

export interface AuthorizationCode {
  code: string;
  email: string;
  scopes: string[];
  redirectUri: string;
  challenge?: string;
  expiresAt: number;
}

const READ_EVENTS = [
  'calendar',
  'calendar.readonly',
  'calendar.events',
  'calendar.events.readonly',
  'calendar.events.owned',
  'calendar.events.owned.readonly',
  'calendar.events.public.readonly',
  'calendar.events.freebusy',
  'calendar.app.created',
];
const WRITE_EVENTS = ['calendar', 'calendar.events', 'calendar.events.owned', 'calendar.app.created'];
const READ_LIST = ['calendar', 'calendar.readonly', 'calendar.calendarlist', 'calendar.calendarlist.readonly'];
const WRITE_LIST = ['calendar', 'calendar.calendarlist'];
const READ_CALENDARS = [
  'calendar',
  'calendar.readonly',
  'calendar.app.created',
  'calendar.calendars',
  'calendar.calendars.readonly',
];
const WRITE_CALENDARS = ['calendar', 'calendar.app.created', 'calendar.calendars'];
const NO_CHANNELS = ['calendar.freebusy', 'calendar.calendars', 'calendar.calendars.readonly'];

const BY_OPERATION: { readonly [operation: string]: readonly string[] } = {
  'calendar.events.list': READ_EVENTS,
  'calendar.events.get': READ_EVENTS,
  'calendar.events.instances': READ_EVENTS,
  'calendar.events.watch': READ_EVENTS,
  'calendar.events.insert': WRITE_EVENTS,
  'calendar.events.import': WRITE_EVENTS,
  'calendar.events.update': WRITE_EVENTS,
  'calendar.events.patch': WRITE_EVENTS,
  'calendar.events.delete': WRITE_EVENTS,
  'calendar.events.move': WRITE_EVENTS,
  'calendar.calendarList.list': READ_LIST,
  'calendar.calendarList.get': READ_LIST,
  'calendar.calendarList.watch': READ_LIST,
  'calendar.calendarList.insert': WRITE_LIST,
  'calendar.calendarList.patch': WRITE_LIST,
  'calendar.calendarList.update': WRITE_LIST,
  'calendar.calendarList.delete': WRITE_LIST,
  'calendar.calendars.get': READ_CALENDARS,
  'calendar.calendars.insert': WRITE_CALENDARS,
  'calendar.calendars.patch': WRITE_CALENDARS,
  'calendar.calendars.update': WRITE_CALENDARS,
  'calendar.calendars.delete': WRITE_CALENDARS,
  'calendar.calendars.clear': WRITE_CALENDARS,
  'calendar.freebusy.query': ['calendar', 'calendar.readonly', 'calendar.freebusy', 'calendar.events.freebusy'],
  'calendar.acl.list': ['calendar', 'calendar.acls', 'calendar.acls.readonly'],
  'calendar.acl.watch': ['calendar', 'calendar.acls', 'calendar.acls.readonly'],
  'calendar.settings.list': ['calendar', 'calendar.readonly', 'calendar.settings.readonly'],
  'calendar.settings.get': ['calendar', 'calendar.readonly', 'calendar.settings.readonly'],
  'calendar.settings.watch': ['calendar', 'calendar.readonly', 'calendar.settings.readonly'],
};

/**
 * Whether these scopes suffice for a method; `colors.get` and `channels.stop` take nearly any Calendar scope.
 * https://developers.google.com/workspace/calendar/api/auth
 */
export function allows(scopes: readonly string[], operation: string): boolean {
  const names = scopes.filter((scope) => scope.startsWith(PREFIX)).map((scope) => scope.slice(PREFIX.length));
  const wanted = BY_OPERATION[operation];
  if (wanted) return names.some((name) => wanted.includes(name));
  return names.some((name) => name.startsWith('calendar') && !NO_CHANNELS.includes(name));
}
