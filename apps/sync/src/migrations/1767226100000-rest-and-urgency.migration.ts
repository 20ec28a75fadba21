import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RestAndUrgency1767226100000 implements MigrationInterface {
  readonly name = 'RestAndUrgency1767226100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE calendars ADD COLUMN refusals integer NOT NULL DEFAULT 0, ADD COLUMN rests_until timestamptz',
    );
    await runner.query('ALTER TABLE calendar_sync_states ADD COLUMN unannounced_finds integer NOT NULL DEFAULT 0');
    await runner.query(
      'CREATE INDEX calendar_sync_states_dirty_idx ON calendar_sync_states (due_at) WHERE active AND dirty_seq > synced_seq',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX calendar_sync_states_dirty_idx');
    await runner.query('ALTER TABLE calendar_sync_states DROP COLUMN unannounced_finds');
    await runner.query('ALTER TABLE calendars DROP COLUMN refusals, DROP COLUMN rests_until');
  }
}
