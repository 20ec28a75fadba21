import {
  AccessRevoked,
  AccountUnusable,
  CalendarGone,
  ChannelIdTaken,
  ConsentTooSmall,
  CursorExpired,
  ProviderFailure,
  ProviderRefused,
  ProviderUnavailable,
  RateLimited,
  WatchNotSupported,
  WatchRefused,
} from '@calendar-sync/calendar-providers-port';

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
export function translated(error: unknown, about: 'calendar' | 'account' | 'channel'): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  const refusal = refusalOf(error);
  if (refusal === undefined) return new ProviderUnavailable(`no usable answer: ${codeOf(error)}`);
  return byReason(refusal) ?? byStatus(refusal, about);
}

/** True for the answer to an access token that is no longer accepted; a fresh one may be. */
export const isUnauthenticated = (error: unknown) => refusalOf(error)?.status === 401;

/** True when stopping a channel, or revoking a grant, finds that it has gone already. */
export const isGoneAlready = (error: unknown) => {
  const refusal = refusalOf(error);
  return refusal !== undefined && (refusal.status === 404 || refusal.reason === 'invalid_token');
};

function byReason({ status, reason, message, retryAfterMs }: Refusal): ProviderFailure | undefined {
  const detail = [status, reason].filter(Boolean).join(' ');
  switch (reason) {
    case 'fullSyncRequired':
    case 'updatedMinTooLongAgo':
      return new CursorExpired(detail);
    case 'invalid_grant':
      return new AccessRevoked(detail);
    case 'invalid_client':
    case 'unauthorized_client':
    case 'accessNotConfigured':
    case 'SERVICE_DISABLED':
      return new ProviderRefused(detail);
    case 'userRateLimitExceeded':
      return new RateLimited('user', retryAfterMs);
    case 'rateLimitExceeded':
    case 'RATE_LIMIT_EXCEEDED':
      return new RateLimited(/for user/i.test(message ?? '') ? 'user' : 'project', retryAfterMs);
    case 'dailyLimitExceeded':
      return new RateLimited('project', retryAfterMs ?? 3_600_000);
    case 'quotaExceeded':
    case 'calendarUsageLimitsExceeded':
      return new RateLimited('operational', retryAfterMs ?? 3_600_000);
    case 'insufficientPermissions':
    case 'ACCESS_TOKEN_SCOPE_INSUFFICIENT':
    case 'requiredAccessLevel':
      return new ConsentTooSmall(detail);
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

function byStatus(
  { status, reason, message, retryAfterMs }: Refusal,
  about: 'calendar' | 'account' | 'channel',
): ProviderFailure {
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

function retryAfter(headers: unknown): number | undefined {
  const value = isHeaders(headers) ? headers.get('retry-after') : text(field(headers, 'retry-after'));
  if (!value) return undefined;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

const isHeaders = (value: unknown): value is Headers => typeof field(value, 'get') === 'function';
const codeOf = (error: unknown) =>
  text(field(field(error, 'cause'), 'code')) ??
  text(field(error, 'code')) ??
  (error instanceof Error ? error.name : 'unknown');
const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : undefined);
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
