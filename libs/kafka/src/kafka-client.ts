import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { CompressionCodecs, CompressionTypes, Kafka, type LogEntry, logLevel } from 'kafkajs';
import { surviveClocksSetBack } from './clock-set-back';
import { encodeFrugally } from './frugal-encoder';
import { forgetHalfReplies } from './half-replies';
import type { Logger } from './observability';
import { calmRequestQueue } from './request-queue-timer';
import { fetchPatiently } from './patient-fetch';

export type { Kafka };

const SUPPORTED = '2.2.4';

export interface KafkaOptions {
  brokers: string[];
  clientId: string;
  logger: Logger;
  /** Whatever a secured cluster asks for. */
  ssl?: boolean;
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string };
}

/**
 * A client of the cluster, with what kafkajs lacks: a queue that sleeps while it is empty, fetches that end soon while partitions are paused,
 * waits whatever the clock does, connections that begin anew, an encoder that does not waste memory, a codec for zstd, and retries that do not
 * depend on NODE_ENV. Throws when another version of kafkajs is installed than the one patched here.
 */
export function createKafka({ brokers, clientId, logger, ssl, sasl }: KafkaOptions): Kafka {
  assertVersion();
  calmRequestQueue();
  surviveClocksSetBack();
  forgetHalfReplies();
  encodeFrugally();
  fetchPatiently();
  registerZstd();
  return new Kafka({
    brokers,
    clientId,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, factor: 0.2, multiplier: 2, retries: 10 },
    logLevel: logLevel.WARN,
    logCreator: () => quietLog(logger),
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl: saslOf(sasl) }),
  });
}

function saslOf({ mechanism, username, password }: NonNullable<KafkaOptions['sasl']>) {
  if (mechanism === 'plain') return { mechanism, username, password };
  if (mechanism === 'scram-sha-256') return { mechanism, username, password };
  return { mechanism, username, password };
}

function assertVersion(): void {
  const { version } = createRequire(__filename)('kafkajs/package.json') as { version: string };
  if (version !== SUPPORTED) {
    throw new Error(`kafkajs ${version} is installed; it is patched for ${SUPPORTED} only`);
  }
}

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** kafkajs itself knows gzip only, and a batch in any other codec ends its consumer. */
function registerZstd(): void {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: { buffer: Buffer }) => compress(buffer),
    decompress: (buffer: Buffer) => decompress(buffer),
  });
}

const REPEATED_AFTER_MS = 10_000;

/**
 * Nothing that kafkajs calls an error is one to wake somebody for: it repeats, or its end comes as an event that is handled here. Of the same
 * line, of which it writes hundreds while no broker can be reached, one in ten seconds is enough.
 */
function quietLog(logger: Logger): (entry: LogEntry) => void {
  const written = new Map<string, number>();
  return ({ level, namespace, log }) => {
    const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields } = log;
    const now = performance.now();
    const repeated = now - (written.get(namespace + message) ?? -Infinity) < REPEATED_AFTER_MS;
    if (!repeated) {
      if (written.size > 500) written.clear();
      written.set(namespace + message, now);
    }
    const loud = level === logLevel.ERROR || level === logLevel.WARN;
    logger[loud && !repeated ? 'warn' : 'debug']({ kafkajs: namespace, ...fields }, message);
  };
}
