import { type Database, openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { migrate } from '@calendar-sync/service-host';
import { startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { gateway } from '../gateway.service';

const entryId = '0f8fad5b-d9cb-469f-a165-70867728950e';
const calendarId = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
const start = { dateTime: '2026-11-23T09:00:00+01:00', timeZone: 'Europe/Zurich' };
let server: TestDatabase;
let database: Database;

const migrated = () =>
  migrate(gateway, { GATEWAY_DATABASE_URL: server.url, KAFKA_BROKERS: '127.0.0.1:1', LOG_LEVEL: 'silent' });

beforeAll(async () => {
  server = await startTestDatabase();
  database = openDatabase({ url: server.url, applicationName: 'test' });
  await migrated();
}, 300_000);
afterAll(async () => {
  await database.close();
  await server.drop();
});

/** As the version before had them. */
async function asBefore(): Promise<void> {
  await database.query("DELETE FROM migrations WHERE name LIKE 'ShownTexts%'");
  await database.query(
    'ALTER TABLE calendar_entries DROP COLUMN shown, DROP COLUMN original_start, ADD COLUMN entry jsonb NOT NULL',
  );
  await database.query(
    `ALTER TABLE meetings DROP COLUMN shown, DROP COLUMN original_start, DROP COLUMN provider_entry_id, DROP COLUMN meeting_key,
       ADD COLUMN meeting jsonb`,
  );
}

const rowValues = `'ada', '${calendarId}', 'series', '2026-11-23T08:00:00.000Z', false, '2026-11-23T08:00Z', '2026-11-23T09:00Z', 'short'`;

it('takes what lists show out of what was kept whole', async () => {
  await asBefore();
  const entry = {
    entryId,
    calendarId,
    originalStart: start,
    start,
    end: start,
    title: 'Stand-up',
    busy: true,
    etag: '"1"',
  };
  await database.query(
    `INSERT INTO calendar_entries (entry_id, connection_id, owner_id, calendar_id, provider_entry_id, slot, cancelled, occupies_from,
       occupies_until, extent, entry, learned_at, epoch, sequence)
     VALUES ($1, $1, ${rowValues}, $2, '2026-11-20T08:00:00.5Z', 1, 7)`,
    [entryId, entry],
  );
  const join = { url: 'https://meet.google.com/abc-defg-hij', provider: 'google-meet', source: 'hangoutLink' };
  const meeting = {
    ...{ meetingId: entryId, entryId, calendarId, start, end: start },
    ...{ providerEntryId: 'stand-up', meetingKey: 'key', join, reasons: ['conference_data_present'] },
  };
  await database.query(
    `INSERT INTO meetings (meeting_id, entry_id, owner_id, calendar_id, cancelled, occupies_from, occupies_until, extent, meeting,
       learned_at, epoch, sequence)
     VALUES ($1, $1, 'ada', '${calendarId}', false, '2026-11-23T08:00Z', '2026-11-23T09:00Z', 'short', $2, '2026-11-20T08:00Z', 1, 3)`,
    [entryId, meeting],
  );

  await migrated();

  const { rows: entries } = await database.query('SELECT original_start, shown FROM calendar_entries');
  expect(entries).toEqual([
    {
      original_start: start,
      shown: { title: 'Stand-up', busy: true, learnedAt: '2026-11-20T08:00:00.500Z', sequence: 7 },
    },
  ]);
  const { rows: meetings } = await database.query(
    'SELECT original_start, provider_entry_id, meeting_key, shown FROM meetings',
  );
  expect(meetings).toEqual([
    {
      original_start: null,
      provider_entry_id: 'stand-up',
      meeting_key: 'key',
      shown: {
        ...{ join, joinUrl: join.url, reasons: ['conference_data_present'] },
        ...{ learnedAt: '2026-11-20T08:00:00.000Z', sequence: 3 },
      },
    },
  ]);
});
