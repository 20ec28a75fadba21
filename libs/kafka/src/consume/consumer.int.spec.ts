import { randomUUID } from 'node:crypto';
import { openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { CompressionTypes } from 'kafkajs';
import { Bench, placed, placedRecord, shopHeaders } from '../testing/bench';
import { orders, shopCommands } from '../testing/shop';
import { listening, tally } from '../testing/tally';

describe('the consumer', () => {
  let bench: Bench;
  let applied: Awaited<ReturnType<typeof tally>>;
  beforeEach(async () => {
    bench = await Bench.open(await startTestDatabase(), testKafka());
    applied = await tally(bench);
  });
  afterEach(() => bench.close());

  it('applies what the relay publishes, each once and in order', async () => {
    bench.relay().start();
    listening(bench, applied.handler);
    for (let n = 1; n <= 5; n += 1) await bench.append([placed('a', n), placed('b', n)]);
    await eventually(async () => (await applied.count()) === 10);
    expect(await applied.of('a')).toEqual([1, 2, 3, 4, 5]);
    expect(await applied.of('b')).toEqual([1, 2, 3, 4, 5]);
  });

  it('goes by the offset in the database, not by the one that Kafka keeps', async () => {
    await bench.produce([1, 2, 3].map((n) => placedRecord('a', n)));
    const first = listening(bench, applied.handler);
    await eventually(async () => (await applied.count()) === 3);
    await first.close();
    await bench.database.query('UPDATE consumer_offsets SET next_offset = 0');
    await bench.database.query('TRUNCATE consumer_sequences, applied');
    listening(bench, applied.handler);
    await eventually(async () => (await applied.count()) === 3);
    expect(await applied.of('a')).toEqual([1, 2, 3]);
  });

  it('reads again what a restored database has lost, while the process keeps running', async () => {
    const strategy = listening(bench, applied.handler);
    await bench.produce([1, 2, 3].map((n) => placedRecord('a', n)));
    await eventually(async () => (await applied.count()) === 3);
    await bench.database.transaction(async (tx) => {
      await tx.query('UPDATE consumer_offsets SET next_offset = 0');
      await tx.query('TRUNCATE consumer_sequences, applied');
    });
    await bench.produce([placedRecord('a', 4)]);
    await eventually(async () => (await applied.count()) === 4);
    expect(await applied.of('a')).toEqual([1, 2, 3, 4]);
    expect(strategy.state().problems).toEqual([]);
  });

  it('goes on when others have applied more meanwhile than its batch knew of', async () => {
    const record = (sequence: number) => ({ ...placedRecord('a', sequence), partition: 0 });
    await bench.produce([record(1), record(2)]);
    const reached = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const strategy = listening(
      bench,
      async (message, context) => {
        await applied.handler(message, context);
        if (message.sequence !== 1) return;
        reached.resolve();
        await goOn.promise;
      },
      { chunkSize: 1 },
    );
    await reached.promise;
    await bench.produce([3, 4, 5].map(record));
    // Another member, first in line for the row that the chunk in hand has locked.
    const others = bench.database.transaction(async (tx) => {
      await tx.query('UPDATE consumer_offsets SET next_offset = 5 WHERE topic = $1 AND partition = 0', [orders.name]);
      await tx.query('UPDATE consumer_sequences SET last_sequence = 5');
    });
    await eventually(async () => {
      const { rows } = await bench.database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
           AND query LIKE 'UPDATE consumer_offsets SET next_offset = 5%'`,
      );
      return rows.length > 0;
    });
    goOn.resolve();
    await others;
    await bench.produce([record(6)]);
    await eventually(async () => (await applied.of('a')).includes(6));
    expect(await applied.of('a')).toEqual([1, 6]);
    expect(strategy.state().problems).toEqual([]);
  });

  it('drops what the relay repeats', async () => {
    const all = Array.from({ length: 20 }, (_, n) => placedRecord('a', n + 1));
    await bench.produce([...all.slice(0, 10), ...all.slice(5, 15), ...all]);
    listening(bench, applied.handler);
    await eventually(async () => (await applied.count()) >= 20);
    await bench.produce([placedRecord('a', 21)]);
    await eventually(async () => (await applied.of('a')).includes(21));
    expect(await applied.of('a')).toEqual(Array.from({ length: 21 }, (_, n) => n + 1));
  });

  it('passes over a type that it does not know, and takes its number', async () => {
    await bench.produce([
      placedRecord('a', 1),
      { key: 'a', value: '{}', headers: shopHeaders(2, { ce_type: 'OrderPraised.v1' }) },
      placedRecord('a', 3),
    ]);
    listening(bench, applied.handler);
    await eventually(async () => (await applied.of('a')).includes(3));
    expect(await applied.of('a')).toEqual([1, 3]);
  });

  it('reads batches in zstd', async () => {
    const producer = bench.kafka.producer({ idempotent: false });
    const admin = bench.kafka.admin();
    await admin.connect();
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: 2,
          name: bench.topicPrefix + orders.name,
          configEntries: [{ name: 'compression.type', value: 'producer' }],
        },
      ],
    });
    await admin.disconnect();
    await producer.connect();
    await producer.send({
      topic: bench.topicPrefix + orders.name,
      compression: CompressionTypes.ZSTD,
      messages: Array.from({ length: 30 }, (_, n) => placedRecord('a', n + 1)),
    });
    await producer.disconnect();
    listening(bench, applied.handler);
    await eventually(async () => (await applied.of('a')).length === 30);
    expect(await applied.of('a')).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
  });

  it('flushes what handlers collected once per chunk, in the order of the messages', async () => {
    const flushed: number[][] = [];
    const collector = {
      flush: async (_tx: unknown, items: number[]) => {
        flushed.push(items);
      },
    };
    await bench.produce(Array.from({ length: 10 }, (_, n) => placedRecord('a', n + 1)));
    listening(bench, async (message, context) => context.collect(collector, message.sequence), { chunkSize: 4 });
    await eventually(() => flushed.flat().length === 10);
    expect(flushed).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10],
    ]);
  });

  it('applies commands once though earlier ones of their key were lost, and says that they were', async () => {
    const orderId = 'a';
    const command = (sequence: number) => ({
      key: orderId,
      value: JSON.stringify({ orderId }),
      headers: shopHeaders(sequence, { ce_type: 'ShipOrder.v1' }),
    });
    const strategy = bench.consumer({ [shopCommands.name]: applied.handler }, { topics: [shopCommands] });
    strategy.listen();
    const seventh = command(7);
    await bench.produce([seventh, seventh, command(9)], shopCommands.name);
    await eventually(async () => (await applied.of('a')).includes(9));
    expect(await applied.of('a')).toEqual([7, 9]);
    expect(bench.logger.alarms()).toEqual(['commands-lost']);
  });

  it('goes on with other partitions of a fetch while a chunk of one waits', async () => {
    await bench.database.query("CREATE TABLE rooms AS SELECT 'taken' AS key");
    await bench.produce([
      { ...placedRecord('taken', 1), partition: 0 },
      ...Array.from({ length: 5 }, () => ({ ...placedRecord(randomUUID(), 1), partition: 1 })),
    ]);
    const somebody = openDatabase({
      url: bench.databaseUrl,
      applicationName: 'somebody',
      idleInTransactionTimeoutMs: 0,
    });
    bench.onClose(() => somebody.close());
    const leaves = Promise.withResolvers<void>();
    const holds = Promise.withResolvers<void>();
    const held = somebody.transaction(async (tx) => {
      await tx.query('SELECT FROM rooms FOR UPDATE');
      holds.resolve();
      await leaves.promise;
    });
    try {
      await holds.promise;
      listening(bench, async (message, context) => {
        await context.transaction.query('UPDATE rooms SET key = key WHERE key = $1', [message.key]);
        await applied.handler(message, context);
      });
      await eventually(async () => (await applied.count()) === 5);
      expect(await applied.of('taken')).toEqual([]);
    } finally {
      leaves.resolve();
      await held;
    }
    await eventually(async () => (await applied.count()) === 6);
  });

  it('lets two processes share the partitions and applies everything once', async () => {
    const keys = Array.from({ length: 12 }, () => randomUUID());
    const one = listening(bench, applied.handler);
    await bench.produce(keys.map((key) => placedRecord(key, 1)));
    await eventually(async () => (await applied.count()) === 12);
    const two = listening(bench, applied.handler);
    await eventually(() => one.state().assigned > 0 && two.state().assigned > 0);
    await bench.produce(keys.map((key) => placedRecord(key, 2)));
    await eventually(async () => (await applied.count()) === 24);
    await one.close();
    await bench.produce(keys.map((key) => placedRecord(key, 3)));
    await eventually(async () => (await applied.count()) === 36);
    for (const key of keys) expect(await applied.of(key)).toEqual([1, 2, 3]);
  });
});
