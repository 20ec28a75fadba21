import type { Queryable, Transaction } from './database';
import type { Projection } from './projection';
import { indexName, primaryKeyName, quoted } from './projection-table';

export interface Comparison {
  rows: { before: number; after: number };
  /** Rows that are in one table only, or differ in a column that both have. */
  onlyBefore: number;
  onlyAfter: number;
  different: number;
  /** Keys of up to twenty of them. */
  examples: object[];
}

/** The columns of a table; none when there is no such table. */
export async function columnsOf(db: Queryable, table: string): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `SELECT attname::text AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [quoted(table)],
  );
  return rows.map(({ name }) => name);
}

/** Row by row over the columns that both tables have. A key of another shape leaves nothing to compare but the counts. */
export async function compareTables(
  db: Queryable,
  model: Projection,
  rebuilt: string,
  columnsBefore: readonly string[],
): Promise<Comparison> {
  const [before, after] = [quoted(model.name), quoted(rebuilt)];
  const { rows: counts } = await db.query<{ before: string; after: string }>(
    `SELECT (SELECT count(*) FROM ${before}) AS before, (SELECT count(*) FROM ${after}) AS after`,
  );
  const rows = { before: Number(counts[0]!.before), after: Number(counts[0]!.after) };
  if (!model.key.every((column) => columnsBefore.includes(column))) {
    return { rows, onlyBefore: rows.before, onlyAfter: rows.after, different: 0, examples: [] };
  }
  const shared = Object.keys(model.columns).filter((column) => columnsBefore.includes(column));
  const image = (table: string) =>
    `jsonb_build_array(${shared.map((column) => `${table}.${quoted(column)}`).join(', ')})`;
  const key = model.key.map(quoted).join(', ');
  const { rows: found } = await db.query<{ kind: 'before' | 'after' | 'both'; count: string; examples: object[] }>(
    `WITH differing AS (
       SELECT ${key}, CASE WHEN b.here IS NULL THEN 'after' WHEN a.here IS NULL THEN 'before' ELSE 'both' END AS kind
       FROM (SELECT true AS here, t.* FROM ${before} AS t) AS b FULL JOIN (SELECT true AS here, t.* FROM ${after} AS t) AS a USING (${key})
       WHERE b.here IS NULL OR a.here IS NULL OR ${image('b')} IS DISTINCT FROM ${image('a')}
     ), numbered AS (SELECT *, row_number() OVER (PARTITION BY kind) AS number FROM differing)
     SELECT kind, count(*) AS count, coalesce(jsonb_agg(to_jsonb(numbered) - '{kind,number}'::text[]) FILTER (WHERE number <= 20), '[]') AS examples
     FROM numbered GROUP BY kind`,
  );
  const countOf = (kind: string) => Number(found.find((row) => row.kind === kind)?.count ?? 0);
  return {
    rows,
    onlyBefore: countOf('before'),
    onlyAfter: countOf('after'),
    different: countOf('both'),
    examples: found.flatMap(({ examples }) => examples).slice(0, 20),
  };
}

/** Drops the old table, if there is one, and gives its name and those of its indexes to the new one. */
export async function swapTables(tx: Transaction, model: Projection, rebuilt: string) {
  await tx.query(`DROP TABLE IF EXISTS ${quoted(model.name)}`);
  await tx.query(`ALTER TABLE ${quoted(rebuilt)} RENAME TO ${quoted(model.name)}`);
  const names = [
    [primaryKeyName(rebuilt), primaryKeyName(model.name)],
    ...model.indexes.map((index) => [indexName(rebuilt, index), indexName(model.name, index)]),
  ] as [string, string][];
  for (const [from, to] of names) await tx.query(`ALTER INDEX ${quoted(from)} RENAME TO ${quoted(to)}`);
}
