import type { MigrationInterface, QueryRunner } from 'typeorm';
import { RememberForOperators1767225600200 } from './operating.migration';

/** The tables of relay and consumers. `topic` is always the name without the prefix of an environment. */
export class CreateMessagingTables1767225600100 implements MigrationInterface {
  readonly name = 'CreateMessagingTables1767225600100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox_messages (
        id bigserial PRIMARY KEY,
        topic text NOT NULL,
        key text NOT NULL,
        sequence bigint NOT NULL,
        owner_id text,
        headers jsonb NOT NULL,
        value text NOT NULL,
        enqueued_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    await runner.query(`CREATE INDEX outbox_messages_key ON outbox_messages (topic, key, id)`);
    await runner.query(`
      CREATE TABLE relay_state (
        name text PRIMARY KEY,
        token bigint NOT NULL DEFAULT 0,
        holder text,
        lease_until timestamptz NOT NULL DEFAULT '-infinity',
        epoch integer NOT NULL DEFAULT 0,
        cursor_transaction text NOT NULL DEFAULT '0',
        cursor_position bigint NOT NULL DEFAULT 0,
        saved_at timestamptz
      )`);
    await runner.query(`
      CREATE TABLE replay_requests (
        id bigserial PRIMARY KEY,
        topic text NOT NULL,
        key text,
        consumer text NOT NULL,
        from_sequence bigint NOT NULL,
        to_sequence bigint,
        at_key text,
        at_sequence bigint,
        revision integer NOT NULL DEFAULT 1,
        requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        served_at timestamptz,
        UNIQUE NULLS NOT DISTINCT (topic, key, consumer)
      )`);
    await runner.query(`
      CREATE TABLE quarantined_keys (
        topic text NOT NULL,
        key text NOT NULL,
        owner_id text,
        sequence bigint NOT NULL,
        event_id uuid NOT NULL,
        event_type text NOT NULL,
        reason text NOT NULL,
        quarantined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        release text CHECK (release IN ('retry', 'skip')),
        PRIMARY KEY (topic, key)
      )`);
    await runner.query(`
      CREATE TABLE consumer_offsets (
        topic text NOT NULL,
        partition integer NOT NULL,
        next_offset bigint NOT NULL,
        replay_asked_at timestamptz,
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (topic, partition)
      )`);
    await runner.query(`
      CREATE TABLE consumer_sequences (
        topic text NOT NULL,
        key text NOT NULL,
        source text NOT NULL,
        epoch bigint NOT NULL,
        last_sequence bigint NOT NULL,
        gap_asked_at timestamptz,
        PRIMARY KEY (topic, key, source)
      )`);
    await runner.query(`
      CREATE TABLE parked_messages (
        id bigserial PRIMARY KEY,
        topic text NOT NULL,
        received_on text NOT NULL,
        partition integer NOT NULL,
        record_offset bigint NOT NULL,
        key text,
        source text,
        type text,
        epoch bigint,
        sequence bigint,
        owner_id text,
        record_key bytea,
        record_value bytea,
        record_headers jsonb NOT NULL,
        reason text NOT NULL CHECK (reason IN ('poison', 'failed', 'behind', 'gap')),
        error text,
        attempts integer NOT NULL DEFAULT 1,
        parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        attempted_at timestamptz,
        replay_requested_at timestamptz
      )`);
    await runner.query(`CREATE INDEX parked_messages_key ON parked_messages (topic, key, epoch, sequence)`);
    await runner.query(`
      CREATE UNIQUE INDEX parked_messages_once ON parked_messages (topic, key, source, epoch, sequence)
        WHERE key IS NOT NULL AND source IS NOT NULL AND epoch IS NOT NULL AND sequence IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE parked_messages, consumer_sequences, consumer_offsets, quarantined_keys, replay_requests, relay_state,
        outbox_messages`);
  }
}

/** In the order in which they are to run. */
export const messagingMigrations = [CreateMessagingTables1767225600100, RememberForOperators1767225600200];
