import type { Message } from '@calendar-sync/contracts-envelope';
import { eventually, ownKafkaBroker, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import type { MessageContext } from './index';
import { Bench, placed } from './testing/bench';
import { orders } from './testing/shop';

it('loses nothing and applies nothing twice while the broker is killed under full flow', async () => {
  const broker = await ownKafkaBroker();
  const { topicPrefix } = testKafka();
  const bench = await Bench.open(await startTestDatabase(), { brokers: broker.brokers, topicPrefix });
  try {
    await bench.database.query('CREATE TABLE applied (id bigserial, key text, sequence integer)');
    const relay = bench.relay({ leaseMs: 4_000, batchSize: 20 });
    relay.start();
    const consumer = bench.consumer({
      [orders.name]: async (message: Message, { transaction }: MessageContext) => {
        await transaction.query('INSERT INTO applied (key, sequence) VALUES ($1, $2)', [message.key, message.sequence]);
      },
    });
    consumer.listen();
    const keys = ['a', 'b', 'c', 'd'];
    const appended = async () => {
      const { rows } = await bench.database.query<{ count: number }>('SELECT count(*)::integer AS count FROM events');
      return rows[0]!.count;
    };
    let writing = true;
    const writer = (async () => {
      for (let n = 0; writing; n += 1) {
        await bench.append([placed(keys[n % keys.length]!, n)]);
        await bench.database.query('SELECT pg_sleep(0.01)'); // a steady flow, not as much as the machine gives
      }
    })();
    const applied = async () => {
      const { rows } = await bench.database.query<{ count: number }>('SELECT count(*)::integer AS count FROM applied');
      return rows[0]!.count;
    };
    await eventually(async () => (await applied()) > 50, { timeoutMs: 60_000 });
    await broker.restart();
    const before = await applied();
    await eventually(async () => (await applied()) > before, { timeoutMs: 60_000 });
    writing = false;
    await writer;
    await eventually(async () => (await applied()) >= (await appended()), { timeoutMs: 60_000 });
    const { rows } = await bench.database.query<{ key: string; sequences: number[] }>(
      'SELECT key, array_agg(sequence ORDER BY id) AS sequences FROM applied GROUP BY key ORDER BY key',
    );
    expect(rows.map(({ key }) => key)).toEqual(keys);
    for (const { sequences } of rows) expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    expect(await applied()).toBe(await appended());
  } finally {
    await bench.close();
    await broker.stop();
  }
}, 300_000);
