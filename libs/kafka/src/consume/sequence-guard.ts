import type { Message, TopicKind } from '@calendar-sync/contracts-envelope';
import { isSequencesGone } from '../sequences-gone';

/** How far a key of one source was applied. */
export interface Progress {
  epoch: number;
  last: number;
  /** Of the message that had the last number; undefined when not known. */
  lastId?: string | undefined;
  /** The latest time that any applied message of this epoch carries, in milliseconds; undefined when not known. */
  latestTime?: number | undefined;
}

/** A message that could not be applied, with as many of its numbers as it had. */
export interface Blocker {
  source: string | undefined;
  epoch: number | undefined;
  sequence: number | undefined;
}

/** The numbers that a message stands for: one, or the range that is gone. */
export interface Numbers {
  source: string;
  epoch: number;
  from: number;
  to: number;
  /** Which message it is, and when it was recorded; nothing for a range that is gone, which every teller tells anew. */
  id?: string;
  time?: number;
}

export type Verdict =
  | { verdict: 'apply'; skipped: number }
  | { verdict: 'duplicate' }
  | { verdict: 'contradiction' }
  | { verdict: 'behind' }
  | { verdict: 'gap'; missing: { from: number; to: number } };

export function numbersOf(message: Message): Numbers {
  const { source, epoch, sequence, id } = message;
  const time = Date.parse(message.time);
  return isSequencesGone(message)
    ? { source, epoch, from: message.data.fromSequence, to: message.data.toSequence }
    : { source, epoch, from: sequence, to: sequence, id, ...(Number.isNaN(time) ? {} : { time }) };
}

/** True when the numbers were dealt with already, or are of a life of the producer that a restore ended. */
export function isCovered({ epoch, to }: Pick<Numbers, 'epoch' | 'to'>, progress: Progress | undefined): boolean {
  return progress !== undefined && (epoch < progress.epoch || (epoch === progress.epoch && to <= progress.last));
}

/**
 * True when an applied number comes again on another message: its producer numbers anew without a new epoch, as after the
 * restore of an older database. A repeat has the time that it had, which is none after those that were applied.
 */
export function contradicts({ epoch, to, id, time }: Numbers, progress: Progress | undefined): boolean {
  if (id === undefined || progress === undefined || epoch !== progress.epoch) return false;
  if (to === progress.last && progress.lastId !== undefined && id !== progress.lastId) return true;
  return time !== undefined && progress.latestTime !== undefined && time > progress.latestTime;
}

/**
 * Whether a message may be applied now: only the number that follows the last one of its key may. A new epoch counts
 * anew. Commands can't be asked for again (they are deleted once sent), so a gap in them is reported and passed over.
 */
export function judge(
  numbers: Numbers,
  progress: Progress | undefined,
  blockers: readonly Blocker[],
  kind: TopicKind,
): Verdict {
  if (isCovered(numbers, progress)) return { verdict: contradicts(numbers, progress) ? 'contradiction' : 'duplicate' };
  if (blockers.some((blocker) => stands(blocker, numbers))) return { verdict: 'behind' };
  const known = progress?.epoch === numbers.epoch;
  const next = (known ? progress.last : 0) + 1;
  const missing = Math.max(0, numbers.from - next);
  if (missing === 0) return { verdict: 'apply', skipped: 0 };
  if (kind === 'commands') return { verdict: 'apply', skipped: known ? missing : 0 };
  return { verdict: 'gap', missing: { from: next, to: numbers.from - 1 } };
}

/** What has no numbers stands before everything of its key; otherwise what is earlier does. The same number is a second chance. */
function stands({ source, epoch, sequence }: Blocker, numbers: Numbers): boolean {
  if (source === undefined || epoch === undefined || sequence === undefined) return true;
  return source === numbers.source && epoch === numbers.epoch && sequence < numbers.from;
}
