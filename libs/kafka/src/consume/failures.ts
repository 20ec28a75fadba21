import { ConcurrencyConflict, isTransientDatabaseError } from '@calendar-sync/event-sourcing-postgres';

/** A handler, or a collector that it filled, threw. */
export class HandlerFailed extends Error {
  override readonly name = 'HandlerFailed';

  constructor(override readonly cause: unknown) {
    super('a handler failed', { cause });
  }
}

/** What Kafka holds contradicts what was applied: going on would lose messages silently. Only a person can tell what is true. */
export class TopicContradicts extends Error {
  override readonly name = 'TopicContradicts';
}

/** A batch says that the partition ends before what was applied: it is old (this process was frozen), or the topic was cut or made anew. */
export class EndsBeforeApplied extends Error {
  override readonly name = 'EndsBeforeApplied';

  constructor(readonly next: bigint) {
    super(`the partition ends before ${next}, up to which messages were applied`);
  }
}

const HELD_UP = ['55P03', '40P01']; // lock_timeout, deadlock

/** True when it waited for somebody else's lock. */
export function isHeldUp(error: unknown): boolean {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string' && HELD_UP.includes(current.code)) return true;
  }
  return false;
}

/** True for what a repetition can heal. Whatever else a handler throws is a bug or bad data and would fail again. */
export function isTransient(error: unknown): boolean {
  for (
    let current: unknown = error, depth = 0;
    current instanceof Error && depth < 10;
    current = current.cause, depth += 1
  ) {
    if (current instanceof ConcurrencyConflict || isTransientDatabaseError(current)) return true;
  }
  return false;
}
