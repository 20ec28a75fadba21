import type { Message } from '@calendar-sync/contracts-envelope';
import type { EventMetadata, Transaction } from '@calendar-sync/event-sourcing-postgres';
import { HandlerFailed } from './failures';

/** Work that is cheaper in bulk: called once per chunk, before its commit, with what the handlers collected, in order. */
export interface Collector<Item> {
  flush(tx: Transaction, items: Item[]): Promise<unknown>;
}

/** What the handlers of one chunk collected. */
export class Collected {
  private readonly flushes = new Map<object, { add(item: unknown): void; flush(tx: Transaction): Promise<unknown> }>();

  add<Item>(collector: Collector<Item>, item: Item): void {
    let entry = this.flushes.get(collector);
    if (entry === undefined) {
      const items: Item[] = [];
      entry = { add: (each) => items.push(each as Item), flush: (tx) => collector.flush(tx, items) };
      this.flushes.set(collector, entry);
    }
    entry.add(item);
  }

  /** Throws HandlerFailed. */
  async flush(tx: Transaction): Promise<void> {
    try {
      for (const entry of this.flushes.values()) await entry.flush(tx);
    } catch (error) {
      throw new HandlerFailed(error);
    }
  }
}

/** What a handler gets beside the message (`@Ctx()`). */
export class MessageContext {
  constructor(
    /** That of the offset: the only one to write in, or effect and offset come apart. */
    readonly transaction: Transaction,
    /** The topic's name as its contract has it, also when the message came by a replay. */
    readonly topic: string,
    private readonly message: Message,
    private readonly collected: Collected,
  ) {}

  /** For the events that the handler appends: they carry on what the message came with. */
  get metadata(): EventMetadata {
    const { id, correlationId, traceparent, causedAt } = this.message;
    return {
      causationId: id,
      ...(correlationId === undefined ? {} : { correlationId }),
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(causedAt === undefined ? {} : { causedAt }),
    };
  }

  collect<Item>(collector: Collector<Item>, item: Item): void {
    this.collected.add(collector, item);
  }
}
