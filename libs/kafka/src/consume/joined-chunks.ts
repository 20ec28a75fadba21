import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { applyChunks, type Chunk, type ChunkOutcome } from './chunk';
import type { MessageApplier } from './message-applier';

export interface JoinedChunksOptions {
  database: Database;
  applier: MessageApplier;
  askAgainAfterMs: number;
  /** Messages in one transaction, unless a single chunk has more. */
  mostMessages: number;
}

interface Waiting {
  chunk: Chunk;
  done(outcome: ChunkOutcome): void;
  failed(error: unknown): void;
}

/** A row that somebody holds concerns one of the chunks: the others wait no longer than this for it. */
const LOCK_MS = 500;
/** Where there is more than one transaction takes, others begin before it has ended. */
const AT_ONCE = 4;

/**
 * Takes the chunks that are there at the same moment through the database in one transaction: its commit, and each statement, is then paid for
 * once. What one fetch of the broker brings are small chunks of many partitions.
 */
export class JoinedChunks {
  private waiting: Waiting[] = [];
  private underWay = 0;
  private called = false;

  constructor(private readonly options: JoinedChunksOptions) {}

  /** What became of the chunk. Throws what the transaction failed of, which may be another chunk's: nothing has happened then. */
  apply(chunk: Chunk): Promise<ChunkOutcome> {
    return new Promise((done, failed) => {
      this.waiting.push({ chunk, done, failed });
      this.next();
    });
  }

  /** Not at once: the other chunks of the same fetch are handed in before this turn of the event loop ends. */
  private next(): void {
    if (this.called || this.waiting.length === 0 || this.underWay >= AT_ONCE) return;
    this.called = true;
    setImmediate(() => {
      this.called = false;
      void this.run(this.take());
      this.next();
    });
  }

  private take(): Waiting[] {
    const partitions = new Set<string>();
    let messages = 0;
    const beyond = this.waiting.findIndex(({ chunk: { from, partition, records } }) => {
      const place = `${from.name}/${partition}`;
      // Of a partition that was lost and given back two chunks may be here: the second one must see what the first one did.
      if (partitions.size > 0 && (messages + records.length > this.options.mostMessages || partitions.has(place)))
        return true;
      messages += records.length;
      partitions.add(place);
      return false;
    });
    return this.waiting.splice(0, beyond === -1 ? this.waiting.length : beyond);
  }

  private async run(together: readonly Waiting[]): Promise<void> {
    const { database, applier, askAgainAfterMs } = this.options;
    const chunks = together.map(({ chunk }) => chunk);
    this.underWay += 1;
    try {
      const outcomes = await database.transaction((tx) =>
        applyChunks(tx, applier, chunks, { askAgainAfterMs, lockMs: LOCK_MS }),
      );
      together.forEach(({ done }, index) => done(outcomes[index]!));
    } catch (error) {
      for (const { failed } of together) failed(error);
    }
    this.underWay -= 1;
    this.next();
  }
}
