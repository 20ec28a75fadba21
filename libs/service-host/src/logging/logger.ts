import { type DestinationStream, type Logger, pino } from 'pino';
import { currentTrace } from '../tracing/trace-context';
import { scrubError, scrubFields, scrubText } from './scrub';

export type { Logger };

/**
 * JSON lines on standard output: `time` in ISO 8601, `level` as a word, `service`, `traceId` and `spanId` of what is being done.
 * Every field is scrubbed before it is written.
 */
export function createLogger(
  options: { service: string; level?: string },
  destination: DestinationStream = pino.destination({ fd: 1, sync: true }),
): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      base: { service: options.service },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => scrubFields(fields) as Record<string, unknown>,
      },
      serializers: { err: scrubError, error: (error: unknown) => (error instanceof Error ? scrubError(error) : error) },
      mixin: () => ({ ...currentTrace() }),
      hooks: {
        logMethod(args, method) {
          // pino takes the message of an error that is logged alone past every formatter.
          const complete = args[0] instanceof Error && args.length === 1 ? [args[0], args[0].message] : args;
          const scrubbed = complete.map((arg) => (typeof arg === 'string' ? scrubText(arg) : arg));
          method.apply(this, scrubbed as Parameters<typeof method>);
        },
      },
    },
    destination,
  );
}
