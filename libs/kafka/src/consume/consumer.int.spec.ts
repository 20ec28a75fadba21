import { randomUUID } from 'node:crypto';
import type { Message } from '@calendar-sync/contracts-envelope';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { CompressionTypes } from 'kafkajs';
import { discardParked, listParked, type MessageContext, requestReplayOfParked } from '../index';
import { Bench, placed, placedRecord, shopHeaders } from '../testing/bench';
import { orders, type OrderPlacedV1, shopCommands } from '../testing/shop';

/** What a handler applied, as rows: a unique key would hide what is applied twice. */
async function tally(bench: Bench) {
  await bench.database.query('CREATE TABLE applied (id bigserial, key text, sequence integer)');
  return {
    handler: async (message: Message<OrderPlacedV1>, context: MessageContext) => {
      await context.transaction.query('INSERT INTO applied (key, sequence) VALUES ($1, $2)', [
        message.key,
        message.sequence,
      ]);
    },
    of: async (key: string) => {
      const { rows } = await bench.database.query<{ sequence: number }>(
        'SELECT sequence FROM applied WHERE key = $1 ORDER BY id',
        [key],
      );
      return rows.map(({ sequence }) => sequence);
    },
    count: async () => {
      const { rows } = await bench.database.query<{ count: number }>('SELECT count(*)::integer AS count FROM applied');
      return rows[0]!.count;
    },
  };
}

describe('the consumer', () => {
  let bench: Bench;
  let applied: Awaited<ReturnType<typeof tally>>;
  beforeEach(async () => {
    bench = await Bench.open(await startTestDatabase(), testKafka());
    applied = await tally(bench);
  });
  afterEach(() => bench.close());

  const listening = (
    ...[handler = applied.handler, options]: [typeof applied.handler?, Parameters<Bench['consumer']>[1]?]
  ) => {
    const strategy = bench.consumer({ [orders.name]: handler, [shopCommands.name]: async () => undefined }, options);
    strategy.listen((error) => {
      if (error) throw error;
    });
    return strategy;
  };

  it('applies what the relay publishes, each once and in order', async () => {
    bench.relay().start();
    listening();
    for (let n = 1; n <= 5; n += 1) await bench.append([placed('a', n), placed('b', n)]);
    await eventually(async () => (await applied.count()) === 10);
    expect(await applied.of('a')).toEqual([1, 2, 3, 4, 5]);
    expect(await applied.of('b')).toEqual([1, 2, 3, 4, 5]);
  });

  it('drops what the relay repeats', async () => {
    const all = Array.from({ length: 20 }, (_, n) => placedRecord('a', n + 1));
    await bench.produce([...all.slice(0, 10), ...all.slice(5, 15), ...all]);
    listening();
    await eventually(async () => (await applied.count()) >= 20);
    await bench.produce([placedRecord('a', 21)]);
    await eventually(async () => (await applied.of('a')).includes(21));
    expect(await applied.of('a')).toEqual(Array.from({ length: 21 }, (_, n) => n + 1));
  });

  it('goes by the offset in the database, not by the one that Kafka keeps', async () => {
    await bench.produce([1, 2, 3].map((n) => placedRecord('a', n)));
    const first = listening();
    await eventually(async () => (await applied.count()) === 3);
    await first.close();
    await bench.database.query('UPDATE consumer_offsets SET next_offset = 0');
    await bench.database.query('TRUNCATE consumer_sequences, applied');
    listening();
    await eventually(async () => (await applied.count()) === 3);
    expect(await applied.of('a')).toEqual([1, 2, 3]);
  });

  it('reads again what a restored database has lost, while the process keeps running', async () => {
    const strategy = listening();
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

  it('stops loudly where the topic ends before what was applied', async () => {
    const fatal: Error[] = [];
    const strategy = listening(applied.handler, { onFatal: (error) => fatal.push(error), compareEveryMs: 600_000 });
    await bench.produce([1, 2].map((n) => placedRecord('a', n)));
    await eventually(async () => (await applied.count()) === 2);
    await bench.database.query('UPDATE consumer_offsets SET next_offset = 500');
    await bench.produce([placedRecord('a', 3)]);
    await eventually(() => fatal.length > 0);
    expect(fatal[0]?.message).toContain('cut or made anew');
    expect(strategy.state().healthy).toBe(false);
    expect(bench.logger.alarms()).toContain('consumer-dead');
    expect(await applied.of('a')).toEqual([1, 2]);
  });

  it('stops loudly where a topic was made anew and nothing comes', async () => {
    await bench.database.query(
      `INSERT INTO consumer_offsets (topic, partition, next_offset) SELECT $1, p, 500 FROM generate_series(0, 1) p`,
      [orders.name],
    );
    const fatal: Error[] = [];
    listening(applied.handler, { onFatal: (error) => fatal.push(error), compareEveryMs: 50 });
    await eventually(() => fatal.length > 0);
    expect(fatal[0]?.message).toContain('before messages that were applied');
  });

  it('asks for every key again when retention has eaten messages before they were read', async () => {
    bench.relay().start();
    for (let n = 1; n <= 3; n += 1) await bench.append([placed('a', n), placed('b', n), placed('c', n)]);
    await eventually(async () => (await bench.held()).length === 9);
    const admin = bench.kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(bench.topicPrefix + orders.name);
    await admin.deleteTopicRecords({
      topic: bench.topicPrefix + orders.name,
      partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
    });
    await admin.disconnect();
    listening(applied.handler, { topics: [orders, shopCommands] });
    await eventually(async () => (await applied.count()) === 9);
    for (const key of ['a', 'b', 'c']) expect(await applied.of(key)).toEqual([1, 2, 3]);
    expect(bench.logger.alarms()).toContain('retention-loss');
  });

  it('asks for missing numbers, applies them when they come, and then what waited', async () => {
    bench.relay().start();
    await bench.append([placed('a', 1), placed('a', 2), placed('a', 3), placed('a', 4)]);
    await eventually(async () => (await bench.held()).length === 4);
    listening(applied.handler, { topics: [orders, shopCommands] });
    await eventually(async () => (await applied.count()) === 4);
    await bench.database.query(`UPDATE consumer_sequences SET last_sequence = 1`);
    await bench.database.query(`DELETE FROM applied WHERE sequence > 1`);
    // What the consumer never saw: numbers 2 to 4 are only in the owner's log, the next one is on the topic.
    await bench.append([placed('a', 5)]);
    await bench.append([placed('b', 1)]);
    await eventually(async () => (await applied.of('a')).length >= 5);
    expect(await applied.of('a')).toEqual([1, 2, 3, 4, 5]);
    expect(await applied.of('b')).toEqual([1]);
    expect(bench.logger.alarms()).toContain('sequence-gap');
    expect(await listParked(bench.database)).toEqual([]);
  });

  it('waits with a key that it first sees in the middle, until its beginning was replayed', async () => {
    await bench.produce([placedRecord('a', 3)]);
    listening();
    await eventually(async () => (await listParked(bench.database)).length === 1);
    expect(await applied.of('a')).toEqual([]);
    await bench.produce(
      [1, 2].map((n) => placedRecord('a', n)),
      `${orders.name}.replay.counter`,
    );
    await eventually(async () => (await applied.of('a')).length === 3);
    expect(await applied.of('a')).toEqual([1, 2, 3]);
  });

  it('goes on behind numbers that their owner no longer has', async () => {
    await bench.append([placed('a', 1), placed('a', 2), placed('a', 3)]);
    await bench.database.query('DELETE FROM events WHERE sequence < 3');
    bench.relay().start();
    listening(applied.handler, { topics: [orders, shopCommands] });
    await eventually(async () => (await applied.of('a')).includes(3));
    expect(await applied.of('a')).toEqual([3]);
    expect(await listParked(bench.database)).toEqual([]);
  });

  it('takes the resend of a new epoch from its beginning, and nothing of the old one after it', async () => {
    await bench.produce([1, 2, 3].map((n) => placedRecord('a', n)));
    listening();
    await eventually(async () => (await applied.count()) === 3);
    await bench.produce([
      placedRecord('a', 1, { ce_epoch: '2' }),
      placedRecord('a', 4),
      placedRecord('a', 2, { ce_epoch: '2' }),
    ]);
    await eventually(async () => (await applied.count()) >= 5);
    await bench.produce([placedRecord('a', 3, { ce_epoch: '2' })]);
    await eventually(async () => (await applied.of('a')).at(-1) === 3 && (await applied.count()) > 5);
    expect(await applied.of('a')).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('passes over a type that it does not know, and takes its number', async () => {
    await bench.produce([
      placedRecord('a', 1),
      { key: 'a', value: '{}', headers: shopHeaders(2, { ce_type: 'OrderPraised.v1' }) },
      placedRecord('a', 3),
    ]);
    listening();
    await eventually(async () => (await applied.of('a')).includes(3));
    expect(await applied.of('a')).toEqual([1, 3]);
  });

  const poisons: [string, { key: string | null; value: string | Buffer | null; headers?: Record<string, string> }][] = [
    ['bad JSON', { key: 'a', value: '{"orderId":', headers: shopHeaders(2) }],
    ['a wrong type', { key: 'a', value: '{"orderId":7,"number":1,"note":""}', headers: shopHeaders(2) }],
    ['null', { key: 'a', value: null, headers: shopHeaders(2) }],
    ['a leading zero byte', { key: 'a', value: Buffer.from([0, 0, 0, 0, 1, 123, 125]), headers: shopHeaders(2) }],
    ['missing headers', { key: 'a', value: '{"orderId":"a","number":2,"note":""}' }],
    ['U+0000 in an attribute', { key: 'a', value: '{}', headers: shopHeaders(2, { ce_id: 'x\0y' }) }],
  ];
  it.each(poisons)(
    'parks %s, what follows under its key behind it, and goes on with the other keys',
    async (_name, poison) => {
      await bench.produce(
        [placedRecord('a', 1), { ...poison, partition: 0 }, placedRecord('b', 1)].map((record) => ({
          ...record,
          partition: 0,
        })),
      );
      await bench.produce([
        { ...placedRecord('a', 3), partition: 0 },
        { ...placedRecord('b', 2), partition: 0 },
      ]);
      listening();
      await eventually(async () => (await applied.of('b')).length === 2);
      expect(await applied.of('a')).toEqual([1]);
      const parked = await listParked(bench.database);
      expect(parked.map(({ key, reason }) => [key, reason])).toEqual([
        ['a', 'poison'],
        ['a', 'behind'],
      ]);
      const { rows } = await bench.database.query<{ record_value: Buffer | null }>(
        'SELECT record_value FROM parked_messages ORDER BY id',
      );
      expect(rows[0]?.record_value).toEqual(poison.value === null ? null : Buffer.from(poison.value));
    },
  );

  it('parks a record without a key alone', async () => {
    await bench.produce([{ key: null, value: '{}', headers: shopHeaders(1) }]);
    await bench.produce([placedRecord('a', 1)]);
    listening();
    await eventually(
      async () => (await applied.of('a')).length === 1 && (await listParked(bench.database)).length === 1,
    );
    expect((await listParked(bench.database))[0]?.key).toBeUndefined();
  });

  it('parks the message that a handler fails at, and that key only', async () => {
    const buggy: typeof applied.handler = async (message, context) => {
      await applied.handler(message, context);
      if (message.key === 'a' && message.sequence === 2) throw new TypeError('note is undefined');
    };
    await bench.produce([1, 2, 3].flatMap((n) => ['a', 'b'].map((key) => ({ ...placedRecord(key, n), partition: 0 }))));
    listening(buggy);
    await eventually(async () => (await applied.of('b')).length === 3);
    expect(await applied.of('a')).toEqual([1]);
    const parked = await listParked(bench.database);
    expect(parked.map(({ sequence, reason, error }) => [sequence, reason, error])).toEqual([
      [2, 'failed', 'TypeError: note is undefined'],
      [3, 'behind', undefined],
    ]);
    expect(bench.logger.alarms()).toContain('message-parked');
  });

  it('applies parked messages in order once asked, and keeps what fails again with its new error', async () => {
    let broken = 'first bug';
    const buggy: typeof applied.handler = async (message, context) => {
      if (broken !== '' && message.sequence === 2) throw new Error(broken);
      await applied.handler(message, context);
    };
    await bench.produce([1, 2, 3, 4].map((n) => placedRecord('a', n)));
    listening(buggy);
    await eventually(async () => (await listParked(bench.database)).length === 3);
    broken = 'second bug';
    expect(await requestReplayOfParked(bench.database, 'all')).toBe(1);
    const again = await eventually(async () => (await listParked(bench.database)).find(({ attempts }) => attempts > 1));
    expect(again.error).toBe('Error: second bug');
    broken = '';
    await requestReplayOfParked(bench.database, [again.id]);
    await eventually(async () => (await applied.of('a')).length === 4);
    expect(await applied.of('a')).toEqual([1, 2, 3, 4]);
    await bench.produce([placedRecord('a', 5)]);
    await eventually(async () => (await applied.of('a')).length === 5);
    expect(await listParked(bench.database)).toEqual([]);
  });

  it('repeats a chunk after a failure that passes, and parks nothing', async () => {
    let failures = 3;
    listening(async (message, context) => {
      await applied.handler(message, context);
      if (failures > 0) {
        failures -= 1;
        throw new Error('could not write', {
          cause: Object.assign(new Error('deadlock detected'), { code: '40P01', severity: 'ERROR' }),
        });
      }
    });
    await bench.produce([1, 2].map((n) => placedRecord('a', n)));
    await eventually(async () => (await applied.of('a')).length === 2);
    expect(await applied.of('a')).toEqual([1, 2]);
    expect(await listParked(bench.database)).toEqual([]);
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
    listening();
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
    listening(async (message, context) => context.collect(collector, message.sequence), { chunkSize: 4 });
    await eventually(() => flushed.flat().length === 10);
    expect(flushed).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10],
    ]);
  });

  it('goes on where it was after its database sessions were cut in the middle of a chunk', async () => {
    let cuts = 2;
    listening(async (message, context) => {
      await applied.handler(message, context);
      if (message.sequence === 3 && cuts > 0) {
        cuts -= 1;
        await context.transaction.query('SELECT pg_terminate_backend(pg_backend_pid())');
      }
    });
    await bench.produce([1, 2, 3, 4].map((n) => placedRecord('a', n)));
    await eventually(async () => (await applied.of('a')).length === 4);
    expect(await applied.of('a')).toEqual([1, 2, 3, 4]);
    expect(await listParked(bench.database)).toEqual([]);
  });

  it('repeats a message whose handler hid the lost connection behind an error of its own', async () => {
    let cuts = 1;
    listening(async (message, context) => {
      await applied.handler(message, context);
      if (cuts === 0) return;
      cuts -= 1;
      try {
        await context.transaction.query('SELECT pg_terminate_backend(pg_backend_pid())');
      } catch {
        throw new TypeError('row is undefined');
      }
    });
    await bench.produce([placedRecord('a', 1)]);
    await eventually(async () => (await applied.of('a')).length === 1);
    expect(await listParked(bench.database)).toEqual([]);
  });

  it('parks a message whose handler swallowed a failed statement', async () => {
    listening(async (message, context) => {
      await applied.handler(message, context);
      if (message.sequence === 2) await context.transaction.query('SELECT 1 / 0').catch(() => undefined);
    });
    await bench.produce([1, 2].map((n) => placedRecord('a', n)));
    const parked = await eventually(async () => (await listParked(bench.database))[0]);
    expect([parked.reason, parked.sequence]).toEqual(['failed', 2]);
    expect(parked.error).toContain('division by zero');
    expect(await applied.of('a')).toEqual([1]);
  });

  it('gives up a message that an operator discards, and goes on behind it', async () => {
    await bench.produce([
      placedRecord('a', 1),
      { key: 'a', value: 'junk', headers: shopHeaders(2) },
      placedRecord('a', 3),
    ]);
    listening();
    const [junk] = await eventually(async () => {
      const parked = await listParked(bench.database);
      return parked.length === 2 && parked;
    });
    expect(await discardParked(bench.database, [junk!.id])).toBe(1);
    await eventually(async () => (await applied.of('a')).includes(3));
    expect(await applied.of('a')).toEqual([1, 3]);
    await bench.produce([{ key: 'a', value: 'junk', headers: shopHeaders(2) }, placedRecord('a', 4)]);
    await eventually(async () => (await applied.of('a')).includes(4));
    expect(await listParked(bench.database)).toEqual([]);
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
    await bench.produce([command(7), command(7), command(9)], shopCommands.name);
    await eventually(async () => (await applied.of('a')).includes(9));
    expect(await applied.of('a')).toEqual([7, 9]);
    expect(bench.logger.alarms()).toEqual(['commands-lost']);
  });

  it('lets two processes share the partitions and applies everything once', async () => {
    const keys = Array.from({ length: 12 }, () => randomUUID());
    const one = listening();
    await bench.produce(keys.map((key) => placedRecord(key, 1)));
    await eventually(async () => (await applied.count()) === 12);
    const two = listening();
    await eventually(() => one.state().assigned > 0 && two.state().assigned > 0);
    await bench.produce(keys.map((key) => placedRecord(key, 2)));
    await eventually(async () => (await applied.count()) === 24);
    await one.close();
    await bench.produce(keys.map((key) => placedRecord(key, 3)));
    await eventually(async () => (await applied.count()) === 36);
    for (const key of keys) expect(await applied.of(key)).toEqual([1, 2, 3]);
  });
});
