import type { Type } from '@nestjs/common';
import { ConfigError } from '../config/load-config';
import { createLogger } from '../logging/logger';
import type { ServiceDefinition } from './define-service';
import { openService, type RunningService } from './open-service';

const SHUTDOWN_LIMIT_MS = 10_000;

/** `main.ts` of a service: starts it as this process, and ends the process with it. Exit code 0 after SIGTERM or SIGINT, 1 otherwise. */
export async function startService(root: Type, service: ServiceDefinition): Promise<void> {
  let logger = createLogger({ service: service.name });
  let running: RunningService | undefined;

  const exit = (code: number) => {
    const limit = setTimeout(() => {
      logger.error({ limitMs: SHUTDOWN_LIMIT_MS }, 'the shutdown took too long');
      process.exit(code === 0 ? 1 : code);
    }, SHUTDOWN_LIMIT_MS);
    limit.unref();
    void (running?.stop() ?? Promise.resolve()).then(
      () => process.exit(code),
      (error: unknown) => {
        logger.error({ error }, 'the shutdown failed');
        process.exit(1);
      },
    );
  };
  const fatal = (message: string) => (error: unknown) => {
    logger.fatal({ error }, message);
    // What is broken may not be able to finish its work: whoever restarts the process repeats it.
    process.exit(1);
  };

  process.once('uncaughtException', fatal('an exception was not caught'));
  process.once('unhandledRejection', fatal('a rejection was not handled'));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      logger.info({ signal }, 'shutting down');
      exit(0);
    });
  }

  try {
    running = await openService(root, service, { onFatal: fatal('the consumer cannot go on') });
    logger = running.logger;
    logger.info({ url: running.url }, 'listening');
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`${service.name} cannot start:\n${error.message}\n`);
    else logger.fatal({ error }, 'the service could not start');
    process.exit(1);
  }
}
