import { Controller, Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, type MicroserviceOptions, Payload } from '@nestjs/microservices';
import type { Message, Topic } from '@calendar-sync/contracts-envelope';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { createKafka, KafkaConsumerStrategy, listParked, MessageContext } from '../index';
import { Bench, placedRecord } from '../testing/bench';
import { orders, type OrderPlacedV1, shopCommands } from '../testing/shop';

const seen: string[] = [];

@Injectable()
class CountOrders {
  async handle({ key, sequence }: Message<OrderPlacedV1>, context: MessageContext): Promise<void> {
    await context.transaction.query('SELECT 1');
    if (key === 'bad') throw new TypeError(`order ${key} has no total`);
    seen.push(
      `${key}:${sequence} of ${context.topic}, caused by ${context.metadata.causationId === undefined ? 'nothing' : 'it'}`,
    );
  }
}

@Controller()
class OrdersConsumer {
  constructor(@Inject(CountOrders) private readonly countOrders: CountOrders) {}

  @EventPattern<string>(orders.name)
  async receive(@Payload() message: Message<OrderPlacedV1>, @Ctx() context: MessageContext): Promise<void> {
    await this.countOrders.handle(message, context);
  }
}

@Module({ controllers: [OrdersConsumer], providers: [CountOrders] })
class OrdersModule {}

describe('as a transport of Nest', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.open(await startTestDatabase(), testKafka());
  });
  afterAll(() => bench.close());

  const strategyFor = (topics: Topic[] = [orders]) =>
    new KafkaConsumerStrategy({
      kafka: createKafka({ brokers: bench.brokers, clientId: 'nest', logger: bench.logger }),
      database: bench.database,
      group: 'counter',
      topics,
      topicPrefix: bench.topicPrefix,
      logger: bench.logger,
    });

  it('calls the controller with message and context, and gets its error as it was thrown', async () => {
    const strategy = strategyFor();
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(OrdersModule, { strategy, logger: false });
    await app.listen();
    await bench.produce([placedRecord('good', 1)]);
    await eventually(() => seen.length > 0);
    // Not with the other: what shares its transaction would be handled again without it.
    await bench.produce([placedRecord('bad', 1)]);
    const parked = await eventually(async () => (await listParked(bench.database))[0]);
    expect(seen).toEqual(['good:1 of shop.orders.v1, caused by it']);
    expect(parked).toMatchObject({ key: 'bad', reason: 'failed', error: 'TypeError: order bad has no total' });
    await eventually(() => strategy.state().healthy && strategy.state().joined);
    await app.close();
    expect(strategy.state().joined).toBe(false);
  });

  it('refuses to listen to a topic that no controller handles', async () => {
    const strategy = strategyFor([orders, shopCommands]);
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(OrdersModule, { strategy, logger: false });
    await expect(app.listen()).rejects.toThrow('shop.commands.v1 is subscribed to, but no @EventPattern handles it');
    await app.close();
  });
});
