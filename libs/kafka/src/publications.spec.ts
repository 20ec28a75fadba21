import type { RecordedEvent } from '@calendar-sync/event-sourcing-postgres';
import { keepPrivate, publications, publish } from './publications';
import {
  OrderPaidV1,
  orders,
  OrderPlacedV1,
  shopCommands,
  type ShopEvent,
  ShipOrderV1,
  shopPublications,
} from './testing/shop';

const recorded = (overrides: Partial<RecordedEvent>): RecordedEvent => ({
  position: '1',
  transactionId: '1',
  streamId: 'order-1',
  version: 1,
  id: '00000000-0000-4000-8000-000000000000',
  type: 'Placed',
  schemaVersion: 1,
  data: { orderId: 'a', number: 1, note: '' },
  metadata: { correlationId: 'c', traceparent: 't' },
  recordedAt: new Date('2026-01-01T00:00:00Z'),
  ...overrides,
});

describe('publications', () => {
  it('route an event to its topic and key, and none that is private', () => {
    expect(shopPublications.route({ type: 'Paid', data: { orderId: 'a', number: 1 } })).toEqual({
      topic: orders.name,
      key: 'a',
    });
    expect(shopPublications.route({ type: 'Counted', data: { count: 1 } })).toBeUndefined();
  });

  it('refuse an event that nobody decided about, when it compiles and when it runs', () => {
    // @ts-expect-error Counted is neither published nor private
    publications<ShopEvent>({ Placed: publish(orders, OrderPlacedV1, (data) => data), Paid: keepPrivate });
    expect(() => shopPublications.route({ type: 'Forgotten', data: {} })).toThrow(
      'Forgotten is neither published nor marked private',
    );
  });

  it('refuse a contract that is not of the topic', () => {
    expect(() => publish(shopCommands, OrderPaidV1, (data: { orderId: string; number: number }) => data)).toThrow(
      'no message of shop.commands.v1',
    );
    expect(publish(shopCommands, ShipOrderV1, (data: { orderId: string }) => data).contract).toBe(ShipOrderV1);
  });

  it('make a message of a recorded event that carries on its metadata', () => {
    const { message } = shopPublications.toMessage(
      recorded({ topic: orders.name, key: 'a', sequence: 7, ownerId: 'o' }),
      {
        source: '/calendar-sync/shop',
        epoch: 2,
      },
    );
    expect(message).toMatchObject({
      type: 'OrderPlaced.v1',
      key: 'a',
      sequence: 7,
      epoch: 2,
      ownerId: 'o',
      correlationId: 'c',
      traceparent: 't',
    });
    expect(message.time).toBe('2026-01-01T00:00:00.000Z');
  });

  it('bring a stored event of an older shape to the one of today before it is mapped', () => {
    const upcasting = publications<ShopEvent>(
      { Placed: publish(orders, OrderPlacedV1, (data) => data), Paid: keepPrivate, Counted: keepPrivate },
      { upcast: (_type, version, data) => (version === 1 ? { ...(data as object), note: 'none' } : data) },
    );
    const { message } = upcasting.toMessage(
      recorded({ topic: orders.name, key: 'a', sequence: 1, data: { orderId: 'a', number: 1 } }),
      {
        source: 's',
        epoch: 1,
      },
    );
    expect(message.data).toEqual({ orderId: 'a', number: 1, note: 'none' });
  });
});
