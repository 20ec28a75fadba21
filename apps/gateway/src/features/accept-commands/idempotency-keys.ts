import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE, LOGGER, type Logger, periodic, type Worker } from '@calendar-sync/service-host';

const batch = 1_000;

/** Forgets keys after a day; until a round comes, an old key is free to be used again all the same. */
@Injectable()
export class IdempotencyKeys implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly worker: Worker;

  constructor(@Inject(DATABASE) database: Database, @Inject(LOGGER) logger: Logger) {
    this.worker = periodic({
      name: 'idempotency-keys',
      everyMs: 600_000,
      logger,
      run: async () => {
        const { rowCount } = await database.query(
          `DELETE FROM idempotency_keys WHERE (subject, route, key) IN (
             SELECT subject, route, key FROM idempotency_keys WHERE created_at < now() - interval '24 hours' LIMIT $1)`,
          [batch],
        );
        return rowCount === batch ? 'again' : undefined;
      },
    });
  }

  onApplicationBootstrap() {
    this.worker.start();
  }

  onModuleDestroy() {
    return this.worker.stop();
  }
}
