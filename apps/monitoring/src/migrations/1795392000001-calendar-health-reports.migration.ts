import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CalendarHealthReports1795392000001 implements MigrationInterface {
  readonly name = 'CalendarHealthReports1795392000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE calendar_health_reports (
        calendar_id uuid NOT NULL,
        owner_id text NOT NULL,
        version integer NOT NULL DEFAULT 0,
        health jsonb,
        reported_at timestamptz,
        due_at timestamptz,
        CONSTRAINT calendar_health_reports_pkey PRIMARY KEY (calendar_id)
      ) WITH (fillfactor = 70)`);
    await runner.query('CREATE INDEX calendar_health_reports_owner_id_idx ON calendar_health_reports (owner_id)');
    await runner.query(
      'CREATE INDEX calendar_health_reports_due_at_idx ON calendar_health_reports (due_at) WHERE due_at IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE calendar_health_reports');
  }
}
