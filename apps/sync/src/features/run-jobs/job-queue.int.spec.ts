import { randomUUID } from 'node:crypto';
import { type Database, openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { migrate } from '@calendar-sync/service-host';
import { startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { sync } from '../../sync.service';
import { enqueueJobs, JobQueue } from './job-queue';

describe('the claim of a job', () => {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    testDatabase = await startTestDatabase();
    await migrate(sync, { SYNC_DATABASE_URL: testDatabase.url });
    database = openDatabase({ url: testDatabase.url, applicationName: 'sync-test' });
  });
  afterEach(async () => {
    await database.close();
    await testDatabase.drop();
  });

  test('is given back for good: a late heartbeat prolongs nothing', async () => {
    const queue = new JobQueue(database, 'worker', 60_000);
    const [calendarId, connectionId] = [randomUUID(), randomUUID()];
    await enqueueJobs(database, [{ kind: 'keep-watch', subject: calendarId, ownerId: 'ada', connectionId }]);
    const [job] = await queue.claim(1);
    expect(await queue.prolong(job!)).toBe(true);
    await queue.complete(job!, () => Promise.resolve({ runAgainInMs: 0 }));
    expect(await queue.prolong(job!)).toBe(false);
    expect(await queue.claim(1)).toMatchObject([{ subject: calendarId }]);
  });
});
