import type { Message } from '@calendar-sync/contracts-envelope';
import type { KafkaConsumerOptions, KafkaConsumerStrategy, MessageContext } from '../index';
import type { Bench } from './bench';
import { orders, type OrderPlacedV1, shopCommands } from './shop';

export type OrderHandler = (message: Message<OrderPlacedV1>, context: MessageContext) => Promise<void>;

/** What a handler applied, as rows: a unique key would hide what is applied twice. */
export async function tally(bench: Bench) {
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

/** A consumer of the orders that has begun to listen. */
export function listening(
  bench: Bench,
  handler: OrderHandler,
  options: Partial<KafkaConsumerOptions> = {},
): KafkaConsumerStrategy {
  const strategy = bench.consumer({ [orders.name]: handler, [shopCommands.name]: async () => undefined }, options);
  strategy.listen();
  return strategy;
}
