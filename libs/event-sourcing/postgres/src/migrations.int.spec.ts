import { startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { DataSource } from 'typeorm';
import { eventStoreMigration } from './event-store.migration';
import { projectionMigration } from './projection-table';
import { seats } from './seats.fixture';

let test_: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  test_ = await startTestDatabase();
  source = new DataSource({
    type: 'postgres',
    url: test_.url,
    migrations: [eventStoreMigration, projectionMigration([seats], 'Seats1767225700001')],
  });
  await source.initialize();
});
afterAll(async () => {
  await source.destroy();
  await test_.drop();
});

const tables = async () =>
  (
    await source.query<{ name: string }[]>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
    )
  ).map(({ name }) => name);

test('typeorm runs the migrations in their order, once, and takes them back', async () => {
  expect((await source.runMigrations()).map(({ name }) => name)).toEqual([
    'EventStore1767225600000',
    'Seats1767225700001',
  ]);
  expect(await tables()).toEqual([
    'events',
    'log_epoch',
    'migrations',
    'projection_rebuilds',
    'seats',
    'topic_sequences',
  ]);
  expect(await source.query('SELECT epoch FROM log_epoch')).toEqual([{ epoch: 1 }]);
  expect(await source.runMigrations()).toEqual([]);
  await source.undoLastMigration();
  await source.undoLastMigration();
  expect(await tables()).toEqual(['migrations']);
});
