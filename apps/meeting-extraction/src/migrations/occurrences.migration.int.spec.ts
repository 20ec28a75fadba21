import { randomUUID } from 'node:crypto';
import { entryIdOf, type EntryV1 } from '@calendar-sync/contracts-sync';
import { openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { migrate } from '@calendar-sync/service-host';
import { startTestDatabase } from '@calendar-sync/test-infrastructure';
import { instanceOf, meetingEntry, received } from '../meeting-extraction.fixture';
import { recordEntries } from '../features/record-entries/record-entries.handler';
import { meetingExtraction } from '../meeting-extraction.service';
import { meetings } from '../projections/meetings.projection';

it('makes a database of before ready: series that are known are due, with their families', async () => {
  const server = await startTestDatabase();
  const environment = { MEETING_EXTRACTION_DATABASE_URL: server.url };
  await migrate(meetingExtraction, environment);
  const database = openDatabase({ url: server.url, applicationName: 'test' });

  const calendarId = randomUUID();
  const series = meetingEntry({ calendarId, providerEntryId: 'abc', recurrence: ['RRULE:FREQ=DAILY'] });
  const part: EntryV1 = { ...series, providerEntryId: 'abc_R20261203T090000', entryId: entryIdOf(calendarId, 'abc_R') };
  const instance: EntryV1 = {
    ...series,
    ...instanceOf(series, '2026-12-01T09:00:00Z'),
    recurrence: undefined,
    title: 'Other',
  };
  const single = meetingEntry({ calendarId, providerEntryId: 'single' });
  await database.transaction((tx) =>
    recordEntries(
      tx,
      [series, part, instance, single].map((each) => received(each)),
      [],
    ),
  );
  const families = async () =>
    (
      await database.query<{ family: string; provider_entry_id: string; from_series: boolean }>(
        'SELECT family, provider_entry_id, from_series FROM meetings ORDER BY provider_entry_id',
      )
    ).rows;
  const known = await families();

  // As it was before.
  for (const table of ['occurrence_jobs', 'calendars', 'judged_entries']) await database.query(`DROP TABLE ${table}`);
  await database.query(`ALTER TABLE meetings DROP COLUMN provider_entry_id, DROP COLUMN family, DROP COLUMN from_series,
    DROP COLUMN ends_at, DROP COLUMN why`);
  await database.query(`DELETE FROM migrations WHERE name LIKE 'Occurrences%'`);

  await migrate(meetingExtraction, environment);
  expect(await families()).toEqual(known);
  const { rows: jobs } = await database.query('SELECT family, owner_id, changed FROM occurrence_jobs');
  expect(jobs).toEqual([{ family: `${calendarId}/abc`, owner_id: 'ada', changed: true }]);
  const { rows: indexes } = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_indexes WHERE tablename = 'meetings'`,
  );
  expect(indexes[0]?.count).toBe(meetings.indexes.length + 1);

  await database.close();
  await server.drop();
});
