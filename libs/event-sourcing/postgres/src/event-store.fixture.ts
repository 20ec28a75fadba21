import type { Database, DatabaseOptions } from './database';
import { eventStoreSql } from './event-store.migration';
import { openDatabase } from './open-database';

/** An empty log in the database given, for tests. */
export async function openEventStore(url: string, options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const db = openDatabase({ url, applicationName: 'event-store-test', ...options });
  await db.transaction(async (tx) => {
    for (const statement of eventStoreSql) await tx.query(statement);
  });
  return db;
}

/** Whether the log can be read to its end. Other files of a run hold transactions open in the same cluster, and every reader of a log waits for them. */
export async function isSettled(db: Database): Promise<boolean> {
  const { rows } = await db.query<{ settled: boolean }>(
    `SELECT coalesce(max(tx), '0') < pg_snapshot_xmin(pg_current_snapshot()) AS settled FROM events`,
  );
  return rows[0]!.settled;
}
