import type { Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { KafkaMessage } from 'kafkajs';
import { EndsBeforeApplied } from './failures';
import { KeyLedger } from './key-ledger';
import type { MessageApplier, Received } from './message-applier';
import { Collected } from './message-context';
import { lockOffset, saveOffset } from './offset-store';
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

/**
 * Applies a chunk in the transaction that moves the offset: the stored offset wins over Kafka's. Throws HandlerFailed,
 * EndsBeforeApplied, and whatever the database throws; nothing has happened then. With `refusal` the chunk holds one record, to be parked
 * with that error.
 */
export async function applyChunk(
  transaction: Transaction,
  applier: MessageApplier,
  { from, partition, start, highWatermark, records }: Chunk,
  { askAgainAfterMs, refusal }: { askAgainAfterMs: number; refusal?: unknown },
): Promise<ChunkOutcome> {
  const tx = new RememberingTransaction(transaction);
  const next = await lockOffset(tx, from.name, partition);
  if (highWatermark < next) throw new EndsBeforeApplied(next);
  if (start > next) return { outcome: 'behind', next };
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
  const last = records.at(-1);
  if (last === undefined || fresh.length === 0) return { outcome: 'applied', next, applied: 0, wakened: [] };
  const wakened = new Set<string>();
  try {
    const ledger = await KeyLedger.open(tx, from.topic.name, ownersOf(fresh), keysOf(fresh), askAgainAfterMs);
    const work = { tx, ledger, collected: new Collected() };
    for (const received of fresh) {
      const key = await applier.receive(work, received, refusal);
      if (key !== undefined) wakened.add(key);
    }
    await work.collected.flush(tx);
    await ledger.save();
    const after = BigInt(last.offset) + 1n;
    await saveOffset(tx, from.name, partition, after);
    return { outcome: 'applied', next: after, applied: fresh.length, wakened: [...wakened] };
  } catch (error) {
    throw tx.explain(error);
  }
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
