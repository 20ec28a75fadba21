import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE, ServiceLifecycle } from '@calendar-sync/service-host';
import { endOf } from './operation-book';
import type { OperationDto } from './operation.dto';
import { findOperation } from './operation.view';

const pollMs = 500;

const hasEnded = ({ status }: OperationDto) => status === 'succeeded' || status === 'failed' || status === 'expired';

/** Waits for the end of operations. The database is asked; a commit in this process is a hint to ask at once. */
@Injectable()
export class OperationEnd implements OnModuleDestroy {
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly unsubscribe: () => void;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly lifecycle: ServiceLifecycle,
  ) {
    this.unsubscribe = database.onCommit((signals) => {
      for (const signal of signals) for (const wake of this.waiting.get(signal) ?? []) wake();
    });
  }

  onModuleDestroy() {
    this.unsubscribe();
  }

  /** The operation once it has ended, or as it stands after `limitMs`, or when the service is asked to leave. */
  async of(operationId: string, limitMs: number): Promise<OperationDto | undefined> {
    const until = performance.now() + limitMs;
    for (;;) {
      const rest = this.rest(endOf(operationId));
      const operation = await findOperation(this.database, operationId);
      const left = until - performance.now();
      if (operation === undefined || hasEnded(operation) || left <= 0 || this.lifecycle.draining.aborted) {
        rest.cancel();
        return operation;
      }
      await rest.atMost(Math.min(left, pollMs));
    }
  }

  /** Begins to listen at once, so that an end between the question and the rest is not missed. */
  private rest(signal: string) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const wakers = this.waiting.get(signal) ?? new Set();
    this.waiting.set(signal, wakers.add(wake));
    this.lifecycle.draining.addEventListener('abort', wake);
    const cancel = () => {
      this.lifecycle.draining.removeEventListener('abort', wake);
      wakers.delete(wake);
      if (wakers.size === 0 && this.waiting.get(signal) === wakers) this.waiting.delete(signal);
    };
    const atMost = async (milliseconds: number) => {
      const timer = setTimeout(wake, milliseconds);
      await promise;
      clearTimeout(timer);
      cancel();
    };
    return { atMost, cancel };
  }
}
