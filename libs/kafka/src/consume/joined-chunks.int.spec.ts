import { type Database, openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import type { KafkaMessage } from 'kafkajs';
import { noMetrics } from '../observability';
import { migrated, placedRecord, recordingLogger } from '../testing/bench';
import { orders } from '../testing/shop';
import type { Chunk } from './chunk';
import { HandlerFailed } from './failures';
import { JoinedChunks } from './joined-chunks';
import { MessageApplier } from './message-applier';
import { subscribedTopics } from './subscribed-topic';

describe('chunks that are there at the same moment', () => {
  let server: TestDatabase;
  let database: Database;
  let transactions: number;
  let joined: JoinedChunks;
  const [from] = subscribedTopics([orders], 'counter', '') as [Chunk['from']];

  beforeEach(async () => {
    server = await startTestDatabase();
    await migrated(server.url);
    database = openDatabase({ url: server.url, applicationName: 'test' });
    await database.query('CREATE TABLE applied (key text, sequence integer)');
    transactions = 0;
    const counting: Database = {
      query: (text, values) => database.query(text, values),
      queryPrepared: (name, text, values) => database.queryPrepared(name, text, values),
      transaction: (work, options) => {
        transactions += 1;
        return database.transaction(work, options);
      },
      onCommit: (listener) => database.onCommit(listener),
      close: () => database.close(),
    };
    const logger = recordingLogger();
    const applier = new MessageApplier({
      group: 'counter',
      handler: () => async (message, context) => {
        if (message.key === 'refused') throw new Error('no');
        await context.transaction.query('INSERT INTO applied VALUES ($1, $2)', [message.key, message.sequence]);
      },
      logger,
      metrics: noMetrics,
    });
    joined = new JoinedChunks({ database: counting, applier, askAgainAfterMs: 60_000, mostMessages: 3 });
  });
  afterEach(async () => {
    await database.close();
    await server.drop();
  });

  const chunk = (partition: number, key: string, ...sequences: number[]): Chunk => ({
    from,
    partition,
    start: 0n,
    highWatermark: 100n,
    records: sequences.map((sequence): KafkaMessage => {
      const { value, headers } = placedRecord(key, sequence);
      return {
        key: Buffer.from(key),
        value: Buffer.from(value),
        headers,
        timestamp: '0',
        attributes: 0,
        offset: String(sequence - 1),
      };
    }),
  });
  const applied = async () => {
    const { rows } = await database.query<{ what: string }>(
      `SELECT key || sequence AS what FROM applied ORDER BY key COLLATE "C", sequence`,
    );
    return rows.map(({ what }) => what);
  };
  const offsets = async () => {
    const { rows } = await database.query<{ partition: number; next_offset: string }>(
      'SELECT partition, next_offset FROM consumer_offsets ORDER BY partition',
    );
    return rows.map(({ partition, next_offset }) => [partition, Number(next_offset)]);
  };

  it('are applied in one transaction, as many as fit', async () => {
    const outcomes = await Promise.all(
      [chunk(0, 'a', 1, 2), chunk(1, 'b', 1), chunk(2, 'c', 1)].map((one) => joined.apply(one)),
    );
    expect(outcomes).toEqual([
      { outcome: 'applied', next: 2n, applied: 2, wakened: [] },
      { outcome: 'applied', next: 1n, applied: 1, wakened: [] },
      { outcome: 'applied', next: 1n, applied: 1, wakened: [] },
    ]);
    expect(transactions).toBe(2);
    expect(await applied()).toEqual(['a1', 'a2', 'b1', 'c1']);
    expect(await offsets()).toEqual([
      [0, 2],
      [1, 1],
      [2, 1],
    ]);
  });

  it('are all given back, and nothing has happened, when one of them fails', async () => {
    const outcomes = await Promise.all(
      [chunk(0, 'a', 1), chunk(1, 'refused', 1)].map((one) => joined.apply(one).catch((error: unknown) => error)),
    );
    expect(outcomes).toEqual([expect.any(HandlerFailed), expect.any(HandlerFailed)]);
    expect(transactions).toBe(1);
    expect([await applied(), await offsets()]).toEqual([[], []]);
  });

  it('say for themselves that the database stands before them', async () => {
    const outcomes = await Promise.all(
      [chunk(0, 'a', 1), { ...chunk(1, 'b', 5), start: 4n }].map((one) => joined.apply(one)),
    );
    expect(outcomes).toEqual([
      { outcome: 'applied', next: 1n, applied: 1, wakened: [] },
      { outcome: 'behind', next: 0n },
    ]);
  });

  it('share no transaction when they are of one partition: the second sees what the first did', async () => {
    const outcomes = await Promise.all([chunk(0, 'a', 1), chunk(0, 'a', 1)].map((one) => joined.apply(one)));
    expect(outcomes.map((outcome) => outcome.outcome === 'applied' && outcome.applied)).toEqual([1, 0]);
    expect(transactions).toBe(2);
    expect(await applied()).toEqual(['a1']);
  });
});
