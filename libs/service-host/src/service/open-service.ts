import { setTimeout as delay } from 'node:timers/promises';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import type { ConsumerState, KafkaConsumerStrategy, OutboxRelay, RelayState } from '@calendar-sync/kafka';
import type { DestinationStream, Logger } from 'pino';
import { type Environment, loadConfig } from '../config/load-config';
import { Readiness } from '../health/readiness';
import { createLogger } from '../logging/logger';
import { scrubText } from '../logging/scrub';
import { NestLogger } from '../logging/nest-logger';
import { carryTraces, inTrace } from '../tracing/trace-context';
import { answerUnreadable, answerUnroutable, longestParameter, readJsonAlone } from '../problems/before-routing';
import { validationPipe } from '../problems/validation';
import { type ServiceDefinition, variableNames } from './define-service';
import { ServiceLifecycle } from './lifecycle';
import type { HostOptions } from './service-host.module';
import { CONSUMER, DATABASE, HOST_OPTIONS, RELAY } from './tokens';

export interface OpenOptions {
  /** Where settings are read from. Default: the environment of the process. */
  environment?: Environment;
  /** Where log lines go. Default: standard output. */
  logDestination?: DestinationStream;
  /** The service cannot go on. Default: throws, which ends the process. */
  onFatal?: (error: unknown) => void;
}

export interface RunningService {
  readonly app: NestFastifyApplication;
  /** `http://host:port`, with the port that was taken. */
  readonly url: string;
  readonly logger: Logger;
  /** Says that it is not ready, and goes on answering for as long as whoever balances requests may need to notice. */
  drain(): Promise<void>;
  /** Not ready, stop accepting, leave the group, finish the relay's batch, close the pools. Once, however often it is called. */
  stop(): Promise<void>;
}

/** Starts a service in this process and gives it back running: listening, consuming, relaying. Throws ConfigError before anything is opened. */
export async function openService(
  root: Type,
  service: ServiceDefinition,
  { environment = process.env, logDestination, onFatal = rethrow }: OpenOptions = {},
): Promise<RunningService> {
  const config = loadConfig(service.config, environment, variableNames(service));
  carryTraces();
  const logger = createLogger({ service: service.name, level: config.LOG_LEVEL }, logDestination);
  const options: HostOptions = { environment, onFatal, logger };
  const adapter = new FastifyAdapter({
    bodyLimit: service.http?.bodyLimit ?? 1_048_576,
    trustProxy: config.TRUSTED_PROXIES ?? false,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    routerOptions: { maxParamLength: longestParameter },
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnreadable,
  });
  readJsonAlone(adapter.getInstance());
  const app = await NestFactory.create<NestFastifyApplication>(
    {
      module: ServiceRoot,
      global: true,
      imports: [root],
      providers: [{ provide: HOST_OPTIONS, useValue: options }],
      exports: [HOST_OPTIONS],
    },
    adapter,
    { logger: new NestLogger(logger), abortOnError: false, bodyParser: false },
  );
  app.useGlobalPipes(validationPipe());
  adapter.getInstance().addHook('preHandler', (request, _reply, done) => {
    inTrace(firstOf(request.headers['traceparent']), done);
  });

  const database = app.get<Database>(DATABASE);
  const relay = app.get<OutboxRelay>(RELAY);
  const consumer = app.get<KafkaConsumerStrategy | undefined>(CONSUMER);
  const lifecycle = app.get(ServiceLifecycle);
  const readiness = app.get(Readiness);
  readiness.add('service', () => (lifecycle.draining.aborted ? 'shutting down' : undefined));
  readiness.add('database', async () => void (await database.query('select 1')));
  const necessary = (part: 'consumer' | 'relay') => ({ necessary: service.readyWithout?.includes(part) !== true });
  if (consumer) readiness.add('consumer', () => consumerTrouble(consumer.state()), necessary('consumer'));
  readiness.add('relay', () => relayTrouble(relay.state()), necessary('relay'));

  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      lifecycle.drain();
      // Nest: workers stop (onModuleDestroy), then HTTP closes, then the consumer leaves; the relay and the pools end last.
      await close(app);
      await relay.stop();
      await database.close();
    })();
    return stopped;
  };

  try {
    if (consumer) app.connectMicroservice({ strategy: consumer });
    service.configure?.(app);
    await app.init();
    relay.start();
    if (consumer) await app.startAllMicroservices();
    await app.listen(config.PORT, config.HOST);
  } catch (error) {
    await stop();
    throw error;
  }
  const drain = async () => {
    lifecycle.drain();
    await delay(config.DRAIN_MS);
  };
  return { app, url: await app.getUrl(), logger, drain, stop };
}

class ServiceRoot {}

/** A connection that was busy when the server closed would be kept alive for a minute afterwards, and the server open with it. */
async function close(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer();
  const sweep = setInterval(() => server.closeIdleConnections(), 25);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
  }
}

const consumerTrouble = ({ healthy, problems }: ConsumerState) =>
  healthy ? undefined : scrubText(problems.join('; ')) || 'not healthy';

const relayTrouble = ({ running, problem }: RelayState) =>
  problem === undefined ? (running ? undefined : 'not running') : scrubText(problem);

const firstOf = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header);

const rethrow = (error: unknown): never => {
  throw error;
};
