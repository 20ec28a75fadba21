import { createTableSql, indexName } from '@calendar-sync/event-sourcing-postgres';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { calendars } from '../projections/calendars.projection';
import { judgedEntries } from '../projections/judged-entries.projection';
import { meetings } from '../projections/meetings.projection';

const root = (providerId: string) => `regexp_replace(${providerId}, '_R[0-9]{8}(T[0-9]{6}Z?)?$', '')`;
const master = "regexp_replace(known.provider_entry_id, '_[0-9]{8}(T[0-9]{6}Z)?$', '')";

/** Which series have occurrences to publish and when; and of meetings, what that needs. Series that are known already are due at once. */
export class Occurrences1795393000000 implements MigrationInterface {
  readonly name = 'Occurrences1795393000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE occurrence_jobs (
      family text PRIMARY KEY,
      calendar_id uuid NOT NULL,
      owner_id text NOT NULL,
      due_at timestamptz NOT NULL,
      changed boolean NOT NULL DEFAULT true,
      held boolean NOT NULL DEFAULT false,
      published_until timestamptz,
      horizon_days integer NOT NULL DEFAULT 0,
      cause jsonb NOT NULL DEFAULT '{}',
      attempts integer NOT NULL DEFAULT 0
    )`);
    await runner.query('CREATE INDEX occurrence_jobs_due_idx ON occurrence_jobs (due_at) WHERE NOT held');
    await runner.query('CREATE INDEX occurrence_jobs_calendar_idx ON occurrence_jobs (calendar_id)');
    for (const model of [calendars, judgedEntries])
      for (const statement of createTableSql(model)) await runner.query(statement);

    // A new database has these already: its first migration makes the read model as it is now.
    await runner.query(`ALTER TABLE meetings ADD COLUMN IF NOT EXISTS provider_entry_id text,
      ADD COLUMN IF NOT EXISTS family text, ADD COLUMN IF NOT EXISTS from_series boolean NOT NULL DEFAULT false,
      ADD COLUMN IF NOT EXISTS ends_at timestamptz, ADD COLUMN IF NOT EXISTS why jsonb`);
    await runner.query('ALTER TABLE meetings ALTER COLUMN from_series DROP DEFAULT');
    for (const index of meetings.indexes)
      await runner.query(`CREATE INDEX IF NOT EXISTS ${indexName(meetings.name, index)} ON meetings ${index}`);
    await runner.query(`UPDATE meetings SET provider_entry_id = known.provider_entry_id,
        family = calendar_id || '/' || ${root(`CASE WHEN series_id IS NULL THEN known.provider_entry_id ELSE ${master} END`)}
      FROM (
        SELECT DISTINCT ON (stream_id) stream_id, data->'about'->>'providerEntryId' AS provider_entry_id
        FROM events WHERE stream_id LIKE 'meeting-%' ORDER BY stream_id, version DESC
      ) known
      WHERE known.stream_id = 'meeting-' || meeting_id AND known.provider_entry_id IS NOT NULL`);
    await runner.query(`INSERT INTO occurrence_jobs (family, calendar_id, owner_id, due_at)
      SELECT DISTINCT ON (family) family, calendar_id, owner_id, now() + random() * interval '1 hour'
      FROM meetings WHERE status = 'scheduled' AND meeting -> 'recurrence' IS NOT NULL AND family IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE occurrence_jobs');
    for (const { name } of [calendars, judgedEntries]) await runner.query(`DROP TABLE ${name}`);
  }
}
