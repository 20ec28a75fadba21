import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateWebhookLogs1767312000000 implements MigrationInterface {
  readonly name = 'CreateWebhookLogs1767312000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE calendar_webhook_logs (
        notification_id uuid PRIMARY KEY,
        calendar_id uuid NOT NULL,
        owner_id text,
        channel_id text NOT NULL,
        resource_id text NOT NULL,
        resource_state text NOT NULL,
        message_number bigint,
        received_at timestamptz NOT NULL,
        status text NOT NULL CHECK (status IN ('received', 'coalesced', 'processed', 'failed')),
        coalesced_into uuid,
        error text,
        processed_at timestamptz
      ) WITH (fillfactor = 80)`);
    await runner.query(
      'CREATE INDEX calendar_webhook_logs_calendar ON calendar_webhook_logs (calendar_id, received_at)',
    );
    await runner.query('CREATE INDEX calendar_webhook_logs_received ON calendar_webhook_logs (received_at)');
    await runner.query(
      'CREATE INDEX calendar_webhook_logs_coalesced ON calendar_webhook_logs (coalesced_into) WHERE coalesced_into IS NOT NULL',
    );
    await runner.query(`
      CREATE TABLE push_bursts (
        channel_id text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('opened', 'changed')),
        calendar_id uuid NOT NULL,
        window_ends_at timestamptz NOT NULL,
        held jsonb,
        PRIMARY KEY (channel_id, kind)
      ) WITH (fillfactor = 50)`);
    await runner.query('CREATE INDEX push_bursts_held ON push_bursts (window_ends_at) WHERE held IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE push_bursts, calendar_webhook_logs');
  }
}
