import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ReplayRequestedV1, type Topic, topic } from '@calendar-sync/contracts-envelope';
import { type Database, openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { createKafka, OutboxRelay, publications } from '@calendar-sync/kafka';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { type Environment, loadConfig } from '../config/load-config';
import { ServiceConfig } from '../config/service-config';
import { HealthController } from '../health/health.controller';
import { Readiness } from '../health/readiness';
import { ServiceMetrics } from '../metrics/service-metrics';
import { ProblemFilter } from '../problems/problem.filter';
import { type ServiceDefinition, variableNames } from './define-service';
import { ServiceLifecycle } from './lifecycle';
import { ObservedConsumer } from './observed-consumer';
import { CONSUMER, DATABASE, HOST_OPTIONS, KAFKA, LOGGER, METRICS, RELAY, SERVICE } from './tokens';

export interface HostOptions {
  /** Where settings are read from. Default: the environment of the process. */
  environment: Environment;
  logger: Logger;
  /** The consumer cannot go on: the process must end. */
  onFatal: (error: unknown) => void;
}

/** Every service that owns a topic answers replays on its own command topic. */
const commandsOfOwner = ({ name }: Topic) =>
  topic(`${name.split('.', 1)[0]}.commands.v1`, {
    description: 'what the owner of the topic accepts from its consumers',
    kind: 'commands',
    messages: [ReplayRequestedV1],
    key: ({ topic: asked, consumer }) => `${asked}/${consumer}`,
  });

@Module({})
export class ServiceHostModule {
  /** Everything a service stands on, for all of its modules: its config, DATABASE, KAFKA, RELAY, LOGGER, METRICS, health, metrics and problem documents. */
  static for(service: ServiceDefinition): DynamicModule {
    return {
      module: ServiceHostModule,
      global: true,
      controllers: [HealthController],
      providers: [
        { provide: SERVICE, useValue: service },
        {
          provide: service.config,
          inject: [HOST_OPTIONS],
          useFactory: ({ environment }: HostOptions) => loadConfig(service.config, environment, variableNames(service)),
        },
        ...(service.config === ServiceConfig ? [] : [{ provide: ServiceConfig, useExisting: service.config }]),
        { provide: LOGGER, inject: [HOST_OPTIONS], useFactory: ({ logger }: HostOptions) => logger },
        { provide: ServiceMetrics, useFactory: () => new ServiceMetrics(service.name) },
        { provide: METRICS, useExisting: ServiceMetrics },
        { provide: Readiness, useFactory: () => new Readiness() },
        { provide: ServiceLifecycle, useFactory: () => new ServiceLifecycle() },
        {
          provide: DATABASE,
          inject: [ServiceConfig, LOGGER],
          useFactory: (config: ServiceConfig, logger: Logger) =>
            openDatabase({
              url: config.DATABASE_URL,
              applicationName: service.name,
              maxConnections: config.DATABASE_CONNECTIONS,
              logger,
            }),
        },
        {
          provide: KAFKA,
          inject: [ServiceConfig, LOGGER],
          useFactory: (config: ServiceConfig, logger: Logger) =>
            createKafka({ brokers: config.KAFKA_BROKERS, clientId: service.name, logger }),
        },
        {
          provide: RELAY,
          inject: [ServiceConfig, DATABASE, KAFKA, LOGGER, ServiceMetrics],
          useFactory: (
            config: ServiceConfig,
            database: Database,
            kafka: Kafka,
            logger: Logger,
            metrics: ServiceMetrics,
          ) =>
            new OutboxRelay({
              database,
              kafka,
              source: `/calendar-sync/${service.name}`,
              publications: service.publications ?? publications<never>({}),
              topicPrefix: config.TOPIC_PREFIX,
              logger,
              metrics,
            }),
        },
        {
          provide: CONSUMER,
          inject: [ServiceConfig, DATABASE, KAFKA, LOGGER, ServiceMetrics, HOST_OPTIONS],
          useFactory: (
            config: ServiceConfig,
            database: Database,
            kafka: Kafka,
            logger: Logger,
            metrics: ServiceMetrics,
            { onFatal }: HostOptions,
          ) => {
            const topics = [...service.subscriptions, ...(service.commands ? [service.commands] : [])];
            if (topics.length === 0) return undefined;
            return new ObservedConsumer(
              {
                kafka,
                database,
                group: service.name,
                topics,
                replayCommandsTo: commandsOfOwner,
                topicPrefix: config.TOPIC_PREFIX,
                logger,
                metrics,
                onFatal,
                ...(service.chunkSize !== undefined && { chunkSize: service.chunkSize }),
              },
              metrics,
              logger,
            );
          },
        },
        {
          provide: APP_FILTER,
          inject: [LOGGER],
          useFactory: (logger: Logger) => new ProblemFilter(logger, service.refusals),
        },
      ],
      exports: [
        SERVICE,
        service.config,
        ServiceConfig,
        LOGGER,
        METRICS,
        ServiceMetrics,
        Readiness,
        ServiceLifecycle,
        DATABASE,
        KAFKA,
        RELAY,
        CONSUMER,
      ],
    };
  }
}
