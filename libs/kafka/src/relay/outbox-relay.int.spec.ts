import { randomUUID } from 'node:crypto';
import { topic } from '@calendar-sync/contracts-envelope';
import { advanceEpoch, appendToStreams } from '@calendar-sync/event-sourcing-postgres';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import {
  createKafka,
  createTopics,
  enqueueCommand,
  listQuarantined,
  noMetrics,
  releaseQuarantined,
  requestReplay,
} from '../index';
import { Bench, headerOf, placed } from '../testing/bench';
import { orders, shopCommands, ShipOrderV1, shopPublications } from '../testing/shop';

describe('the relay', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.open(await startTestDatabase(), testKafka());
  });
  afterEach(() => bench.close());

  const heldSequences = async () => (await bench.held()).map((message) => Number(headerOf(message, 'ce_sequence')));

  it('publishes what was recorded, with its envelope, and keeps private what is private', async () => {
    const orderId = randomUUID();
    await bench.append([
      placed(orderId, 1, 'two chairs'),
      { type: 'Counted', data: { count: 1 } },
      { type: 'Paid', data: { orderId, number: 2 } },
    ]);
    bench.relay().start();
    const [first, second, ...more] = await eventually(async () => {
      const found = await bench.held();
      return found.length >= 2 && found;
    });
    expect(more).toEqual([]);
    expect(first?.key?.toString()).toBe(orderId);
    expect(JSON.parse(first?.value?.toString() ?? '')).toEqual({ orderId, number: 1, note: 'two chairs' });
    expect(headerOf(first!, 'ce_source')).toBe('/calendar-sync/shop');
    expect(headerOf(first!, 'ce_ownerid')).toBe('owner');
    expect([headerOf(first!, 'ce_sequence'), headerOf(second!, 'ce_sequence')]).toEqual(['1', '2']);
    expect([headerOf(first!, 'ce_type'), headerOf(second!, 'ce_type')]).toEqual(['OrderPlaced.v1', 'OrderPaid.v1']);
  });

  it('lets one of two relays publish, and the other takes over when the first stops', async () => {
    const one = bench.relay({ leaseMs: 20_000 });
    const two = bench.relay({ leaseMs: 20_000 });
    one.start();
    await eventually(() => one.state().leader);
    two.start();
    await bench.append([placed('a', 1)]);
    await eventually(async () => (await heldSequences()).length === 1);
    expect(two.state().leader).toBe(false);
    await one.stop();
    await eventually(() => two.state().leader);
    await bench.append([placed('a', 2)]);
    expect(await eventually(async () => ((await heldSequences()).length >= 2 ? heldSequences() : false))).toEqual([
      1, 2,
    ]);
  });

  it('stands by when its lease was taken from it, and does not move the cursor', async () => {
    const relay = bench.relay({ leaseMs: 600_000 });
    relay.start();
    await eventually(() => relay.state().leader);
    await bench.database.query(
      `UPDATE relay_state SET token = token + 1, holder = 'another', lease_until = 'infinity'`,
    );
    await bench.append([placed('a', 1)]);
    await eventually(() => !relay.state().leader);
    const { rows } = await bench.database.query<{ cursor_position: string }>('SELECT cursor_position FROM relay_state');
    expect(rows[0]?.cursor_position).toBe('0');
  });

  it('sends a command once and leaves nothing of it in the outbox', async () => {
    bench.relay().start();
    await bench.database.transaction(async (tx) => {
      await enqueueCommand(tx, shopCommands, ShipOrderV1, { orderId: 'a' }, { ownerId: 'owner', correlationId: 'c' });
      await enqueueCommand(tx, shopCommands, ShipOrderV1, { orderId: 'a' });
    });
    const sent = await eventually(async () => {
      const found = await bench.held(shopCommands.name);
      return found.length >= 2 && found;
    });
    expect(sent.map((message) => headerOf(message, 'ce_sequence'))).toEqual(['1', '2']);
    expect(headerOf(sent[0]!, 'ce_source')).toBe('/calendar-sync/shop');
    expect(headerOf(sent[0]!, 'ce_correlationid')).toBe('c');
    await eventually(async () => {
      const { rows } = await bench.database.query('SELECT FROM outbox_messages');
      return rows.length === 0;
    });
  });

  it('publishes each key in the order of its sequence, though ten writers turn the log around', async () => {
    const keys = ['a', 'b', 'c'];
    const perWriter = 60;
    const relay = bench.relay({ batchSize: 7 });
    relay.start();
    const write = async (writer: number) => {
      for (let n = 0; n < perWriter; n += 1) {
        await bench.database.transaction(async (tx) => {
          await tx.query('SELECT pg_current_xact_id()');
          if (Math.random() < 0.3) await tx.query('SELECT pg_sleep(0.004)');
          const key = keys[(writer + n) % keys.length]!;
          const events = [placed(key, n)];
          await appendToStreams(tx, [{ streamId: randomUUID(), expectedVersion: 0, events }], {
            route: shopPublications.route,
          });
          if (Math.random() < 0.3) await tx.query('SELECT pg_sleep(0.003)');
        });
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, writer) => write(writer)));
    const { rows } = await bench.database.query<{ turned: string }>(
      `SELECT count(*) AS turned FROM (SELECT sequence, lag(sequence) OVER (PARTITION BY key ORDER BY tx, position) AS before FROM events) e
       WHERE sequence < before`,
    );
    expect(Number(rows[0]?.turned)).toBeGreaterThan(0);
    const firstSeen = await eventually(async () => {
      const seen = new Map<string, number[]>(keys.map((key) => [key, []]));
      for (const message of await bench.held()) {
        const ofKey = seen.get(message.key!.toString())!;
        const sequence = Number(headerOf(message, 'ce_sequence'));
        if (!ofKey.includes(sequence)) ofKey.push(sequence);
      }
      return [...seen.values()].reduce((sum, { length }) => sum + length, 0) === 10 * perWriter && seen;
    });
    for (const key of keys) expect(firstSeen.get(key)).toEqual(firstSeen.get(key)!.map((_, index) => index + 1));
  });

  it('repeats after a crash before the cursor was saved, and loses nothing', async () => {
    await bench.append([placed('a', 1), placed('a', 2)]);
    const first = bench.relay();
    first.start();
    await eventually(async () => (await heldSequences()).length === 2);
    await first.stop();
    await bench.database.query(`UPDATE relay_state SET cursor_transaction = '0', cursor_position = 0`);
    await bench.append([placed('a', 3)]);
    bench.relay().start();
    await eventually(async () => (await heldSequences()).includes(3));
    expect(await heldSequences()).toEqual([1, 2, 1, 2, 3]);
  });

  it('publishes everything again under a new epoch after a restore', async () => {
    await bench.append([placed('a', 1), placed('a', 2)]);
    const relay = bench.relay();
    relay.start();
    await eventually(async () => (await heldSequences()).length === 2);
    await bench.database.transaction((tx) => advanceEpoch(tx));
    await bench.append([placed('a', 3)]);
    const messages = await eventually(async () => {
      const found = await bench.held();
      return found.length >= 5 && found;
    });
    expect(messages.map((message) => `${headerOf(message, 'ce_epoch')}:${headerOf(message, 'ce_sequence')}`)).toEqual([
      '1:1',
      '1:2',
      '2:1',
      '2:2',
      '2:3',
    ]);
  });

  it('quarantines the key of an event that is too large, goes on with the others, and publishes it when released', async () => {
    bench.relay().start();
    await bench.append([placed('a', 1), placed('a', 2, 'x'.repeat(5_100_000)), placed('a', 3), placed('b', 1)]);
    const [quarantined] = await eventually(async () => {
      const found = await listQuarantined(bench.database);
      return found.length > 0 && found;
    });
    await eventually(async () => (await bench.held()).length === 2);
    expect((await bench.held()).map((message) => message.key?.toString()).sort()).toEqual(['a', 'b']);
    expect(quarantined).toMatchObject({
      topic: 'shop.orders.v1',
      key: 'a',
      sequence: 2,
      eventType: 'Placed',
      ownerId: 'owner',
    });
    expect(bench.logger.alarms()).toContain('key-quarantined');
    await bench.database.query(`UPDATE events SET data = jsonb_set(data, '{note}', '"short"') WHERE sequence = 2`);
    await bench.append([placed('a', 4)]);
    expect(await releaseQuarantined(bench.database, { topic: 'shop.orders.v1', key: 'a' })).toBe(true);
    await eventually(async () => (await bench.held()).length >= 5);
    const ofA = (await bench.held())
      .filter(({ key }) => key?.toString() === 'a')
      .map((message) => headerOf(message, 'ce_sequence'));
    expect([...new Set(ofA)]).toEqual(['1', '2', '3', '4']);
    expect(await listQuarantined(bench.database)).toEqual([]);
  });

  it('quarantines an event that breaks its contract, and passes over it when told to', async () => {
    bench.relay().start();
    await bench.append([
      placed('a', 1),
      { type: 'Placed', data: { orderId: 'a', number: 1.5, note: '' } },
      placed('a', 3),
      placed('b', 1),
    ]);
    await eventually(
      async () => (await listQuarantined(bench.database)).length === 1 && (await bench.held()).length === 2,
    );
    expect((await listQuarantined(bench.database))[0]?.reason).toContain('/number');
    await releaseQuarantined(bench.database, { topic: 'shop.orders.v1', key: 'a' }, 'skip');
    await eventually(async () => (await bench.held()).length === 4);
    const ofA = (await bench.held()).filter(({ key }) => key?.toString() === 'a');
    expect(ofA.map((message) => headerOf(message, 'ce_type'))).toEqual([
      'OrderPlaced.v1',
      'SequencesGone.v1',
      'OrderPlaced.v1',
    ]);
  });

  it('puts a key into quarantine only once everything before the refused event is published', async () => {
    await bench.append([placed('a', 1), { type: 'Placed', data: { orderId: 'a', number: 1.5, note: '' } }]);
    const cutOff = bench.relay({
      kafka: createKafka({ brokers: ['127.0.0.1:1'], clientId: 'cut-off', logger: bench.logger }),
    });
    cutOff.start();
    await eventually(() => cutOff.state().problem !== undefined);
    await cutOff.stop();
    bench.relay().start();
    await eventually(async () => (await listQuarantined(bench.database)).length === 1);
    await eventually(async () => (await heldSequences()).length > 0);
    expect(await heldSequences()).toEqual([1]);
  });

  it('goes on with everything else while topics of others are missing', async () => {
    const nowhere = topic('elsewhere.commands.v1', {
      description: 'Never created.',
      kind: 'commands',
      messages: [ShipOrderV1],
      key: ({ orderId }) => orderId,
    });
    await bench.append([placed('a', 1)]);
    await bench.database.transaction(async (tx) => {
      await enqueueCommand(tx, nowhere, ShipOrderV1, { orderId: 'a' });
      await enqueueCommand(tx, shopCommands, ShipOrderV1, { orderId: 'a' });
      await requestReplay(tx, { topic: 'shop.orders.v1', fromSequence: 1, consumer: 'nobody' });
    });
    bench.relay().start();
    await eventually(async () => (await bench.held(shopCommands.name)).length === 1);
    await eventually(() => bench.logger.alarms().filter((alarm) => alarm === 'topic-missing').length >= 2);
    await bench.append([placed('a', 2)]);
    await eventually(async () => (await heldSequences()).length === 2);
    const { rows } = await bench.database.query<{ topic: string }>('SELECT topic FROM outbox_messages');
    expect(rows).toEqual([{ topic: 'elsewhere.commands.v1' }]);
  });

  it('says that a topic of its own is missing, and goes on by itself once it is made', async () => {
    const admin = bench.kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [bench.topicPrefix + orders.name] });
    await eventually(async () => !(await admin.listTopics()).includes(bench.topicPrefix + orders.name));
    await admin.disconnect();
    const gauges = new Map<string, number>();
    await bench.append([placed('a', 1)]);
    const relay = bench.relay({
      metrics: { ...noMetrics, gauge: (name, _help, _labels, value) => void gauges.set(name, value) },
    });
    relay.start();
    await eventually(() => relay.state().problem?.includes('the broker knows no topic') === true);
    expect(bench.logger.alarms()).toEqual(['topic-missing']);
    expect(gauges.get('relay_topics_missing')).toBe(1);
    await createTopics(bench.kafka, [orders], { prefix: bench.topicPrefix, replicationFactor: 1, partitions: 2 });
    await eventually(async () => (await heldSequences()).length === 1);
    await eventually(() => relay.state().problem === undefined);
    expect(gauges.get('relay_topics_missing')).toBe(0);
    expect(bench.logger.alarms()).toEqual(['topic-missing']);
  });

  it('tells how much waits, and that it leads', async () => {
    await bench.append([placed('a', 1)]);
    const relay = bench.relay();
    relay.start();
    await eventually(() => relay.state().leader && relay.state().outbox !== undefined);
    expect(relay.state().lastSuccessAt).toBeInstanceOf(Date);
    await relay.stop();
    expect(relay.state()).toMatchObject({ running: false, leader: false });
  });
});
