import { randomUUID } from 'node:crypto';
import { advanceEpoch } from '@calendar-sync/event-sourcing-postgres';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { listParked } from '../index';
import { Bench, headerOf, placed, placedRecord } from '../testing/bench';
import { shopCommands, orders } from '../testing/shop';
import { listening, tally } from '../testing/tally';

const TABLES = ['events', 'topic_sequences', 'log_epoch', 'relay_state'];

/** Keeps what the tables of a producer hold now; the function that is given puts it back, as a restore does. */
async function dumped({ database }: Bench): Promise<() => Promise<void>> {
  const name = (table: string) => `dump_of_${table}`;
  for (const table of TABLES) await database.query(`CREATE TABLE ${name(table)} AS TABLE ${table}`);
  return () =>
    database.transaction(async (tx) => {
      for (const table of TABLES) {
        await tx.query(`DELETE FROM ${table}`);
        await tx.query(`INSERT INTO ${table} SELECT * FROM ${name(table)}`);
      }
      await tx.query(`UPDATE relay_state SET lease_until = '-infinity'`);
    });
}

describe('after the restore of an older database, the relay', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.open(await startTestDatabase(), testKafka());
  });
  afterEach(() => bench.close());

  const heldNumbers = async () =>
    (await bench.held()).map((message) => `${headerOf(message, 'ce_epoch')}:${headerOf(message, 'ce_sequence')}`);
  const publishedUntil = async (count: number) => {
    const relay = bench.relay();
    relay.start();
    await eventually(async () => (await bench.held()).length === count);
    return relay;
  };
  /** `a` 1 is in the dump, `a` 2 was published after it; then the older state is put back. */
  const restoredBehindTheTopic = async () => {
    await bench.append([placed('a', 1)]);
    await (await publishedUntil(1)).stop();
    const restore = await dumped(bench);
    await bench.append([placed('a', 2)]);
    await (await publishedUntil(2)).stop();
    await restore();
  };

  it('publishes nothing, says so, and goes on by itself once the epoch was advanced', async () => {
    await restoredBehindTheTopic();
    const relay = bench.relay();
    relay.start();
    await eventually(() => bench.logger.alarms().includes('database-restored'));
    await bench.append([placed('a', 20)]);
    await eventually(() => relay.state().problem?.includes('restored'));
    expect(relay.state().leader).toBe(false);
    expect(await heldNumbers()).toEqual(['1:1', '1:2']);
    await bench.database.transaction((tx) => advanceEpoch(tx));
    await eventually(async () => (await bench.held()).length === 4);
    expect(await heldNumbers()).toEqual(['1:1', '1:2', '2:1', '2:2']);
    await eventually(() => relay.state().problem === undefined);
  });

  it('is not deceived by a service that numbered again before it looked', async () => {
    await restoredBehindTheTopic();
    await bench.append([placed('a', 20), placed('a', 30), placed('a', 40)]);
    bench.relay().start();
    await eventually(() => bench.logger.alarms().includes('database-restored'));
    expect(await heldNumbers()).toEqual(['1:1', '1:2']);
  });

  it('notices a database that lost everything', async () => {
    await bench.append([placed('a', 1)]);
    await (await publishedUntil(1)).stop();
    await bench.database.query('DELETE FROM events');
    await bench.database.query('DELETE FROM topic_sequences');
    await bench.database.query('DELETE FROM relay_state');
    await bench.append([placed('b', 1)]);
    bench.relay().start();
    await eventually(() => bench.logger.alarms().includes('database-restored'));
    expect(await heldNumbers()).toEqual(['1:1']);
  });

  it('notices that what it knows of ended before what retention has taken', async () => {
    await restoredBehindTheTopic();
    const admin = bench.kafka.admin();
    await admin.connect();
    const topic = bench.topicPrefix + orders.name;
    const ends = await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({
      topic,
      partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
    });
    await admin.disconnect();
    bench.relay().start();
    await eventually(() => bench.logger.alarms().includes('database-restored'));
    expect(await heldNumbers()).toEqual([]);
  });

  it('takes what a relay sent before it was killed for its own, and what others wrote for nobody’s', async () => {
    await bench.append([placed('a', 1), placed('a', 2)]);
    await (await publishedUntil(2)).stop();
    await bench.database.query(
      `UPDATE relay_state SET published = '{}', cursor_transaction = '0', cursor_position = 0`,
    );
    await bench.produce([placedRecord('a', 9, { ce_source: '/calendar-sync/elsewhere' }), { key: 'a', value: 'junk' }]);
    await bench.append([placed('a', 3)]);
    bench.relay().start();
    await eventually(async () => (await heldNumbers()).includes('1:3'));
    expect(bench.logger.alarms()).toEqual([]);
  });

  it('notes with each send how far its topics are written', async () => {
    await bench.append([...Array(30).keys()].map((n) => placed(`key-${n}`, 1)));
    await (await publishedUntil(30)).stop();
    const admin = bench.kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(bench.topicPrefix + orders.name);
    await admin.disconnect();
    const { rows } = await bench.database.query<{ published: Record<string, number> }>(
      'SELECT published FROM relay_state',
    );
    expect(rows[0]?.published).toEqual(
      Object.fromEntries(ends.map(({ partition, high }) => [`${orders.name}/${partition}`, Number(high)])),
    );
  });
});

describe('where a producer numbers anew without a new epoch, the consumer', () => {
  let bench: Bench;
  let applied: Awaited<ReturnType<typeof tally>>;
  beforeEach(async () => {
    bench = await Bench.open(await startTestDatabase(), testKafka());
    applied = await tally(bench);
  });
  afterEach(() => bench.close());

  const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;
  const recorded = (sequence: number, minute: number, more: Record<string, string> = {}) =>
    placedRecord('a', sequence, { ce_time: at(minute), ...more });

  it('stops the key with an alarm instead of dropping what is new, and takes the resend of a new epoch', async () => {
    await bench.produce([1, 2, 3].map((n) => recorded(n, n)));
    listening(bench, applied.handler, { topics: [orders, shopCommands] });
    await eventually(async () => (await applied.count()) === 3);
    await bench.produce([
      recorded(2, 10, { ce_id: randomUUID() }),
      recorded(3, 11, { ce_id: randomUUID() }),
      recorded(4, 12, { ce_id: randomUUID() }),
      placedRecord('b', 1),
    ]);
    await eventually(async () => (await applied.of('b')).length === 1);
    expect(await applied.of('a')).toEqual([1, 2, 3]);
    expect(bench.logger.alarms()).toContain('sequence-contradicted');
    expect(await listParked(bench.database)).toMatchObject([
      { sequence: 2, reason: 'contradicts' },
      { sequence: 3, reason: 'contradicts' },
      { sequence: 4, reason: 'behind' },
    ]);
    await bench.produce([1, 2, 3, 4].map((n) => recorded(n, n < 2 ? n : n + 8, { ce_epoch: '2' })));
    await eventually(async () => (await applied.of('a')).length === 7);
    expect(await applied.of('a')).toEqual([1, 2, 3, 1, 2, 3, 4]);
    await eventually(async () => (await listParked(bench.database)).length === 0);
  });

  it('drops repeats of what it applied, in whatever order their times are', async () => {
    const messages = [recorded(1, 5), recorded(2, 3), recorded(3, 4)];
    await bench.produce([...messages, ...messages, ...messages]);
    listening(bench, applied.handler, { chunkSize: 2 });
    await bench.produce([recorded(4, 4)]);
    await eventually(async () => (await applied.of('a')).includes(4));
    expect(await applied.of('a')).toEqual([1, 2, 3, 4]);
    expect(bench.logger.alarms()).toEqual([]);
  });
});
