import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { CompressionCodecs, CompressionTypes, Kafka, type LogEntry, logLevel } from 'kafkajs';
import type { Logger } from './observability';
import { calmRequestQueue } from './request-queue-timer';

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
 * A client of the cluster, with what kafkajs lacks: a queue that sleeps while it is empty, a codec for zstd, and
 * retries that do not depend on NODE_ENV. Throws when another version of kafkajs is installed than the one patched here.
 */
export function createKafka({ brokers, clientId, logger, ssl, sasl }: KafkaOptions): Kafka {
  assertVersion();
  calmRequestQueue();
  registerZstd();
  return new Kafka({
    brokers,
    clientId,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 10 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => writeLog(logger, entry),
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
    throw new Error(`kafkajs ${version} is installed; its request queue is patched for ${SUPPORTED} only`);
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

function writeLog(logger: Logger, { level, namespace, log }: LogEntry): void {
  const { message, timestamp: _timestamp, logger: _logger, ...fields } = log;
  const write =
    level === logLevel.ERROR
      ? logger.error
      : level === logLevel.WARN
        ? logger.warn
        : level === logLevel.INFO
          ? logger.info
          : logger.debug;
  write.call(logger, { kafkajs: namespace, ...fields }, message);
}
