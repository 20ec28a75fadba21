import { Controller, Get, Inject, Module, type OnModuleDestroy } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type Message, message, topic, Uuid } from '@calendar-sync/contracts-envelope';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import type { OutboxRelay } from '@calendar-sync/kafka';
import { ServiceConfig } from '../config/service-config';
import { defineService } from './define-service';
import { ServiceHostModule } from './service-host.module';
import { DATABASE, LOGGER, RELAY } from './tokens';
import type { Logger } from '../logging/logger';

export const ThingAddedV1 = message('ThingAdded.v1', { thingId: Uuid });
export const things = topic('example.things.v1', {
  description: 'things',
  messages: [ThingAddedV1],
  key: ({ thingId }) => thingId,
});

export const exampleService = defineService({
  name: 'example',
  config: ServiceConfig,
  http: { port: 0 },
  migrations: [],
  subscriptions: [things],
});

/** What the example saw, in order. */
export const seen: string[] = [];
export const slowRequest = { arrived: Promise.withResolvers<void>(), goOn: Promise.withResolvers<void>() };

@Controller()
class ExampleController {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  @EventPattern<string>(things.name)
  receive(@Payload() received: Message) {
    this.logger.info({}, 'a thing was added');
    seen.push(received.type);
  }

  @EventPattern<string>(things.name)
  alsoReceive(@Payload() received: Message) {
    seen.push(`${received.type} again`);
  }

  @Get('hello')
  hello() {
    this.logger.info({}, 'greeting');
    return { hello: 'world' };
  }

  @Get('slow')
  async slow() {
    slowRequest.arrived.resolve();
    await slowRequest.goOn.promise;
    return { late: true };
  }
}

/** Ends like a worker of a service: it still needs everything that the host gave it. */
class ExampleWorker implements OnModuleDestroy {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(RELAY) private readonly relay: OutboxRelay,
  ) {}

  async onModuleDestroy() {
    await this.database.query('select 1');
    seen.push(`worker ended with the relay ${this.relay.state().running ? 'running' : 'stopped'}`);
  }
}

@Module({
  imports: [ServiceHostModule.for(exampleService)],
  controllers: [ExampleController],
  providers: [ExampleWorker],
})
export class ExampleModule {}
