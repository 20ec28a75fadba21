import type { MigrationInterface, QueryRunner } from 'typeorm';

const CONNECTIONS = [
  `CREATE TABLE connections (
    connection_id uuid NOT NULL,
    owner_id text NOT NULL,
    provider text NOT NULL,
    account text NOT NULL,
    account_email text,
    scopes text[] NOT NULL DEFAULT '{}',
    status text NOT NULL,
    suspended_reason text,
    list_cursor text,
    listed_in_full_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT connections_pkey PRIMARY KEY (connection_id),
    CONSTRAINT connections_status_check
      CHECK (status IN ('active', 'suspended', 'disconnecting', 'removed'))
  )`,
  `CREATE UNIQUE INDEX connections_one_per_account ON connections (owner_id, provider, account)
    WHERE status IN ('active', 'suspended')`,
  `CREATE INDEX connections_owner_id_idx ON connections (owner_id)`,
  `CREATE TABLE connection_credentials (
    connection_id uuid NOT NULL,
    owner_id text NOT NULL,
    provider text NOT NULL,
    key_version integer NOT NULL,
    wrapped_key bytea NOT NULL,
    ciphertext bytea NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT connection_credentials_pkey PRIMARY KEY (connection_id)
  )`,
];

const CALENDARS = [
  `CREATE TABLE calendars (
    calendar_id uuid NOT NULL,
    owner_id text NOT NULL,
    connection_id uuid NOT NULL,
    provider text NOT NULL,
    account text NOT NULL,
    provider_calendar_id text NOT NULL,
    title text NOT NULL,
    description text,
    time_zone text NOT NULL,
    access_role text NOT NULL,
    is_primary boolean NOT NULL,
    hidden boolean NOT NULL,
    color text,
    status text NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz,
    CONSTRAINT calendars_pkey PRIMARY KEY (calendar_id),
    CONSTRAINT calendars_status_check CHECK (status IN ('active', 'removed'))
  )`,
  `CREATE INDEX calendars_connection_id_idx ON calendars (connection_id)`,
  `CREATE INDEX calendars_owner_id_idx ON calendars (owner_id)`,
  `CREATE TABLE calendar_webhooks (
    channel_id text NOT NULL,
    calendar_id uuid NOT NULL,
    owner_id text NOT NULL,
    connection_id uuid NOT NULL,
    resource_id text,
    state text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    opened_at timestamptz,
    expires_at timestamptz,
    renew_at timestamptz,
    stopped_at timestamptz,
    stop_reason text,
    failure text,
    messages bigint NOT NULL DEFAULT 0,
    last_message_at timestamptz,
    last_message_number bigint,
    CONSTRAINT calendar_webhooks_pkey PRIMARY KEY (channel_id),
    CONSTRAINT calendar_webhooks_state_check CHECK (state IN ('opening', 'live', 'retiring', 'stopped', 'failed'))
  ) WITH (fillfactor = 80)`,
  `CREATE UNIQUE INDEX calendar_webhooks_one_live ON calendar_webhooks (calendar_id) WHERE state = 'live'`,
  `CREATE INDEX calendar_webhooks_calendar_id_idx ON calendar_webhooks (calendar_id)`,
  `CREATE INDEX calendar_webhooks_owner_id_idx ON calendar_webhooks (owner_id)`,
];

const SYNC = [
  `CREATE TABLE calendar_sync_states (
    calendar_id uuid NOT NULL,
    owner_id text NOT NULL,
    connection_id uuid NOT NULL,
    active boolean NOT NULL DEFAULT true,
    mode text NOT NULL DEFAULT 'polling',
    sync_token text,
    dirty_seq bigint NOT NULL DEFAULT 0,
    synced_seq bigint NOT NULL DEFAULT 0,
    full_requested_seq bigint NOT NULL DEFAULT 0,
    full_synced_seq bigint NOT NULL DEFAULT 0,
    pending_trigger text,
    pending_metadata jsonb,
    notified_at timestamptz,
    due_at timestamptz,
    look_again_at timestamptz,
    next_poll_at timestamptz,
    poll_reason text,
    blocked_until timestamptz,
    lease_owner text,
    lease_until timestamptz,
    fencing_token bigint NOT NULL DEFAULT 0,
    consecutive_failures integer NOT NULL DEFAULT 0,
    last_synced_at timestamptz,
    last_changed_at timestamptz,
    CONSTRAINT calendar_sync_states_pkey PRIMARY KEY (calendar_id),
    CONSTRAINT calendar_sync_states_mode_check CHECK (mode IN ('push', 'polling'))
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX calendar_sync_states_due_at_idx ON calendar_sync_states (due_at) WHERE active`,
  `CREATE INDEX calendar_sync_states_connection_id_idx ON calendar_sync_states (connection_id)`,
  `CREATE INDEX calendar_sync_states_owner_id_idx ON calendar_sync_states (owner_id)`,
  `CREATE TABLE pull_runs (
    pull_id uuid NOT NULL,
    calendar_id uuid NOT NULL,
    owner_id text NOT NULL,
    kind text NOT NULL,
    trigger text NOT NULL,
    status text NOT NULL DEFAULT 'running',
    cursor text,
    page_token text,
    next_cursor text,
    dirty_seq bigint NOT NULL,
    notified_at timestamptz,
    metadata jsonb NOT NULL DEFAULT '{}',
    second_look boolean NOT NULL DEFAULT false,
    pages integer NOT NULL DEFAULT 0,
    items integer NOT NULL DEFAULT 0,
    added integer NOT NULL DEFAULT 0,
    changed integer NOT NULL DEFAULT 0,
    cancelled integer NOT NULL DEFAULT 0,
    stream_version integer NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    CONSTRAINT pull_runs_pkey PRIMARY KEY (pull_id),
    CONSTRAINT pull_runs_kind_check CHECK (kind IN ('full', 'incremental')),
    CONSTRAINT pull_runs_status_check CHECK (status IN ('running', 'sweeping', 'finished', 'abandoned'))
  ) WITH (fillfactor = 80)`,
  `CREATE UNIQUE INDEX pull_runs_one_open ON pull_runs (calendar_id) WHERE status IN ('running', 'sweeping')`,
  `CREATE INDEX pull_runs_ended_idx ON pull_runs (updated_at) WHERE status IN ('finished', 'abandoned')`,
  `CREATE INDEX pull_runs_owner_id_idx ON pull_runs (owner_id)`,
  `CREATE TABLE calendar_entries (
    entry_id uuid NOT NULL,
    calendar_id uuid NOT NULL,
    owner_id text NOT NULL,
    provider_entry_id text NOT NULL,
    provider_calendar_id text NOT NULL,
    series_id uuid,
    provider_series_id text,
    original_start jsonb,
    etag text,
    provider_updated_at bigint,
    details jsonb,
    cancelled text,
    resource jsonb,
    stream_version integer NOT NULL,
    seen_in_pull uuid,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT calendar_entries_pkey PRIMARY KEY (entry_id)
  ) WITH (fillfactor = 90)`,
  `CREATE INDEX calendar_entries_series_id_idx ON calendar_entries (series_id) WHERE series_id IS NOT NULL`,
  `CREATE INDEX calendar_entries_living_idx ON calendar_entries (calendar_id, entry_id) WHERE cancelled IS NULL`,
  `CREATE INDEX calendar_entries_owner_id_idx ON calendar_entries (owner_id)`,
  `CREATE TABLE pending_notifications (
    notification_id uuid NOT NULL,
    calendar_id uuid NOT NULL,
    owner_id text NOT NULL,
    dirty_seq bigint NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT pending_notifications_pkey PRIMARY KEY (notification_id)
  )`,
  `CREATE INDEX pending_notifications_calendar_id_idx ON pending_notifications (calendar_id)`,
  `CREATE INDEX pending_notifications_owner_id_idx ON pending_notifications (owner_id)`,
  `CREATE TABLE webhook_retry_queue (
    calendar_id uuid NOT NULL,
    owner_id text NOT NULL,
    reason text NOT NULL,
    last_error text,
    attempts integer NOT NULL,
    state text NOT NULL,
    first_failed_at timestamptz NOT NULL DEFAULT now(),
    last_failed_at timestamptz NOT NULL DEFAULT now(),
    next_attempt_at timestamptz,
    CONSTRAINT webhook_retry_queue_pkey PRIMARY KEY (calendar_id),
    CONSTRAINT webhook_retry_queue_state_check CHECK (state IN ('waiting', 'parked'))
  )`,
  `CREATE INDEX webhook_retry_queue_owner_id_idx ON webhook_retry_queue (owner_id)`,
];

const WORK = [
  `CREATE TABLE sync_requests (
    operation_id uuid NOT NULL,
    calendar_id uuid NOT NULL,
    owner_id text NOT NULL,
    dirty_seq bigint NOT NULL,
    CONSTRAINT sync_requests_pkey PRIMARY KEY (operation_id, calendar_id)
  )`,
  `CREATE INDEX sync_requests_calendar_id_idx ON sync_requests (calendar_id)`,
  `CREATE INDEX sync_requests_owner_id_idx ON sync_requests (owner_id)`,
  `CREATE TABLE jobs (
    kind text NOT NULL,
    subject text NOT NULL,
    owner_id text NOT NULL,
    connection_id uuid NOT NULL,
    details jsonb NOT NULL DEFAULT '{}',
    run_at timestamptz NOT NULL DEFAULT now(),
    again boolean NOT NULL DEFAULT false,
    attempts integer NOT NULL DEFAULT 0,
    last_error text,
    lease_owner text,
    lease_until timestamptz,
    fencing_token bigint NOT NULL DEFAULT 0,
    CONSTRAINT jobs_pkey PRIMARY KEY (kind, subject)
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX jobs_run_at_idx ON jobs (run_at)`,
  `CREATE INDEX jobs_connection_id_idx ON jobs (connection_id)`,
  `CREATE INDEX jobs_owner_id_idx ON jobs (owner_id)`,
  `CREATE TABLE provider_quota_buckets (
    bucket text NOT NULL,
    capacity double precision NOT NULL,
    tokens double precision NOT NULL,
    refilled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    blocked_until timestamptz,
    CONSTRAINT provider_quota_buckets_pkey PRIMARY KEY (bucket)
  ) WITH (fillfactor = 50)`,
];

export class CreateSyncTables1767226000000 implements MigrationInterface {
  readonly name = 'CreateSyncTables1767226000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...CONNECTIONS, ...CALENDARS, ...SYNC, ...WORK]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE provider_quota_buckets, jobs, sync_requests, webhook_retry_queue,
      pending_notifications, calendar_entries, pull_runs, calendar_sync_states, calendar_webhooks, calendars,
      connection_credentials, connections`);
  }
}
