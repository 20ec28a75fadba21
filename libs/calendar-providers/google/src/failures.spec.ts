import { RateLimited } from '@calendar-sync/calendar-providers-port';
import { isGoneAlready, isUnauthenticated, translated } from './failures';

const calendarError = (status: number, reason: string, message = reason, headers: Record<string, string> = {}) => ({
  response: {
    status,
    headers: new Headers(headers),
    data: { error: { errors: [{ domain: 'global', reason, message }], code: status, message } },
  },
});
const frontEndError = (status: number, reason: string) => ({
  response: {
    status,
    headers: new Headers(),
    data: { error: { code: status, message: 'x', status: 'PERMISSION_DENIED', details: [{ reason }] } },
  },
});
const oauthError = (error: string) => ({
  response: {
    status: 400,
    headers: new Headers(),
    data: { error, error_description: 'Token has been expired or revoked.' },
  },
});

describe('translating what Google answers', () => {
  test.each([
    [410, 'fullSyncRequired', 'CursorExpired'],
    [410, 'updatedMinTooLongAgo', 'CursorExpired'],
    [403, 'userRateLimitExceeded', 'RateLimited'],
    [403, 'rateLimitExceeded', 'RateLimited'],
    [429, 'rateLimitExceeded', 'RateLimited'],
    [403, 'quotaExceeded', 'RateLimited'],
    [403, 'insufficientPermissions', 'ConsentTooSmall'],
    [403, 'requiredAccessLevel', 'CalendarGone'],
    [403, 'accessNotConfigured', 'ClientRefused'],
    [403, 'notACalendarUser', 'AccountUnusable'],
    [404, 'notFound', 'CalendarGone'],
    [400, 'pushNotSupportedForRequestedResource', 'WatchNotSupported'],
    [400, 'channelIdNotUnique', 'ChannelIdTaken'],
    [401, 'push.webhookUrlUnauthorized', 'WatchRefused'],
    [401, 'authError', 'AccessRevoked'],
    [400, 'failedPrecondition', 'ProviderUnavailable'],
    [400, 'timeRangeEmpty', 'ProviderRefused'],
    [500, 'backendError', 'ProviderUnavailable'],
  ])('%i %s about a calendar is %s', (status, reason, code) => {
    expect(translated(calendarError(status, reason), 'calendar').code).toBe(code);
  });

  test('a missing scope told by the API front end is a consent that is too small', () => {
    expect(translated(frontEndError(403, 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'), 'calendar').code).toBe('ConsentTooSmall');
  });

  test('a dead grant is access revoked, a wrong client is our own fault', () => {
    expect(translated(oauthError('invalid_grant'), 'account').code).toBe('AccessRevoked');
    expect(translated(oauthError('invalid_client'), 'account').code).toBe('ClientRefused');
  });

  test('a client that the token endpoint refuses is not taken for a token that ran out', () => {
    const refused = { response: { ...oauthError('invalid_client').response, status: 401 } };
    expect(isUnauthenticated(refused)).toBe(false);
    expect(translated(refused, 'calendar').code).toBe('ClientRefused');
    expect(isUnauthenticated(calendarError(401, 'authError'))).toBe(true);
    expect(isUnauthenticated({ response: { status: 401, headers: new Headers(), data: '' } })).toBe(true);
  });

  test('an address for pushes that Google does not accept is not taken for a dead grant', () => {
    expect(isUnauthenticated(calendarError(401, 'push.webhookUrlUnauthorized'))).toBe(false);
  });

  test("a limit is the whole project's only where Google says so", () => {
    const scopeOf = (message: string) => {
      const failure = translated(calendarError(403, 'rateLimitExceeded', message), 'calendar');
      return failure instanceof RateLimited && failure.scope;
    };
    expect(scopeOf('Rate Limit Exceeded')).toBe('user');
    expect(scopeOf("Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user'")).toBe('user');
    expect(scopeOf("Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'")).toBe('project');
  });

  test('a 404 that is not about a calendar does not make a calendar disappear', () => {
    expect(translated(calendarError(404, 'notFound'), 'account').code).toBe('ProviderRefused');
  });

  test('Retry-After is taken in seconds and as a date', () => {
    const inSeconds = translated(calendarError(429, 'rateLimitExceeded', 'x', { 'retry-after': '7' }), 'calendar');
    expect(inSeconds instanceof RateLimited && inSeconds.retryAfterMs).toBe(7000);
    const past = translated(
      calendarError(429, 'rateLimitExceeded', 'x', { 'retry-after': 'Mon, 01 Jan 1990 00:00:00 GMT' }),
      'calendar',
    );
    expect(past instanceof RateLimited && past.retryAfterMs).toBe(0);
  });

  test('a Retry-After that is a date counts by the clock of Google, whatever ours says', () => {
    const answeredAt = Date.now() - 2 * 3_600_000;
    const headers = {
      date: new Date(answeredAt).toUTCString(),
      'retry-after': new Date(answeredAt + 7_000).toUTCString(),
    };
    const limited = translated(calendarError(429, 'rateLimitExceeded', 'x', headers), 'calendar');
    expect(limited instanceof RateLimited && limited.retryAfterMs).toBe(7_000);
  });

  test('an HTML error page, a reset connection and a time-out are all an unavailable provider', () => {
    expect(translated({ response: { status: 503, headers: new Headers(), data: '<html>' } }, 'calendar').code).toBe(
      'ProviderUnavailable',
    );
    expect(translated(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }), 'calendar').code).toBe(
      'ProviderUnavailable',
    );
    expect(translated(Object.assign(new Error('aborted'), { code: 'TimeoutError' }), 'calendar').code).toBe(
      'ProviderUnavailable',
    );
  });

  test('no secret of the request gets into the failure', () => {
    const error = {
      ...calendarError(400, 'badRequest', 'Bad'),
      config: { headers: { authorization: 'Bearer ya29.canary' }, data: 'refresh_token=1//canary' },
      message: 'ya29.canary',
    };
    const failure = translated(error, 'calendar');
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure)) + failure.stack).not.toContain('canary');
  });

  test('stopping what is gone and revoking what is revoked count as done', () => {
    expect(isGoneAlready(calendarError(404, 'notFound'))).toBe(true);
    expect(isGoneAlready(oauthError('invalid_token'))).toBe(true);
    expect(isGoneAlready(calendarError(500, 'backendError'))).toBe(false);
  });
});
