import type { Faults, Situation } from '../faults/faults';
import type { Clock } from '../journal/clock';
import type { Account } from '../oauth/account';
import { allows } from '../oauth/account';
import type { Accounts } from '../oauth/accounts';
import { insufficientScopes, notACalendarUser, notFound, usageLimit } from './api-error';
import type { Call } from './router';

const MINUTE = 60_000;
/** Google's for projects new since May 2026. https://developers.google.com/workspace/calendar/api/guides/quota */
const PER_USER = 600;
const PER_PROJECT = 10_000;

/** Calls within the last minute, by second. */
class SlidingMinute {
  private readonly calls = new Map<string, number[]>();

  /** Counts a call unless the limit is reached. */
  admits(key: string, limit: number, now: number): boolean {
    const recent = this.calls.get(key) ?? [];
    let expired = 0;
    while (expired < recent.length && (recent[expired] ?? 0) <= now - MINUTE) expired++;
    recent.splice(0, expired);
    if (recent.length >= limit) return false;
    recent.push(now);
    this.calls.set(key, recent);
    return true;
  }

  clear(): void {
    this.calls.clear();
  }
}

/** Who calls, and whether that is allowed now: token, scope, quota, in that order. */
export class Gate {
  private readonly minute = new SlidingMinute();

  constructor(
    private readonly accounts: Accounts,
    private readonly faults: Faults,
    private readonly clock: Clock,
  ) {}

  forgetCalls(): void {
    this.minute.clear();
  }

  /** @throws ApiError 401, 403, 404, 429 */
  authorize(call: Call): Account {
    const { account, token } = this.accounts.authenticate(call.headers['authorization']);
    if (!allows(token.scopes, call.operation)) throw insufficientScopes(googleName(call.operation));
    this.checkQuota(call.query.get('quotaUser') ?? call.headers['x-goog-quota-user'] ?? account.email);
    const situation = this.situation(call);
    if (this.faults.hits('notACalendarUser', situation)) throw notACalendarUser();
    if (situation.calendarId !== undefined && this.faults.hits('calendarNotFound', situation)) throw notFound();
    return account;
  }

  /** What faults are matched against, also for calls that will be refused. */
  situation(call: Call): Situation {
    let email: string | undefined;
    try {
      email = this.accounts.authenticate(call.headers['authorization']).account.email;
    } catch {
      email = undefined;
    }
    const calendarId = call.params['calendarId'] === 'primary' ? email : call.params['calendarId'];
    return {
      method: call.operation,
      ...(email !== undefined && { account: email }),
      ...(calendarId !== undefined && { calendarId }),
    };
  }

  private checkQuota(user: string): void {
    const quotas = this.faults.current.quotas;
    if (quotas === false) return;
    const { perUserPerMinute = PER_USER, perProjectPerMinute = PER_PROJECT, status = 403, retryAfter } = quotas ?? {};
    const now = this.clock.now();
    if (!this.minute.admits(`user ${user}`, perUserPerMinute, now)) {
      throw usageLimit(
        status,
        status === 403 ? 'userRateLimitExceeded' : 'rateLimitExceeded',
        status === 403 ? 'User Rate Limit Exceeded' : 'Rate Limit Exceeded',
        retryAfter,
      );
    }
    if (!this.minute.admits('project', perProjectPerMinute, now)) {
      throw usageLimit(status, 'rateLimitExceeded', 'Rate Limit Exceeded', retryAfter);
    }
  }
}

/** `calendar.events.list` as the front end names it: `calendar.v3.Events.List`. */
const googleName = (operation: string): string =>
  operation
    .split('.')
    .map((part, index) => (index === 0 ? `${part}.v3` : part.charAt(0).toUpperCase() + part.slice(1)))
    .join('.');
