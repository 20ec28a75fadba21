export interface PollCircumstances {
  mode: 'push' | 'polling';
  minSeconds: number;
  maxSeconds: number;
  /** Since the last change that a pull brought; absent: none yet. */
  secondsSinceLastChange?: number;
  /** The poll just made found what no push had announced. */
  foundUnannounced: boolean;
}

export interface NextPoll {
  seconds: number;
  /** In words, for those who ask why a calendar is polled when it is. */
  reason: string;
}

/**
 * When to look without being told. Pushes are hints that get lost, so a calendar with a live channel is polled too, only
 * rarely; one without, as often as it changes.
 * @param random in [0, 1): spreads the calendars by ±25 %
 */
export function nextPoll(circumstances: PollCircumstances, random: number): NextPoll {
  const { seconds, reason } = undisturbed(circumstances);
  const { minSeconds, maxSeconds } = circumstances;
  const jittered = seconds * (0.75 + random * 0.5);
  return { seconds: Math.round(Math.min(maxSeconds * 1.25, Math.max(minSeconds, jittered))), reason };
}

function undisturbed(circumstances: PollCircumstances): NextPoll {
  const { mode, minSeconds, maxSeconds, secondsSinceLastChange, foundUnannounced } = circumstances;
  const between = (seconds: number) => Math.min(maxSeconds, Math.max(minSeconds, seconds));
  if (mode === 'push') {
    if (foundUnannounced)
      return { seconds: between(minSeconds * 2), reason: 'the last poll found a change that no push had announced' };
    return { seconds: maxSeconds, reason: 'pushes announce changes; polled only to be safe' };
  }
  if (secondsSinceLastChange === undefined)
    return { seconds: between(maxSeconds / 4), reason: 'no push channel, and no change seen yet' };
  // Half the time that passed since the last change: a calendar at rest is asked less and less.
  const seconds = between(secondsSinceLastChange / 2);
  return {
    seconds,
    reason:
      seconds <= minSeconds
        ? 'no push channel, and it changed just now'
        : `no push channel, and its last change was ${ago(secondsSinceLastChange)} ago`,
  };
}

const ago = (seconds: number) =>
  seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`;
