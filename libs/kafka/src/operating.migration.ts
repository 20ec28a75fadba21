import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What tells a restored database from a repeat: how far the topics were written as far as this database knows, and which
 * message a consumer applied last; and what operators decided: numbers that are skipped, messages that are given up.
 */
export class RememberForOperators1767225600200 implements MigrationInterface {
  readonly name = 'RememberForOperators1767225600200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE relay_state ADD COLUMN published jsonb NOT NULL DEFAULT '{}'`);
    await runner.query(`ALTER TABLE consumer_sequences ADD COLUMN last_id text, ADD COLUMN latest_time timestamptz`);
    await runner.query(`
      CREATE TABLE skipped_sequences (
        topic text NOT NULL,
        key text NOT NULL,
        sequence bigint NOT NULL,
        owner_id text,
        event_id uuid NOT NULL,
        event_type text NOT NULL,
        reason text NOT NULL,
        skipped_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (topic, key, sequence)
      )`);
    await runner.query(`ALTER TABLE parked_messages ADD COLUMN discarded_at timestamptz`);
    await runner.query(`ALTER TABLE parked_messages DROP CONSTRAINT parked_messages_reason_check`);
    await runner.query(
      `ALTER TABLE parked_messages ADD CONSTRAINT parked_messages_reason_check
         CHECK (reason IN ('poison', 'failed', 'contradicts', 'behind', 'gap'))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM parked_messages WHERE reason = 'contradicts'`);
    await runner.query(`ALTER TABLE parked_messages DROP CONSTRAINT parked_messages_reason_check`);
    await runner.query(
      `ALTER TABLE parked_messages ADD CONSTRAINT parked_messages_reason_check
         CHECK (reason IN ('poison', 'failed', 'behind', 'gap')), DROP COLUMN discarded_at`,
    );
    await runner.query(`DROP TABLE skipped_sequences`);
    await runner.query(`ALTER TABLE consumer_sequences DROP COLUMN last_id, DROP COLUMN latest_time`);
    await runner.query(`ALTER TABLE relay_state DROP COLUMN published`);
  }
}
