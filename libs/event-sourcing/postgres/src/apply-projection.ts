import { createHash } from 'node:crypto';
import type { Queryable, Transaction } from './database';
import { jsonText } from './json-text';
import { foldMessages, idText, type Projection } from './projection';
import { baseType, quoted } from './projection-table';
import type { ReadMessage } from './received';

export interface Applied {
  written: number;
  removed: number;
}

/**
 * Folds the messages, in their order, into the table: one statement loads the rows concerned, one writes them, one deletes what was removed.
 * Which messages were applied before is not its business: the consumer's sequence guard drops repeats.
 */
export async function applyProjection<Row extends object>(
  tx: Transaction,
  model: Projection<Row>,
  messages: readonly ReadMessage[],
  { table = model.name }: { table?: string } = {},
): Promise<Applied> {
  const ids = new Map<string, Partial<Row>>();
  for (const message of messages) for (const id of model.idsOf(message)) ids.set(idText(model.key, id), id);
  if (ids.size === 0) return { written: 0, removed: 0 };
  if (model.keysMeet) await takeTurns(tx, table, [...ids.keys()]);
  const stored = await loadRows(tx, model, table, [...ids.values()]);
  const rows = foldMessages(
    model,
    messages,
    new Map(stored.map((row) => [idText(model.key, row), { id: row, row, stored: true, changed: false }])),
  );
  const changed = [...rows.values()].filter((row) => row.changed);
  const written = changed.flatMap(({ row }) => (row === undefined ? [] : [row]));
  const gone = changed.filter((row) => row.row === undefined && row.stored).map(({ id }) => id);
  if (written.length > 0) await writeRows(tx, model, table, written);
  if (gone.length > 0) await deleteRows(tx, model, table, gone);
  return { written: written.length, removed: gone.length };
}

const TURNS = 64;

/** Locks that end with the transaction, taken before the rows are read: whoever comes second then sees what the first wrote. */
async function takeTurns(tx: Transaction, table: string, ids: readonly string[]) {
  const space = createHash('sha256').update(table).digest().readInt32BE(0);
  const turns = new Set(ids.map((id) => createHash('sha256').update(id).digest().readUInt32BE(0) % TURNS));
  await tx.query('SELECT pg_advisory_xact_lock($1, turn) FROM unnest($2::integer[]) AS turn', [
    space,
    [...turns].sort((a, b) => a - b),
  ]);
}

const typed = ({ columns }: Pick<Projection, 'columns'>, names: readonly string[]) =>
  names.map((name) => `${quoted(name)} ${baseType(columns[name]!)}`).join(', ');

const onKey = (key: readonly string[]) =>
  key.map((column) => `t.${quoted(column)} = k.${quoted(column)}`).join(' AND ');

/** The rows as JSON has them; see `on` of a projection. */
export async function loadRows<Row extends object>(
  db: Queryable,
  model: Projection<Row>,
  table: string,
  ids: readonly Partial<Row>[],
): Promise<Row[]> {
  // By one column, because Postgres takes any recordset for a hundred rows, and then reads a table of thousands to find one.
  const [only, ...more] = model.key as [string, ...string[]];
  const byKey =
    more.length === 0
      ? `WHERE t.${quoted(only)} = ANY ($1::${baseType(model.columns[only]!)}[])`
      : `JOIN jsonb_to_recordset($1::jsonb) AS k (${typed(model, model.key)}) ON ${onKey(model.key)}`;
  const { rows } = await db.query<{ row: Record<string, unknown> }>(
    `SELECT to_jsonb(t) AS row FROM ${quoted(table)} AS t ${byKey}`,
    [more.length === 0 ? ids.map((id) => (id as Record<string, unknown>)[only]) : jsonText(ids)],
  );
  return rows.map(({ row }) => plainRow<Row>(model, row));
}

function plainRow<Row extends object>({ columns }: Projection<Row>, stored: Record<string, unknown>): Row {
  const present = Object.entries(stored).filter(([, value]) => value !== null);
  return Object.fromEntries(
    present.map(([column, value]) => [
      column,
      typeof value === 'string' && isTimestamp(columns[column]) ? new Date(value).toISOString() : value,
    ]),
  ) as Row;
}

const isTimestamp = (type: string | undefined) =>
  type !== undefined && /^(timestamptz|timestamp with time zone)$/i.test(baseType(type));

/** What is kept as text is cut out of a text as it stands: of jsonb it would be written anew. What is kept as jsonb would be read twice out of a text. */
const hasText = ({ columns }: Pick<Projection, 'columns'>) =>
  Object.values(columns).some((definition) => baseType(definition) === 'json');

async function writeRows<Row extends object>(
  tx: Transaction,
  model: Projection<Row>,
  table: string,
  rows: readonly Row[],
) {
  const names = Object.keys(model.columns);
  const list = names.map(quoted).join(', ');
  const others = names.filter((name) => !model.key.includes(name));
  const update =
    others.length === 0
      ? 'NOTHING'
      : `UPDATE SET ${others.map((name) => `${quoted(name)} = excluded.${quoted(name)}`).join(', ')}`;
  const type = hasText(model) ? 'json' : 'jsonb';
  await tx.query(
    `INSERT INTO ${quoted(table)} (${list}) SELECT ${list} FROM ${type}_to_recordset($1::${type}) AS k (${typed(model, names)})
     ON CONFLICT (${model.key.map(quoted).join(', ')}) DO ${update}`,
    [jsonText(rows)],
  );
}

async function deleteRows<Row extends object>(
  tx: Transaction,
  model: Projection<Row>,
  table: string,
  ids: readonly Partial<Row>[],
) {
  await tx.query(
    `DELETE FROM ${quoted(table)} AS t USING jsonb_to_recordset($1::jsonb) AS k (${typed(model, model.key)}) WHERE ${onKey(model.key)}`,
    [jsonText(ids)],
  );
}
