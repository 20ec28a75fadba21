import {
  AccessRevoked,
  AccountUnusable,
  CalendarGone,
  ChannelIdTaken,
  ClientRefused,
  ConsentTooSmall,
  CursorExpired,
  ProviderFailure,
  ProviderRefused,
  ProviderUnavailable,
  RateLimited,
  WatchNotSupported,
  WatchRefused,
} from '@calendar-sync/calendar-providers-port';

type About = 'calendar' | 'account' | 'channel';

interface Refusal {
  status: number;
  reason?: string;
  message?: string;
  retryAfterMs?: number;
}

/**
 * Google's answer in the port's words. Decided by `reason`, never by the status alone: 403 is five things, 410 three.
 * The message of the failure holds Google's reason and nothing of the request, whose headers carry the token.
 * Source: https://developers.google.com/workspace/calendar/api/guides/errors
 */
export function translated(error: unknown, about: About): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  const refusal = refusalOf(error);
  if (refusal === undefined) return new ProviderUnavailable(`no usable answer: ${codeOf(error)}`);
  return byReason(refusal, about) ?? byStatus(refusal, about);
}

/** True for the answer to an access token that is no longer accepted; a fresh one may be. The token endpoint says 401 of our client, which is nobody's grant. */
export const isUnauthenticated = (error: unknown) => {
  const refusal = refusalOf(error);
  return refusal?.status === 401 && (refusal.reason === undefined || byReason(refusal, 'account') === undefined);
};

/** True when stopping a channel, or revoking a grant, finds that it has gone already. */
export const isGoneAlready = (error: unknown) => {
  const refusal = refusalOf(error);
  return refusal !== undefined && (refusal.status === 404 || refusal.reason === 'invalid_token');
};

function byReason({ status, reason, message, retryAfterMs }: Refusal, about: About): ProviderFailure | undefined {
  const detail = [status, reason].filter(Boolean).join(' ');
  switch (reason) {
    case 'fullSyncRequired':
    case 'updatedMinTooLongAgo':
      return new CursorExpired(detail);
    case 'invalid_grant':
      return new AccessRevoked(detail);
    case 'unauthorized_client':
      return new ProviderRefused(detail);
    case 'invalid_client':
    case 'accessNotConfigured':
    case 'SERVICE_DISABLED':
      return new ClientRefused(detail);
    case 'userRateLimitExceeded':
      return new RateLimited('user', retryAfterMs);
    case 'rateLimitExceeded':
    case 'RATE_LIMIT_EXCEEDED':
      // Mostly of a user or a calendar; only the front end's text tells the project's. Blocking everybody needs that word.
      return new RateLimited(isOfProject(message ?? '') ? 'project' : 'user', retryAfterMs);
    case 'dailyLimitExceeded':
      return new RateLimited('project', retryAfterMs ?? 3_600_000);
    case 'quotaExceeded':
    case 'calendarUsageLimitsExceeded':
      return new RateLimited('operational', retryAfterMs ?? 3_600_000);
    case 'insufficientPermissions':
    case 'ACCESS_TOKEN_SCOPE_INSUFFICIENT':
      return new ConsentTooSmall(detail);
    case 'requiredAccessLevel':
      // A right on this one calendar, not a scope: the rest of the account goes on.
      return about === 'calendar' ? new CalendarGone(detail) : new ConsentTooSmall(detail);
    case 'notACalendarUser':
      return new AccountUnusable(detail);
    case 'pushNotSupportedForRequestedResource':
      return new WatchNotSupported(detail);
    case 'channelIdNotUnique':
      return new ChannelIdTaken(detail);
    case 'push.webhookUrlNotHttps':
    case 'push.webhookUrlUnauthorized':
      return new WatchRefused(detail);
    case 'failedPrecondition':
      return new ProviderUnavailable(detail);
    default:
      return undefined;
  }
}

function byStatus({ status, reason, message, retryAfterMs }: Refusal, about: About): ProviderFailure {
  const detail = [status, reason, reason === undefined ? undefined : message?.slice(0, 200)].filter(Boolean).join(' ');
  if (status === 401) return new AccessRevoked(detail);
  if (status === 429) return new RateLimited('user', retryAfterMs);
  if (status === 404 && about === 'calendar') return new CalendarGone(detail);
  if (status === 410 && about === 'calendar') return new CursorExpired(detail);
  if (status >= 500 || status === 408) return new ProviderUnavailable(detail);
  return new ProviderRefused(detail);
}

function refusalOf(error: unknown): Refusal | undefined {
  const response = field(error, 'response');
  const status = field(response, 'status');
  if (typeof status !== 'number' || status < 400) return undefined;
  const body = field(response, 'data');
  const envelope = field(body, 'error');
  const retryAfterMs = retryAfter(field(response, 'headers'));
  const found = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  if (typeof envelope === 'string') return { ...found, reason: envelope };
  const reason =
    text(field(first(field(envelope, 'errors')), 'reason')) ?? text(field(first(field(envelope, 'details')), 'reason'));
  const message = text(field(envelope, 'message'));
  return { ...found, ...(reason && { reason }), ...(message && { message }) };
}

/** A date counts from the date of the answer: the provider's clock wrote both, and ours may be wrong by hours. */
function retryAfter(headers: unknown): number | undefined {
  const header = (name: string) => (isHeaders(headers) ? headers.get(name) : text(field(headers, name))) ?? '';
  const value = header('retry-after');
  if (value === '') return undefined;
  const answeredAt = Date.parse(header('date'));
  const from = Number.isNaN(answeredAt) ? Date.now() : answeredAt;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - from;
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

const isOfProject = (message: string) => /quota metric/i.test(message) && !/per user/i.test(message);
const isHeaders = (value: unknown): value is Headers => typeof field(value, 'get') === 'function';
const codeOf = (error: unknown) =>
  text(field(field(error, 'cause'), 'code')) ??
  text(field(error, 'code')) ??
  (error instanceof Error ? error.name : 'unknown');
const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : undefined);
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
