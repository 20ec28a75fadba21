import { message, type MessageOf, ReplayRequestedV1, topic, Uuid } from '@calendar-sync/contracts-envelope';
import { Type } from '@sinclair/typebox';
import { keepPrivate, publications, publish } from '../publications';

/** A small service to test with: orders, and what they hold. */
export const OrderPlacedV1 = message('OrderPlaced.v1', {
  orderId: Type.String(),
  number: Type.Integer(),
  note: Type.String(),
});
export type OrderPlacedV1 = MessageOf<typeof OrderPlacedV1>;
export const OrderPaidV1 = message('OrderPaid.v1', { orderId: Type.String(), number: Type.Integer() });

export const orders = topic('shop.orders.v1', {
  description: 'Orders.',
  messages: [OrderPlacedV1, OrderPaidV1],
  key: ({ orderId }) => orderId,
});

export const ShipOrderV1 = message('ShipOrder.v1', { orderId: Type.String(), parcel: Type.Optional(Uuid) });

export const shopCommands = topic('shop.commands.v1', {
  description: 'What the shop accepts.',
  kind: 'commands',
  messages: [ShipOrderV1, ReplayRequestedV1],
  key: (command) => ('consumer' in command ? `${command.topic}/${command.consumer}` : command.orderId),
});

export type ShopEvent =
  | { type: 'Placed'; data: OrderPlacedV1 }
  | { type: 'Paid'; data: { orderId: string; number: number } }
  | { type: 'Counted'; data: { count: number } };

export const shopPublications = publications<ShopEvent>({
  Placed: publish(orders, OrderPlacedV1, (data) => data),
  Paid: publish(orders, OrderPaidV1, ({ orderId, number }) => ({ orderId, number })),
  Counted: keepPrivate,
});

export const shopSource = '/calendar-sync/shop';
