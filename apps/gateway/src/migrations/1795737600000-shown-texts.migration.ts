import type { MigrationInterface, QueryRunner } from 'typeorm';

const SHOWN_OF_ENTRIES = [
  'providerCalendarId',
  'status',
  'title',
  'description',
  'location',
  'organizer',
  'attendees',
  'conference',
  'visibility',
  'busy',
  'kind',
  'providerUpdatedAt',
];

const PLACING_OF_MEETINGS = [
  'meetingId',
  'entryId',
  'calendarId',
  'seriesId',
  'originalStart',
  'start',
  'end',
  'recurrence',
  'providerEntryId',
  'meetingKey',
];

const learned = `jsonb_build_object('learnedAt', to_char(learned_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'sequence', sequence)`;

/** Lists send what is kept of an entry or a meeting as it is kept. New databases have these columns from the read models' own definitions. */
export class ShownTexts1795737600000 implements MigrationInterface {
  readonly name = 'ShownTexts1795737600000';

  async up(runner: QueryRunner): Promise<void> {
    if (await runner.hasColumn('calendar_entries', 'entry')) {
      await runner.query('ALTER TABLE calendar_entries ADD COLUMN original_start jsonb, ADD COLUMN shown json');
      const shown = SHOWN_OF_ENTRIES.map((field) => `'${field}', entry->'${field}'`).join(', ');
      await runner.query(
        `UPDATE calendar_entries SET original_start = entry->'originalStart',
           shown = CASE WHEN NOT cancelled THEN (jsonb_strip_nulls(jsonb_build_object(${shown})) || ${learned})::json END`,
      );
      await runner.query('ALTER TABLE calendar_entries DROP COLUMN entry');
    }
    if (await runner.hasColumn('meetings', 'meeting')) {
      await runner.query(
        `ALTER TABLE meetings ADD COLUMN original_start jsonb, ADD COLUMN provider_entry_id text, ADD COLUMN meeting_key text,
           ADD COLUMN shown json`,
      );
      await runner.query(
        `UPDATE meetings SET original_start = meeting->'originalStart', provider_entry_id = meeting->>'providerEntryId',
           meeting_key = meeting->>'meetingKey', shown = CASE WHEN NOT cancelled THEN ((meeting - '{${PLACING_OF_MEETINGS.join(',')}}'::text[])
             || jsonb_strip_nulls(jsonb_build_object('joinUrl', meeting->'join'->'url')) || ${learned})::json END`,
      );
      await runner.query('ALTER TABLE meetings DROP COLUMN meeting');
    }
  }

  /** The whole entries and meetings are in the log: a rebuild of the read models by the version before gives them back. */
  async down(): Promise<void> {}
}
