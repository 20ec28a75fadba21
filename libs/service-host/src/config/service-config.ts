import { ChoiceSetting, IntegerSetting, ListSetting, TextSetting, UrlSetting } from './settings';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * What every service needs from its environment. Properties are named like their variables; `DATABASE_URL` and `PORT` are read
 * from the service's own (`SYNC_DATABASE_URL`, `SYNC_PORT`), so that all services can share one environment file.
 */
export class ServiceConfig {
  @UrlSetting({ protocols: ['postgres', 'postgresql'] })
  DATABASE_URL: string;

  /** Connections of this process to its database. */
  @IntegerSetting({ min: 2, max: 200, default: 10 })
  DATABASE_CONNECTIONS: number;

  @ListSetting({ expectation: 'must be host:port pairs separated by commas' })
  KAFKA_BROKERS: string[];

  /** Put before every topic and consumer group, so that several installations can share a broker. */
  @TextSetting({ default: '' })
  TOPIC_PREFIX: string;

  @TextSetting({ default: '127.0.0.1' })
  HOST: string;

  /** 0 takes a free one. */
  @IntegerSetting({ min: 0, max: 65535 })
  PORT: number;

  @ChoiceSetting(logLevels, { default: 'info' })
  LOG_LEVEL: LogLevel;
}
