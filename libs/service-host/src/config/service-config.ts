import { isIP } from 'node:net';
import { ChoiceSetting, IntegerSetting, ListSetting, Setting, TextSetting, UrlSetting } from './settings';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

function proxies(text: string): string[] {
  const list = text.split(',').map((item) => item.trim());
  for (const item of list) {
    const [address = '', bits] = item.split('/');
    const network = isIP(address) !== 0 && (bits === undefined || /^\d{1,3}$/.test(bits));
    if (!network && !['loopback', 'linklocal', 'uniquelocal'].includes(item)) throw new Error('not an address');
  }
  return list;
}

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

  /** Whose `X-Forwarded-For` is believed: behind a load balancer, its network. Limits per address count by it. */
  @Setting(
    'must be addresses, networks (10.0.0.0/8), loopback, linklocal or uniquelocal, separated by commas',
    proxies,
    {
      optional: true,
    },
  )
  TRUSTED_PROXIES?: string[];

  /** For how long a process that was asked to end goes on answering after it has said that it is not ready. */
  @IntegerSetting({ min: 0, max: 60_000, default: 1_000 })
  DRAIN_MS: number;

  @ChoiceSetting(logLevels, { default: 'info' })
  LOG_LEVEL: LogLevel;
}
