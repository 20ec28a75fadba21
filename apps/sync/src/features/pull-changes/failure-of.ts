import { ProviderFailure, RateLimited } from '@calendar-sync/calendar-providers-port';
import type { PullFailure } from '../../domain/retry-policy';

/** An error in the words that the retry policy decides by. What isn't of the provider is named and nothing more: its text may hold anything. */
export function failureOf(error: unknown): PullFailure & { detail: string } {
  if (error instanceof RateLimited) {
    return {
      code: error.code,
      scope: error.scope,
      detail: error.message,
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    };
  }
  if (error instanceof ProviderFailure) return { code: error.code, detail: error.message };
  return { code: 'Unexpected', detail: error instanceof Error ? error.name : 'unknown' };
}
