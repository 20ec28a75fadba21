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
/** How long a channel stored apart may wait for a row, and how long a channel that could not be stored is kept apart. */
const ALONE_LOCK_MS = 250;
const APART_MS = 10_000;

/**
 * Stores pushes. Requests that arrive while a transaction is under way share the next one, so a storm costs few commits.
 * Resolves only when the push is committed. Where a row of one channel is locked by somebody else, only its pushes fail.
 */
export class PushIntake {
  private queue: Waiting[] = [];
  private storing = false;
  /** Channels that lately held up those they were stored with, and until when they are stored by themselves. */
  private readonly apart = new Map<string, number>();

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
      const alone = this.apart.size === 0 ? [] : batch.filter(({ push }) => this.isApart(push.channelId));
      const together = alone.length === 0 ? batch : batch.filter((waiting) => !alone.includes(waiting));
      await this.storeTogether(together);
      await this.storeByChannel(alone);
    }
    this.storing = false;
  }

  private async storeTogether(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      await this.store(batch);
      for (const { stored } of batch) stored();
    } catch (error) {
      if (isLocked(error)) return this.storeByChannel(batch);
      for (const { failed } of batch) failed(error);
    }
  }

  private async storeByChannel(batch: readonly Waiting[]): Promise<void> {
    for (const [channelId, ofChannel] of Map.groupBy(batch, ({ push }) => push.channelId)) {
      try {
        await this.store(ofChannel, ALONE_LOCK_MS);
        for (const { stored } of ofChannel) stored();
      } catch (error) {
        if (isLocked(error)) this.apart.set(channelId, performance.now() + APART_MS);
        for (const { failed } of ofChannel) failed(error);
      }
    }
  }

  private isApart(channelId: string): boolean {
    const until = this.apart.get(channelId);
    if (until === undefined) return false;
    if (performance.now() < until) return true;
    this.apart.delete(channelId);
    return false;
  }

  private async store(batch: readonly Waiting[], lockMs?: number): Promise<void> {
    const nextEnd = await this.database.transaction(async (tx) => {
      if (lockMs !== undefined) await tx.query(`SET LOCAL lock_timeout = ${lockMs}`);
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

const LOCKED = ['55P03', '40P01']; // lock_timeout, deadlock: nothing of the transaction was kept

const isLocked = (error: unknown) =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && LOCKED.includes(error.code);
