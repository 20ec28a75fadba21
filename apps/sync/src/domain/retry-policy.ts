/** A failure of a provider as far as the decision goes: its code, and for limits whose and how long. */
export interface PullFailure {
  code: string;
  scope?: 'user' | 'project' | 'operational';
  retryAfterMs?: number;
}

export type SuspendReason = 'access-revoked' | 'consent-too-small' | 'account-unusable';

export type Reaction =
  | { kind: 'retry'; delayMs: number }
  | { kind: 'park' }
  | { kind: 'wait'; delayMs: number; bucket: 'user' | 'project' }
  | { kind: 'suspend'; reason: SuspendReason }
  | { kind: 'calendar-gone' };

export interface RetryLimits {
  baseMs: number;
  capMs: number;
  /** Attempts in a row after which a calendar is parked until somebody asks for it again. */
  maxAttempts: number;
}

/** An outage of the provider shouldn't park anybody soon: with full jitter thirty attempts take about five hours, at most ten. */
export const defaultRetryLimits: RetryLimits = { baseMs: 1_000, capMs: 30 * 60_000, maxAttempts: 30 };

const REFUSED_ATTEMPTS = 4;
const GONE_ATTEMPTS = 3;
const OPERATIONAL_LIMIT_MS = 60 * 60_000;

/**
 * What to do after the nth failure in a row. Backoff is exponential, capped, with full jitter; limits of the provider
 * count against nobody and only wait.
 * @param random in [0, 1)
 */
export function reactTo(failure: PullFailure, attempt: number, random: number, limits = defaultRetryLimits): Reaction {
  switch (failure.code) {
    case 'AccessRevoked':
      return { kind: 'suspend', reason: 'access-revoked' };
    case 'ConsentTooSmall':
      return { kind: 'suspend', reason: 'consent-too-small' };
    case 'AccountUnusable':
      return { kind: 'suspend', reason: 'account-unusable' };
    case 'CalendarGone':
      // Right after its creation, or in passing, a calendar may be missing though it is there.
      return attempt >= GONE_ATTEMPTS ? { kind: 'calendar-gone' } : retry(attempt, random, limits);
    case 'RateLimited': {
      const unasked = failure.scope === 'operational' ? OPERATIONAL_LIMIT_MS : backoff(attempt, limits);
      // Whoever waited for the same limit must not come back in the same moment.
      return {
        kind: 'wait',
        delayMs: Math.ceil((failure.retryAfterMs ?? unasked) * (1 + random * 0.25)),
        bucket: failure.scope === 'project' ? 'project' : 'user',
      };
    }
    case 'ClientRefused':
      // Everybody's calls would fail alike, and nobody's calendar is to blame.
      return { kind: 'wait', delayMs: Math.ceil(backoff(attempt, limits) * (1 + random * 0.25)), bucket: 'project' };
    case 'ProviderRefused':
      // Our mistake, most likely; but Google answers some transient states with 400.
      return attempt >= REFUSED_ATTEMPTS ? { kind: 'park' } : retry(attempt, random, limits);
    default:
      return attempt >= limits.maxAttempts ? { kind: 'park' } : retry(attempt, random, limits);
  }
}

const backoff = (attempt: number, limits: RetryLimits) =>
  Math.min(limits.capMs, limits.baseMs * 2 ** Math.min(attempt - 1, 30));

const retry = (attempt: number, random: number, limits: RetryLimits): Reaction => ({
  kind: 'retry',
  delayMs: Math.ceil(backoff(attempt, limits) * random),
});
