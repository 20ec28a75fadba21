import { badRequest, invalid, orderingUnavailable, syncTokenWithOthers, timeRangeEmpty } from '../http/api-error';
import { flag, maxResults } from '../http/json-input';
import { isZone } from '../recurrence/zone';
import { EVENT_TYPES } from './normalise-event';
import { parseInstant } from './event-time';
import { fingerprint } from './tokens';

export interface ListQuery {
  syncToken: string | undefined;
  pageToken: string | undefined;
  maxResults: number;
  singleEvents: boolean;
  showDeleted: boolean;
  timeMin: number | undefined;
  timeMax: number | undefined;
  updatedMin: number | undefined;
  orderBy: 'startTime' | 'updated' | undefined;
  q: string | undefined;
  iCalUID: string | undefined;
  privateProperties: string[];
  sharedProperties: string[];
  eventTypes: string[];
  timeZone: string | undefined;
  maxAttendees: number | undefined;
  /** Of the parameters that a sync token is bound to. */
  syncFingerprint: string;
  /** Of all parameters that shape the result: page tokens work only with those they came from. */
  pageFingerprint: string;
}

const FORBIDDEN_WITH_SYNC_TOKEN = [
  'timeMin',
  'timeMax',
  'updatedMin',
  'q',
  'iCalUID',
  'privateExtendedProperty',
  'sharedExtendedProperty',
  'orderBy',
];

function time(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  const instant = parseInstant(value);
  if (instant === undefined) throw badRequest('Bad Request');
  return instant;
}

function orderBy(query: URLSearchParams, singleEvents: boolean): ListQuery['orderBy'] {
  const value = query.get('orderBy');
  if (value === null) return undefined;
  if (value !== 'startTime' && value !== 'updated') throw invalid(`Invalid value for orderBy: ${value}`, 'orderBy');
  if (value === 'startTime' && !singleEvents) throw orderingUnavailable();
  return value;
}

function zone(query: URLSearchParams): string | undefined {
  const value = query.get('timeZone') ?? undefined;
  if (value !== undefined && !isZone(value)) throw invalid(`Invalid value for timeZone: ${value}`, 'timeZone');
  return value;
}

function types(query: URLSearchParams): string[] {
  const given = query.getAll('eventTypes');
  const unknown = given.find((type) => !EVENT_TYPES.includes(type));
  if (unknown !== undefined) throw invalid(`Invalid value for eventTypes: ${unknown}`, 'eventTypes');
  return given;
}

/** @throws ApiError 400 for what events.list refuses. https://developers.google.com/workspace/calendar/api/v3/reference/events/list */
export function readListQuery(query: URLSearchParams): ListQuery {
  const syncToken = query.get('syncToken') ?? undefined;
  if (syncToken !== undefined && FORBIDDEN_WITH_SYNC_TOKEN.some((name) => query.has(name))) throw syncTokenWithOthers();
  const showDeleted = flag(query, 'showDeleted');
  if (syncToken !== undefined && showDeleted === false) throw syncTokenWithOthers();
  const singleEvents = flag(query, 'singleEvents') ?? false;
  const eventTypes = types(query);
  const [timeMin, timeMax] = [time(query, 'timeMin'), time(query, 'timeMax')];
  if (timeMin !== undefined && timeMax !== undefined && timeMin >= timeMax) throw timeRangeEmpty();
  const maxAttendees = query.get('maxAttendees');
  const shaping = FORBIDDEN_WITH_SYNC_TOKEN.map((name) => query.getAll(name));
  return {
    syncToken,
    pageToken: query.get('pageToken') ?? undefined,
    maxResults: maxResults(query, 250, 2500),
    singleEvents,
    showDeleted: showDeleted ?? false,
    timeMin,
    timeMax,
    updatedMin: time(query, 'updatedMin'),
    orderBy: orderBy(query, singleEvents),
    q: query.get('q')?.toLowerCase(),
    iCalUID: query.get('iCalUID') ?? undefined,
    privateProperties: query.getAll('privateExtendedProperty'),
    sharedProperties: query.getAll('sharedExtendedProperty'),
    eventTypes,
    timeZone: zone(query),
    maxAttendees: maxAttendees === null ? undefined : Number(maxAttendees),
    syncFingerprint: fingerprint([singleEvents, eventTypes]),
    pageFingerprint: fingerprint([singleEvents, eventTypes, showDeleted, syncToken, ...shaping]),
  };
}
