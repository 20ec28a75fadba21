import { message, type MessageOf, topic } from '@calendar-sync/contracts-envelope';
import { appendToStreams } from '@calendar-sync/event-sourcing-postgres';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { Type } from '@sinclair/typebox';
import { keepPrivate, listQuarantined, publications, publish } from '../index';
import { Bench, headerOf, placed } from '../testing/bench';
import { OrderPaidV1, OrderPlacedV1, orders, type ShopEvent } from '../testing/shop';

const OrderShippedV1 = message('OrderShipped.v1', { orderId: Type.String() });
const newerOrders = topic(orders.name, {
  description: 'Orders, and their shipping.',
  messages: [OrderPlacedV1, OrderPaidV1, OrderShippedV1],
  key: ({ orderId }) => orderId,
});
type NewerEvent = ShopEvent | { type: 'Shipped'; data: MessageOf<typeof OrderShippedV1> };
const newer = publications<NewerEvent>({
  Placed: publish(newerOrders, OrderPlacedV1, (data) => data),
  Paid: publish(newerOrders, OrderPaidV1, ({ orderId, number }) => ({ orderId, number })),
  Counted: keepPrivate,
  Shipped: publish(newerOrders, OrderShippedV1, (data) => data),
});

describe('a service of which two versions run', () => {
  const leaseMs = 900;
  const all = ['OrderPlaced.v1', 'OrderShipped.v1', 'OrderPlaced.v1'];
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.open(await startTestDatabase(), testKafka());
  });
  afterEach(() => bench.close());

  const recordAsNewer = () =>
    bench.database.transaction((tx) =>
      appendToStreams(
        tx,
        [
          {
            streamId: 'order-a',
            expectedVersion: 0,
            events: [placed('a', 1), { type: 'Shipped', data: { orderId: 'a' } }, placed('a', 3)],
          },
        ],
        { route: newer.route },
      ),
    );
  const types = async () => (await bench.held()).map((record) => headerOf(record, 'ce_type'));

  it('leaves to the newer relay what the older one does not know', async () => {
    const older = bench.relay({ leaseMs });
    older.start();
    await eventually(() => older.state().leader);
    bench.relay({ leaseMs, publications: newer }).start();
    await recordAsNewer();
    await eventually(async () => expect(await types()).toEqual(all));
    expect(await listQuarantined(bench.database)).toEqual([]);
    expect(bench.logger.alarms()).toEqual([]);
  });

  it('keeps a key back where only older relays run, lets the others go on, and releases it once a newer one leads', async () => {
    const older = bench.relay({ leaseMs });
    older.start();
    await recordAsNewer();
    await eventually(async () => expect(await listQuarantined(bench.database)).toHaveLength(1));
    await bench.append([placed('b', 1)]);
    await eventually(async () => expect(await types()).toEqual(['OrderPlaced.v1', 'OrderPlaced.v1']));
    await older.stop();
    bench.relay({ leaseMs, publications: newer }).start();
    await eventually(async () => expect((await types()).toSorted()).toEqual([...all, 'OrderPlaced.v1'].toSorted()));
    await eventually(async () => expect(await listQuarantined(bench.database)).toEqual([]));
  });
});
