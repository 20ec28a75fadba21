import { createHash } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Projection } from './projection';

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

const MAX_NAME = 63;

/** A name that Postgres doesn't cut. */
function named(...parts: string[]): string {
  const name = parts.join('_');
  if (Buffer.byteLength(name) <= MAX_NAME) return name;
  return `${name.slice(0, MAX_NAME - 9)}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

export const primaryKeyName = (table: string) => named(table, 'pkey');

export const indexName = (table: string, index: string) =>
  named(
    table,
    index
      .toLowerCase()
      .match(/[a-z0-9_]+/g)
      ?.join('_') ?? '',
    'idx',
  );

/** The type alone, without constraints: `text NOT NULL` is `text`. */
export const baseType = (definition: string) =>
  definition
    .replace(/\s+(not\s+null|null|default|check|references|unique|collate|generated|constraint)\b.*$/is, '')
    .trim();

/** The statements that create the table of a read model and its indexes, by its own name or another. */
export function createTableSql(
  { name, columns, key, indexes }: Pick<Projection, 'name' | 'columns' | 'key' | 'indexes'>,
  table: string = name,
): string[] {
  const lines = Object.entries(columns).map(([column, type]) => `${quoted(column)} ${type}`);
  return [
    `CREATE TABLE ${quoted(table)} (${lines.join(', ')}, CONSTRAINT ${quoted(primaryKeyName(table))} PRIMARY KEY (${key.map(quoted).join(', ')}))`,
    ...indexes.map((index) => `CREATE INDEX ${quoted(indexName(table, index))} ON ${quoted(table)} ${index}`),
  ];
}

/** A typeorm migration that creates the tables of these read models. Its name ends in a timestamp of 13 digits, and no two of a service may be the same. */
export function projectionMigration(
  models: readonly Pick<Projection, 'name' | 'columns' | 'key' | 'indexes'>[],
  name = 'ReadModels1767225700000',
): new () => MigrationInterface {
  return class implements MigrationInterface {
    readonly name = name;

    async up(runner: QueryRunner): Promise<void> {
      for (const statement of models.flatMap((model) => createTableSql(model))) await runner.query(statement);
    }

    async down(runner: QueryRunner): Promise<void> {
      for (const model of [...models].reverse()) await runner.query(`DROP TABLE ${quoted(model.name)}`);
    }
  };
}
