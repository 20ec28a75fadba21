import { startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import type { Database, DatabaseOptions } from './database';
import { eventStoreSql } from './event-store.migration';
import { openDatabase } from './open-database';

/** A fresh database with an empty log, for one test file. */
export async function openEventStore(
  options: Partial<DatabaseOptions> = {},
): Promise<{ db: Database; test: TestDatabase }> {
  const test = await startTestDatabase();
  const db = openDatabase({ url: test.url, applicationName: 'event-store-test', ...options });
  await db.transaction(async (tx) => {
    for (const statement of eventStoreSql) await tx.query(statement);
  });
  return { db, test };
}
