import type { Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { KafkaMessage } from 'kafkajs';
import { EndsBeforeApplied } from './failures';
import { KeyLedger, type Wanted } from './key-ledger';
import type { MessageApplier, Received } from './message-applier';
import { Collected } from './message-context';
import { lockOffsets } from './offset-store';
import { RememberingTransaction } from './remembering-transaction';
import { readRecord, type SubscribedTopic } from './subscribed-topic';

/** Consecutive records of one partition. */
export interface Chunk {
  from: SubscribedTopic;
  partition: number;
  /** The offset that was asked for, not the first that came: compaction and retention leave legal holes between the two. */
  start: bigint;
  highWatermark: bigint;
  records: readonly KafkaMessage[];
}

export type ChunkOutcome =
  | { outcome: 'applied'; next: bigint; applied: number; wakened: string[] }
  /** The database stands before the chunk: to be read from there. */
  | { outcome: 'behind'; next: bigint };

export interface ApplyOptions {
  askAgainAfterMs: number;
  /** The chunk holds one record, to be parked with this error. */
  refusal?: unknown;
  /** How long to wait for a lock; as long as the connection does when absent. */
  lockMs?: number;
}

/**
 * Applies chunks of different partitions in the transaction that moves their offsets: the stored offset wins over Kafka's. Gives what became of
 * each. Throws HandlerFailed, EndsBeforeApplied, and whatever the database throws; nothing has happened then, to none of them.
 */
export async function applyChunks(
  transaction: Transaction,
  applier: MessageApplier,
  chunks: readonly Chunk[],
  { askAgainAfterMs, refusal, lockMs }: ApplyOptions,
): Promise<ChunkOutcome[]> {
  const tx = new RememberingTransaction(transaction);
  const offsets = await lockOffsets(
    tx,
    chunks.map(({ from, partition }) => ({ topic: from.name, partition })),
    lockMs,
  );
  const held = chunks.map((chunk, index) => freshOf(chunk, offsets[index]!));
  const received = held.flatMap(({ fresh }) => fresh);
  try {
    if (received.length > 0) {
      const ledgers = await KeyLedger.openAll(tx, wantedOf(received), askAgainAfterMs);
      const work = { tx, collected: new Collected() };
      for (const { fresh, wakened } of held) {
        for (const one of fresh) {
          const key = await applier.receive({ ...work, ledger: ledgers.get(one.topic.name)! }, one, refusal);
          if (key !== undefined) wakened.add(key);
        }
      }
      await work.collected.flush(tx);
      await KeyLedger.saveAll(tx, ledgers.values(), held.filter(({ fresh }) => fresh.length > 0).map(endOf));
    }
    return held.map(outcomeOf);
  } catch (error) {
    throw tx.explain(error);
  }
}

interface Held {
  chunk: Chunk;
  /** As stored when the partition was locked. */
  next: bigint;
  behind: boolean;
  fresh: Received[];
  wakened: Set<string>;
}

/** What of a chunk was not applied before. Throws EndsBeforeApplied. */
function freshOf(chunk: Chunk, next: bigint): Held {
  const { from, partition, start, highWatermark, records } = chunk;
  const held = { chunk, next, behind: false, fresh: [], wakened: new Set<string>() };
  if (highWatermark < next) throw new EndsBeforeApplied(next);
  if (start > next) return { ...held, behind: true };
  const fresh = records
    .filter(({ offset }) => BigInt(offset) >= next)
    .map((record): Received => ({
      topic: from.topic,
      receivedOn: from.name,
      partition,
      offset: record.offset,
      record,
      read: readRecord(from.topic, record),
    }));
  return { ...held, fresh };
}

const afterLast = ({ records }: Chunk) => BigInt(records.at(-1)!.offset) + 1n;

const endOf = ({ chunk }: Held) => ({
  topic: chunk.from.name,
  partition: chunk.partition,
  next: afterLast(chunk),
});

function outcomeOf({ chunk, next, behind, fresh, wakened }: Held): ChunkOutcome {
  if (behind) return { outcome: 'behind', next };
  if (fresh.length === 0) return { outcome: 'applied', next, applied: 0, wakened: [] };
  return { outcome: 'applied', next: afterLast(chunk), applied: fresh.length, wakened: [...wakened] };
}

function wantedOf(received: readonly Received[]): Wanted[] {
  return [...Map.groupBy(received, ({ topic }) => topic.name)].map(([topic, ofTopic]) => ({
    topic,
    owners: ownersOf(ofTopic),
    keys: keysOf(ofTopic),
  }));
}

function ownersOf(received: readonly Received[]): { key: string; source: string }[] {
  return received.flatMap(({ read }) => {
    if (read.outcome !== 'poison') return [{ key: read.message.key, source: read.message.source }];
    const { key, blocker } = read;
    return key !== undefined && blocker.source !== undefined && blocker.sequence !== undefined
      ? [{ key, source: blocker.source }]
      : [];
  });
}

const keysOf = (received: readonly Received[]) =>
  received.flatMap(({ read }) => (read.outcome === 'poison' ? (read.key ?? []) : read.message.key));
