import type { Transaction } from '@calendar-sync/event-sourcing-postgres';
import { HandlerFailed, isTransient } from './failures';

const ABORTED = '25P02';

/**
 * Remembers the statement that broke the transaction. A handler may swallow that error, or bury it in one of its own;
 * all that the next statement says is that the transaction is aborted.
 */
export class RememberingTransaction implements Transaction {
  private first: unknown;

  constructor(private readonly inner: Transaction) {}

  async query<Row extends object>(text: string, values?: readonly unknown[]) {
    try {
      return await this.inner.query<Row>(text, values);
    } catch (error) {
      if (codeOf(error) !== ABORTED) this.first ??= error;
      throw error;
    }
  }

  afterCommit(action: () => void): void {
    this.inner.afterCommit(action);
  }

  signal(written: string): void {
    this.inner.signal(written);
  }

  /** What an error really was: a lost connection that a handler put its own words to, or the statement behind "the transaction is aborted". */
  explain(error: unknown): unknown {
    if (this.first === undefined) return error;
    if (isTransient(this.first)) return this.first;
    return deepestCode(error) === ABORTED ? new HandlerFailed(this.first) : error;
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

function deepestCode(error: unknown): unknown {
  let code: unknown;
  for (let current: unknown = error; current instanceof Error; current = current.cause) code = codeOf(current) ?? code;
  return code;
}
