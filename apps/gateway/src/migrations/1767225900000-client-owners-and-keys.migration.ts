import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ClientOwnersAndKeys1767225900000 implements MigrationInterface {
  readonly name = 'ClientOwnersAndKeys1767225900000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE client_owners (
        owner_id text NOT NULL,
        client_id text NOT NULL,
        claimed_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT client_owners_pkey PRIMARY KEY (owner_id)
      )`);
    await runner.query('CREATE INDEX client_owners_client_id_idx ON client_owners (client_id)');
    await runner.query(`
      CREATE TABLE idempotency_keys (
        subject text NOT NULL,
        route text NOT NULL,
        key text NOT NULL,
        content_hash text NOT NULL,
        operation_id uuid NOT NULL,
        owner_id text NOT NULL,
        answer json,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT idempotency_keys_pkey PRIMARY KEY (subject, route, key)
      )`);
    await runner.query('CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_keys, client_owners');
  }
}
