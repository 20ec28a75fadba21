import type { Type } from '@nestjs/common';
import type { DestinationStream } from 'pino';
import { ConfigError, type Environment } from '../config/load-config';
import { createLogger } from '../logging/logger';
import { giveBackMemoryAtRest } from '../memory/memory-at-rest';
import type { ServiceDefinition } from './define-service';
import { openService, type RunningService } from './open-service';

const SHUTDOWN_LIMIT_MS = 10_000;

/** As much of `process` as a service lives by. */
export interface HostProcess {
  readonly env: Environment;
  readonly stderr: { write(text: string): unknown };
  once(event: string, listener: (subject: unknown) => void): unknown;
  exit(code: number): void;
}

export interface StartOptions {
  host?: HostProcess;
  logDestination?: DestinationStream;
  /** How long a shutdown may take after the draining before the process ends all the same, with code 1. */
  shutdownLimitMs?: number;
}

/** `main.ts` of a service: starts it as this process, and ends the process with it. Exit code 0 after SIGTERM or SIGINT, 1 otherwise. */
export async function startService(
  root: Type,
  service: ServiceDefinition,
  { host = process, logDestination, shutdownLimitMs = SHUTDOWN_LIMIT_MS }: StartOptions = {},
): Promise<void> {
  let logger = createLogger({ service: service.name }, logDestination);
  let running: RunningService | undefined;
  let leaving = false;

  const leave = async () => {
    // Until the last balancer has noticed, requests come: they are answered.
    await running?.drain();
    const limit = setTimeout(() => {
      logger.error({ limitMs: shutdownLimitMs }, 'the shutdown took too long');
      host.exit(1);
    }, shutdownLimitMs);
    try {
      await running?.stop();
      logger.info({}, 'shut down');
      host.exit(0);
    } catch (error) {
      logger.error({ error }, 'the shutdown failed');
      host.exit(1);
    } finally {
      clearTimeout(limit);
    }
  };
  // What is broken may not be able to finish its work: whoever restarts the process repeats it.
  const fatal = (message: string) => (error: unknown) => {
    logger.fatal({ error }, message);
    host.exit(1);
  };

  host.once('uncaughtException', fatal('an exception was not caught'));
  host.once('unhandledRejection', fatal('a rejection was not handled'));
  for (const signal of ['SIGTERM', 'SIGINT']) {
    host.once(signal, () => {
      if (leaving) return;
      leaving = true;
      logger.info({ signal }, 'shutting down');
      void leave();
    });
  }

  try {
    running = await openService(root, service, {
      environment: host.env,
      onFatal: fatal('the consumer cannot go on'),
      ...(logDestination && { logDestination }),
    });
    logger = running.logger;
    logger.info({ url: running.url }, 'listening');
    giveBackMemoryAtRest();
  } catch (error) {
    if (error instanceof ConfigError) host.stderr.write(`${service.name} cannot start:\n${error.message}\n`);
    else logger.fatal({ error }, 'the service could not start');
    host.exit(1);
  }
}
