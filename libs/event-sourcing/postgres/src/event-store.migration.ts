import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The statements of the migration, in order. */
export const eventStoreSql: readonly string[] = [
  `CREATE TABLE log_epoch (
    only_row boolean NOT NULL DEFAULT true,
    epoch integer NOT NULL DEFAULT 1,
    advanced_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT log_epoch_pkey PRIMARY KEY (only_row),
    CONSTRAINT log_epoch_only_row_check CHECK (only_row)
  )`,
  `INSERT INTO log_epoch DEFAULT VALUES`,
  `CREATE TABLE topic_sequences (
    topic text NOT NULL,
    key text NOT NULL,
    last bigint NOT NULL,
    CONSTRAINT topic_sequences_pkey PRIMARY KEY (topic, key)
  ) WITH (fillfactor = 50)`,
  `CREATE TABLE events (
    position bigserial NOT NULL,
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    stream_id text NOT NULL,
    version integer NOT NULL,
    owner_id text,
    topic text,
    key text,
    sequence bigint,
    subject text,
    id uuid NOT NULL,
    type text NOT NULL,
    schema_version integer NOT NULL DEFAULT 1,
    data jsonb NOT NULL,
    metadata jsonb NOT NULL DEFAULT '{}',
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT events_pkey PRIMARY KEY (tx, position),
    CONSTRAINT events_stream_id_version_key UNIQUE (stream_id, version),
    CONSTRAINT events_version_check CHECK (version > 0),
    CONSTRAINT events_published_check CHECK (topic IS NULL OR (key IS NOT NULL AND sequence IS NOT NULL))
  )`,
  `CREATE UNIQUE INDEX events_topic_key_sequence_key ON events (topic, key, sequence) WHERE topic IS NOT NULL`,
  `CREATE INDEX events_subject_position_idx ON events (subject, position) WHERE subject IS NOT NULL`,
  `CREATE INDEX events_owner_id_idx ON events (owner_id)`,
  `CREATE TABLE projection_rebuilds (
    name text NOT NULL,
    fingerprint text NOT NULL,
    epoch integer NOT NULL,
    tx xid8 NOT NULL,
    position bigint NOT NULL,
    messages bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT projection_rebuilds_pkey PRIMARY KEY (name)
  )`,
];

/** The log, its epoch, the public sequences, and where a rebuild stands. The first migration of every service. */
export class EventStore1767225600000 implements MigrationInterface {
  readonly name = 'EventStore1767225600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of eventStoreSql) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE projection_rebuilds, events, topic_sequences, log_epoch');
  }
}

export const eventStoreMigration = EventStore1767225600000;
