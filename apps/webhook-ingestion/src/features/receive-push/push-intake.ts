import type { Database } from '@calendar-sync/event-sourcing-postgres';
import type { Push } from '../../domain/push-burst.decider';
import { burstKind, decideAndStore, lockBursts } from './push-bursts.repository';

/** Nothing could be stored: the provider should send it again. */
export class IntakeUnavailable extends Error {
  override readonly name = 'IntakeUnavailable';
}

interface Waiting {
  push: Push;
  traceparent: string | undefined;
  stored: () => void;
  failed: (error: unknown) => void;
}

const BATCH = 500;
/** Beyond that many waiting requests the database is stuck: better to say so than to answer after the provider has hung up. */
const QUEUE_LIMIT = 20_000;

/**
 * Stores pushes. Requests that arrive while a transaction is under way share the next one, so a storm costs few commits.
 * Resolves only when the push is committed.
 */
export class PushIntake {
  private queue: Waiting[] = [];
  private storing = false;

  constructor(
    private readonly database: Database,
    private readonly windowMs: number,
    /** Told when a push was held back: how long until its window ends, in milliseconds. */
    private readonly onHeld: (endsInMs: number) => void,
  ) {}

  receive(push: Push, traceparent?: string): Promise<void> {
    if (this.queue.length >= QUEUE_LIMIT) return Promise.reject(new IntakeUnavailable('too many pushes are waiting'));
    return new Promise((stored, failed) => {
      this.queue.push({ push, traceparent, stored, failed });
      if (!this.storing) void this.storeAll();
    });
  }

  private async storeAll(): Promise<void> {
    this.storing = true;
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0, BATCH);
      try {
        await this.store(batch);
        for (const { stored } of batch) stored();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.storing = false;
  }

  private async store(batch: readonly Waiting[]): Promise<void> {
    const nextEnd = await this.database.transaction(async (tx) => {
      const bursts = await lockBursts(
        tx,
        batch.map(({ push }) => push),
      );
      const ofBurst = Map.groupBy(batch, ({ push }) => `${burstKind(push)} ${push.channelId}`);
      const decided = bursts.map((burst) => ({
        burst,
        commands: (ofBurst.get(`${burst.kind} ${burst.channelId}`) ?? []).map(({ push }) => ({
          type: 'ReceivePush' as const,
          data: { push, now: burst.now, windowMs: this.windowMs },
        })),
      }));
      const traces = new Map(batch.map(({ push, traceparent }) => [push.notificationId, traceparent]));
      const windowEndsAt = await decideAndStore(tx, decided, (id) => traces.get(id));
      return windowEndsAt === undefined ? undefined : windowEndsAt - Math.max(...bursts.map(({ now }) => now));
    });
    if (nextEnd !== undefined) this.onHeld(Math.max(0, nextEnd));
  }
}
