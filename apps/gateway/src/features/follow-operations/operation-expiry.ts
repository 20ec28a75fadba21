import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE, LOGGER, type Logger, periodic, type Worker } from '@calendar-sync/service-host';
import { decideOnOperations } from './operation-book';

const batch = 100;

/** Ends operations that nobody answered, so that whoever follows one gets an answer. */
@Injectable()
export class OperationExpiry implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly worker: Worker;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.worker = periodic({
      name: 'operation-expiry',
      everyMs: 15_000,
      logger,
      run: async () => ((await this.expire()) === batch ? 'again' : undefined),
    });
  }

  onApplicationBootstrap() {
    this.worker.start();
  }

  onModuleDestroy() {
    return this.worker.stop();
  }

  /** By the clock of the database. Gives how many were looked at. */
  async expire(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const { rows } = await tx.query<{ operation_id: string; owner_id: string; now: Date }>(
        `SELECT operation_id, owner_id, now() AS now FROM operations
         WHERE status IN ('accepted', 'running') AND accepted_at < now() - interval '10 minutes'
         ORDER BY accepted_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
        [batch],
      );
      await decideOnOperations(
        tx,
        rows.map(({ operation_id, owner_id, now }) => ({
          operationId: operation_id,
          ownerId: owner_id,
          commands: [{ type: 'ExpireOperation', data: { at: now.toISOString() } }],
        })),
      );
      return rows.length;
    });
  }
}
