import { calendarChanges } from '@calendar-sync/contracts-webhook-ingestion';
import { appendToStreams, openDatabase, type Transaction } from '@calendar-sync/event-sourcing-postgres';
import { eventually } from '@calendar-sync/test-infrastructure';
import { pushClient, uuidOf } from '../clients/push.client';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed } from './fault-bench';
import { testInSuiteOnly } from './suite-only';

const seed = faultSeed();
const OTHERS = 500;
let bench: FaultBench;

beforeAll(async () => {
  bench = await FaultBench.open(seed, { detours: true });
}, 300_000);
afterAll(() => bench?.close(), 300_000);

/** As webhook-ingestion records a push. */
async function appendPush(tx: Transaction, calendarId: string, name: string): Promise<void> {
  const notificationId = uuidOf(`${seed} ${name}`);
  const data = {
    notificationId,
    calendarId,
    channelId: notificationId,
    resourceId: 'resource-of-nobody',
    resourceState: 'exists',
    receivedAt: new Date().toISOString(),
    windowEndsAt: Date.now(),
  };
  await appendToStreams(
    tx,
    [
      {
        streamId: `calendar-notification-${notificationId}`,
        expectedVersion: 0,
        events: [{ type: 'NotificationReceived', data, id: notificationId }],
      },
    ],
    { route: () => ({ topic: calendarChanges.name, key: calendarId }), metadata: { correlationId: notificationId } },
  );
}

test('an append that is held open while 500 others commit is published, and each key in its order', async () => {
  const push = pushClient(bench.stack);
  const [mine, busy] = [uuidOf(`${seed} mine`), uuidOf(`${seed} busy`)];
  const storedSince = async (tx: string) =>
    (
      await bench.query<{ commits: number; highest: string }>(
        'webhook-ingestion',
        'SELECT count(DISTINCT tx)::int AS commits, max(tx)::text AS highest FROM events WHERE topic IS NOT NULL AND tx > $1::xid8',
        [tx],
      )
    )[0]!;
  // A second writer of the same log, with a patience that no service has.
  const writer = openDatabase({
    url: bench.stack.databaseUrl('webhook-ingestion'),
    applicationName: 'fault-suite',
    idleInTransactionTimeoutMs: 0,
  });
  let transaction = '';
  try {
    await writer.transaction(async (tx) => {
      await appendPush(tx, mine, 'held first');
      transaction = (await tx.query<{ tx: string }>('SELECT pg_current_xact_id()::text AS tx')).rows[0]!.tx;
      for (let number = 1; number <= OTHERS; number += 1) {
        // Every fifth is of one calendar, whose numbers go on over more than the relay reads at once.
        const calendarId = number % 5 === 0 ? busy : uuidOf(`${seed} calendar ${number}`);
        expect(await push(calendarId, uuidOf(`${seed} channel ${number}`))).toBe(200);
      }
      expect((await storedSince(transaction)).commits).toBeGreaterThanOrEqual(OTHERS);
      // The last number of the busy calendar, in the transaction that lies before all its others in the log.
      await appendPush(tx, busy, 'held last');
    });
  } finally {
    await writer.close();
  }
  expect(BigInt((await storedSince(transaction)).highest)).toBeGreaterThan(BigInt(transaction));
  await bench.mutate(10);
  await expectConvergence(bench);
});

testInSuiteOnly(
  'an append that is held open for too long is ended by the database, and its pull is made good',
  async () => {
    const hold = bench.databases.sync.holdCommits({ times: 1, after: /INSERT INTO calendar_entries/ });
    await bench.mutate(5);
    await eventually(() => expect(hold.held()).toBe(1), { timeoutMs: 60_000 });
    const [open] = await bench.query<{ pid: number }>(
      'sync',
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction' AND backend_xid IS NOT NULL
     ORDER BY xact_start LIMIT 1`,
    );
    expect(open).toBeDefined();
    await bench.mutate(50);
    // Nobody releases it.
    await eventually(
      async () =>
        expect(await bench.query('sync', 'SELECT FROM pg_stat_activity WHERE pid = $1', [open!.pid])).toEqual([]),
      { timeoutMs: 60_000 },
    );
    await expectConvergence(bench);
    expect(await bench.query('sync', "SELECT data FROM events WHERE type = 'CalendarSyncFailed'")).toEqual([]);
  },
);
