import { type Database, openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { migrate } from '@calendar-sync/service-host';
import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { sync } from '../../sync.service';
import { claimDue, CLAIM } from './sync-state.store';

describe('claiming calendars', () => {
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

  const insert = (count: number, values: { dirty: number; due: string }) =>
    database.query(
      `INSERT INTO calendar_sync_states (calendar_id, owner_id, connection_id, sync_token, dirty_seq, due_at)
       SELECT gen_random_uuid(), 'ada', gen_random_uuid(), 'token', $2::bigint, now() + $3::interval * random()
       FROM generate_series(1, $1)`,
      [count, values.dirty, values.due],
    );
  const isAnnounced = async (calendarIds: string[]) => {
    const { rows } = await database.query<{ announced: boolean }>(
      'SELECT dirty_seq > synced_seq AS announced FROM calendar_sync_states WHERE calendar_id = ANY ($1::uuid[])',
      [calendarIds],
    );
    return rows.map(({ announced }) => announced);
  };

  test('takes those that a push announced before the polls that piled up over a pause, and polls are not forgotten', async () => {
    await insert(2_000, { dirty: 0, due: '-2 hours' });
    await insert(40, { dirty: 1, due: '-1 second' });
    const claim = (longestDueFirst: boolean) =>
      claimDue(database, { worker: 'w', leaseMs: 60_000, limit: 10, longOnes: 0, longestDueFirst });
    const first = await claim(false);
    expect(await isAnnounced(first.map(({ calendarId }) => calendarId))).toEqual(Array(10).fill(true));
    const fair = await claim(true);
    expect(await isAnnounced(fair.map(({ calendarId }) => calendarId))).toEqual(Array(10).fill(false));
    expect(await claim(false)).toHaveLength(10);
    expect(await claim(false)).toHaveLength(10);
    const last = await claim(false);
    expect(await isAnnounced(last.map(({ calendarId }) => calendarId))).toEqual(Array(10).fill(true));
    const rest = await claim(false);
    expect(await isAnnounced(rest.map(({ calendarId }) => calendarId))).toEqual(Array(10).fill(false));
  });

  test('reads a few rows by index, however many calendars there are', async () => {
    await insert(100_000, { dirty: 0, due: '2 hours' });
    await insert(50, { dirty: 1, due: '-1 second' });
    await database.query('ANALYZE calendar_sync_states');
    const { rows } = await database.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF) ${CLAIM}`,
      ['w', 60_000, 8, 6, false],
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).not.toContain('Seq Scan on calendar_sync_states');
    expect(plan).toContain('calendar_sync_states_dirty_idx');
  });

  test('comes upon what was pulled long ago once, not with every look', async () => {
    await insert(100_000, { dirty: 0, due: '2 hours' });
    await database.query('VACUUM ANALYZE calendar_sync_states');
    await database.query('ALTER TABLE calendar_sync_states SET (autovacuum_enabled = false)');
    await database.query(
      "UPDATE calendar_sync_states SET dirty_seq = 1, due_at = now() WHERE due_at > now() + interval '119 minutes'",
    );
    await database.query(
      "UPDATE calendar_sync_states SET synced_seq = 1, due_at = now() + interval '1 hour' WHERE dirty_seq = 1",
    );
    const look = ['w', 60_000, 8, 6, false];
    // Not while anybody else in the whole cluster still writes what began before.
    await eventually(async () => {
      await database.query(CLAIM, look);
      const { rows } = await database.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
        `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${CLAIM}`,
        look,
      );
      expect(rows[0]!['QUERY PLAN'][0].Plan['Shared Hit Blocks']).toBeLessThan(100);
    });
  });
});
