import { ConcurrencyConflict } from '@calendar-sync/event-sourcing-postgres';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { listParked } from '../index';
import { Bench, placed, placedRecord } from '../testing/bench';
import { orders, shopCommands } from '../testing/shop';
import { listening, tally } from '../testing/tally';

describe('where messages are missing, the consumer', () => {
  let bench: Bench;
  let applied: Awaited<ReturnType<typeof tally>>;
  beforeEach(async () => {
    bench = await Bench.open(await startTestDatabase(), testKafka());
    applied = await tally(bench);
  });
  afterEach(() => bench.close());

  it('stops loudly where the topic ends before what was applied', async () => {
    const fatal: Error[] = [];
    const strategy = listening(bench, applied.handler, {
      onFatal: (error) => fatal.push(error),
      compareEveryMs: 600_000,
    });
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
    listening(bench, applied.handler, { onFatal: (error) => fatal.push(error), compareEveryMs: 50 });
    await eventually(() => fatal.length > 0);
    expect(fatal[0]?.message).toContain('before messages that were applied');
  });

  it('asks for every key again when retention has eaten messages before they were read', async () => {
    bench.relay().start();
    for (let n = 1; n <= 3; n += 1) await bench.append([placed('a', n), placed('b', n), placed('c', n)]);
    await eventually(async () => (await bench.held()).length === 9);
    await bench.database.query(`DELETE FROM events WHERE key = 'c' AND sequence = 2`);
    const admin = bench.kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(bench.topicPrefix + orders.name);
    await admin.deleteTopicRecords({
      topic: bench.topicPrefix + orders.name,
      partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
    });
    await admin.disconnect();
    listening(bench, applied.handler, { topics: [orders, shopCommands] });
    await eventually(async () => (await applied.count()) === 8);
    for (const key of ['a', 'b']) expect(await applied.of(key)).toEqual([1, 2, 3]);
    expect(await applied.of('c')).toEqual([1, 3]);
    expect(bench.logger.alarms()).toContain('retention-loss');
  });

  it('asks for missing numbers, applies them when they come, and then what waited', async () => {
    bench.relay().start();
    await bench.append([placed('a', 1), placed('a', 2), placed('a', 3), placed('a', 4)]);
    await eventually(async () => (await bench.held()).length === 4);
    listening(bench, applied.handler, { topics: [orders, shopCommands] });
    await eventually(async () => (await applied.count()) === 4);
    await bench.database.query(`UPDATE consumer_sequences SET last_sequence = 1`);
    await bench.database.query(`DELETE FROM applied WHERE sequence > 1`);
    // What the consumer never saw: numbers 2 to 4 are only in the owner's log, the next one is on the topic.
    await bench.append([placed('a', 5)]);
    await bench.append([placed('b', 1)]);
    await eventually(
      async () => (await applied.of('a')).length >= 5 && (await applied.of('b')).length >= 1, // nothing orders the two
    );
    expect(await applied.of('a')).toEqual([1, 2, 3, 4, 5]);
    expect(await applied.of('b')).toEqual([1]);
    expect(bench.logger.alarms()).toContain('sequence-gap');
    expect(await listParked(bench.database)).toEqual([]);
  });

  it('waits with a key that it first sees in the middle, until its beginning was replayed', async () => {
    await bench.produce([placedRecord('a', 3)]);
    listening(bench, applied.handler);
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
    listening(bench, applied.handler, { topics: [orders, shopCommands] });
    await eventually(async () => (await applied.of('a')).includes(3));
    expect(await applied.of('a')).toEqual([3]);
    expect(await listParked(bench.database)).toEqual([]);
  });

  it('applies what waited under one key though what waited under another can not be applied for now', async () => {
    await bench.produce([placedRecord('a', 2), placedRecord('b', 2)]);
    listening(bench, async (message, context) => {
      if (message.key === 'a' && message.sequence === 2) throw new ConcurrencyConflict(['a']);
      await applied.handler(message, context);
    });
    await eventually(async () => (await listParked(bench.database)).length === 2);
    await bench.produce([placedRecord('a', 1), placedRecord('b', 1)]);
    await eventually(async () => (await applied.of('b')).length === 2);
    expect(await applied.of('b')).toEqual([1, 2]);
    expect(await listParked(bench.database)).toMatchObject([{ key: 'a', reason: 'gap' }]);
  });

  it('takes the resend of a new epoch from its beginning, and nothing of the old one after it', async () => {
    await bench.produce([1, 2, 3].map((n) => placedRecord('a', n)));
    listening(bench, applied.handler);
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
    expect(await listParked(bench.database)).toEqual([]);
  });
});
