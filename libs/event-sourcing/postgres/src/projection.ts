import { createHash } from 'node:crypto';
import type { ReadMessage } from './received';

/** Given by a fold: the row goes. */
export const removed = Symbol('removed');

export type ColumnOf<Row> = Extract<keyof Row, string>;

/** The value of a single key column, or an object with all of them. */
export type RowId<Row> = string | Partial<Row>;

type AnyOf<Messages> = { [Type in Extract<keyof Messages, string>]: ReadMessage<Type, Messages[Type]> }[Extract<
  keyof Messages,
  string
>];

// A method, so that a handler may name its message's data itself when `Messages` isn't given.
interface FoldOf<Row, Message> {
  fold(row: Row | undefined, message: Message, id: Partial<Row>): Row | typeof removed | undefined;
}

export interface ProjectionDefinition<Row extends object, Messages extends object> {
  /** The table. */
  name: string;
  /** Every column with its SQL type, and constraints where wanted: `text NOT NULL`. A row's properties are called as its columns. */
  columns: Record<ColumnOf<Row>, string>;
  key: ColumnOf<Row> | readonly ColumnOf<Row>[];
  /** What follows `ON table`: `(owner_id, starts_at)`, `(series_id) WHERE series_id IS NOT NULL`. */
  indexes?: readonly string[];
  /** Which row, or rows, the message is about; undefined: none of interest. */
  rowId(message: AnyOf<Messages>): RowId<Row> | readonly RowId<Row>[] | undefined;
  /**
   * What each message makes of a row: the new row, `removed`, or undefined to leave it as it is. Pure. A row is as JSON has it: a timestamptz is a
   * string (`…Z`, milliseconds), an absent value is absent and never null.
   */
  on: { [Type in Extract<keyof Messages, string>]?: FoldOf<Row, ReadMessage<Type, Messages[Type]>>['fold'] };
  /**
   * True when messages of different keys meet on one row, which consumers of different partitions may then fold at the same time:
   * they take turns, at the price of one more statement.
   */
  keysMeet?: boolean;
}

/** A read model: a table, and the fold that fills it. */
export interface Projection<Row extends object = object> {
  readonly name: string;
  readonly columns: Readonly<Record<string, string>>;
  readonly key: readonly string[];
  readonly indexes: readonly string[];
  readonly types: readonly string[];
  readonly keysMeet: boolean;
  /** Changes with the columns and with the text of the folds: a rebuild goes on only with what it began with. */
  readonly fingerprint: string;
  /** The ids of the rows that the message is about, each with all key columns; none when it isn't of interest. */
  idsOf(message: ReadMessage): Partial<Row>[];
  fold(row: Row | undefined, message: ReadMessage, id: Partial<Row>): Row | typeof removed | undefined;
}

/** `projection<Row, { 'EntryAdded.v1': EntryAddedV1 }>({ … })`: each fold then knows its message's data. */
export function projection<Row extends object, Messages extends object = Record<string, unknown>>(
  definition: ProjectionDefinition<Row, Messages>,
): Projection<Row> {
  const { name, columns, on, rowId, keysMeet = false, indexes = [] } = definition;
  const key: readonly string[] = typeof definition.key === 'string' ? [definition.key] : definition.key;
  for (const column of key) if (!(column in columns)) throw new Error(`${name}: the key ${column} is no column`);
  const handlers = new Map(Object.entries(on) as [string, FoldOf<Row, ReadMessage>['fold'] | undefined][]);
  return {
    name,
    columns,
    key,
    indexes,
    types: [...handlers.keys()],
    keysMeet,
    fingerprint: createHash('sha256')
      .update(
        JSON.stringify([
          columns,
          key,
          indexes,
          String(rowId),
          Object.entries(on).map(([type, fold]) => [type, String(fold)]),
        ]),
      )
      .digest('hex'),
    idsOf(message) {
      if (handlers.get(message.type) === undefined) return [];
      const ids = rowId(message as AnyOf<Messages>);
      if (ids === undefined) return [];
      return (Array.isArray(ids) ? (ids as readonly RowId<Row>[]) : [ids as RowId<Row>]).map((id) =>
        wholeId(name, key, id),
      );
    },
    fold: (row, message, id) => handlers.get(message.type)?.(row, message, id),
  };
}

function wholeId<Row extends object>(name: string, key: readonly string[], id: RowId<Row>): Partial<Row> {
  const whole: Record<string, unknown> = typeof id === 'string' ? { [key[0]!]: id } : { ...id };
  const missing = key.filter((column) => whole[column] === undefined || whole[column] === null);
  if (missing.length > 0) throw new Error(`${name}: a row id lacks ${missing.join(', ')}`);
  return Object.fromEntries(key.map((column) => [column, whole[column]])) as Partial<Row>;
}

export const idText = (key: readonly string[], id: object) =>
  JSON.stringify(key.map((column) => String((id as Record<string, unknown>)[column])));

interface FoldedRow<Row> {
  id: Partial<Row>;
  row: Row | undefined;
  /** What the table holds: whether it has to be told. */
  stored: boolean;
  changed: boolean;
}

/** Folds messages over rows in memory. What changed, by its key, is left in the map. */
export function foldMessages<Row extends object>(
  { key, idsOf, fold }: Projection<Row>,
  messages: readonly ReadMessage[],
  rows: Map<string, FoldedRow<Row>> = new Map(),
): Map<string, FoldedRow<Row>> {
  for (const message of messages) {
    for (const id of idsOf(message)) {
      const text = idText(key, id);
      const current = rows.get(text) ?? { id, row: undefined, stored: false, changed: false };
      rows.set(text, current);
      const next = fold(current.row, message, id);
      if (next === undefined) continue;
      current.row = next === removed ? undefined : ({ ...next, ...id } as Row);
      current.changed = true;
    }
  }
  return rows;
}
