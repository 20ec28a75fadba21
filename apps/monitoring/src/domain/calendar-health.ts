/** How a calendar is doing. Times are RFC 3339. */
export interface CalendarHealth {
  ownerId: string;
  connectionId: string;
  calendarId: string;
  status: 'healthy' | 'failing' | 'removed';
  lastPushAt?: string;
  lastSyncAt?: string;
  lastFailureAt?: string;
  lastFailure?: string;
  /** From the last push to the sync that answered it. */
  syncDelayMs?: number;
  consecutiveFailures: number;
  /** Failed share of the last OUTCOMES_KEPT syncs. */
  errorRate: number;
}

/** A provider's hiccup heals by itself; from this many on somebody should look. */
export const FAILURES_THAT_COUNT = 3;

export const OUTCOMES_KEPT = 50;

export interface Signs {
  removed: boolean;
  /** The account: nothing is pulled until its owner connects again. */
  suspended: boolean;
  /** Sync has given up on the calendar until somebody replays it. */
  parked: boolean;
  consecutiveFailures: number;
}

export function statusOf({ removed, suspended, parked, consecutiveFailures }: Signs): CalendarHealth['status'] {
  if (removed) return 'removed';
  return suspended || parked || consecutiveFailures >= FAILURES_THAT_COUNT ? 'failing' : 'healthy';
}

/** The last syncs, oldest first, one letter each: `s` succeeded, `f` failed. */
export const withOutcome = (outcomes: string, outcome: 's' | 'f') => (outcomes + outcome).slice(-OUTCOMES_KEPT);

export const errorRateOf = (outcomes: string) =>
  outcomes === '' ? 0 : [...outcomes].filter((outcome) => outcome === 'f').length / outcomes.length;
