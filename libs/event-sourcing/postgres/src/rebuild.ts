import { setTimeout as pause } from 'node:timers/promises';
import { applyProjection } from './apply-projection';
import type { Database, Transaction } from './database';
import { currentEpoch } from './epoch';
import { isTransientDatabaseError } from './errors';
import { conditionsOf, cursorAt, type LogCursor, type LogFilter, readLog, startOfLog } from './log';
import type { Projection } from './projection';
import { createTableSql, quoted } from './projection-table';
import { type ReadMessage, receivedMessage } from './received';
import { EVENT_COLUMNS, type EventRow, recordedEvent, type RecordedEvent, type Upcast } from './recorded-event';
import { compareTables, type Comparison, columnsOf, swapTables } from './swap-tables';

export interface RebuildProgress {
  phase: 'reading' | 'switching';
  /** Messages folded so far, also by a run that ended before. */
  messages: number;
  /** Of how many rows of the log, about. */
  logRows: number;
}

export interface RebuildOptions {
  /** What a row of the log means to the read model. By default a received message is itself, and an event of this service is a message of its own type. */
  fromLog?: (event: RecordedEvent) => ReadMessage | undefined;
  onProgress?: (progress: RebuildProgress) => void;
  upcast?: Upcast;
  /** 2000 rows of the log by default. */
  batchSize?: number;
  /** True forgets what a run that was cut short has left. By default it goes on, unless the read model or the epoch changed. */
  restart?: boolean;
  /** False leaves the comparison out, which reads both tables while writers wait. */
  compare?: boolean;
  /** Looks at the comparison; false keeps the old table, and the rebuilt one beside it. */
  accept?: (comparison: Comparison) => boolean;
}

export interface Rebuilt {
  messages: number;
  /** Absent when there was no table before, or no comparison was wanted. */
  comparison?: Comparison;
  /** False when `accept` said no. */
  switched: boolean;
}

export const rebuildTable = (name: string) => `${name}__rebuild`;

/** A row of the log as the message that its read models fold. */
export function messageFromLog(event: RecordedEvent): ReadMessage {
  const received = receivedMessage(event);
  if (received !== undefined) return received;
  const { id, type, streamId, version, ownerId, subject, key, sequence, recordedAt, data } = event;
  return {
    id,
    source: streamId,
    type,
    time: recordedAt.toISOString(),
    key: key ?? streamId,
    sequence: sequence ?? version,
    epoch: 1,
    ...(ownerId !== undefined && { ownerId }),
    ...(subject !== undefined && { subject }),
    data,
  };
}

/**
 * Fills the read model anew from this service's log, beside the old table, compares the two, and puts the new one in the old one's place in one
 * transaction while writers wait. Readers see the old one until then. A run that was cut short goes on where it stopped; two at once share the work.
 * The table may have another shape than before, or be missing.
 */
export async function rebuildProjection<Row extends object>(
  db: Database,
  model: Projection<Row>,
  options: RebuildOptions = {},
): Promise<Rebuilt> {
  const { onProgress, batchSize = 2_000 } = options;
  await begin(db, model, options.restart === true);
  const logRows = await logSize(db);
  for (;;) {
    const { read, messages } = await retried(() =>
      db.transaction((tx) => foldBatch(tx, model, { ...options, batchSize })),
    );
    onProgress?.({ phase: 'reading', messages, logRows });
    if (read < batchSize) break;
  }
  return retried(() =>
    db.transaction(
      (tx) =>
        finish(tx, model, { ...options, batchSize }, (messages) =>
          onProgress?.({ phase: 'switching', messages, logRows }),
        ),
      { statementTimeoutMs: 0 }, // the comparison reads both tables
    ),
  );
}

/** Makes the new table, unless an earlier run of the same read model left one. */
async function begin(db: Database, model: Projection, restart: boolean) {
  await db.transaction(async (tx) => {
    // Two that begin at once take turns here; the lock ends with the transaction.
    await tx.query('LOCK TABLE projection_rebuilds IN SHARE ROW EXCLUSIVE MODE');
    const epoch = await currentEpoch(tx);
    const { rows } = await tx.query<{ usable: boolean }>(
      `SELECT fingerprint = $2 AND epoch = $3 AND to_regclass($4) IS NOT NULL AS usable FROM projection_rebuilds WHERE name = $1`,
      [model.name, model.fingerprint, epoch, quoted(rebuildTable(model.name))],
    );
    if (rows[0]?.usable && !restart) return;
    await tx.query(`DROP TABLE IF EXISTS ${quoted(rebuildTable(model.name))}`);
    for (const statement of createTableSql(model, rebuildTable(model.name))) await tx.query(statement);
    const start = startOfLog(epoch);
    await tx.query(
      `INSERT INTO projection_rebuilds (name, fingerprint, epoch, tx, position) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (name) DO UPDATE SET fingerprint = excluded.fingerprint, epoch = excluded.epoch, tx = excluded.tx,
         position = excluded.position, messages = 0, started_at = now()`,
      [model.name, model.fingerprint, epoch, start.transactionId, start.position],
    );
  });
}

interface Standing {
  cursor: LogCursor;
  messages: number;
}

class RebuildGone extends Error {
  override readonly name = 'RebuildGone';
}

/** Where the rebuild stands; the locked row keeps a second run from folding the same batch. */
async function standing(tx: Transaction, name: string): Promise<Standing> {
  const { rows } = await tx.query<{ epoch: number; tx: string; position: string; messages: string }>(
    'SELECT epoch, tx, position, messages FROM projection_rebuilds WHERE name = $1 FOR UPDATE',
    [name],
  );
  const row = rows[0];
  if (row === undefined) throw new RebuildGone(`The rebuild of ${name} was finished by another run`);
  return {
    cursor: { epoch: row.epoch, transactionId: row.tx, position: row.position },
    messages: Number(row.messages),
  };
}

async function foldBatch<Row extends object>(
  tx: Transaction,
  model: Projection<Row>,
  { fromLog = messageFromLog, upcast, batchSize }: RebuildOptions & { batchSize: number },
) {
  const { cursor: after, messages: before } = await standing(tx, model.name);
  const { events, cursor } = await readLog(tx, after, batchSize, filterOf(model, fromLog), upcast);
  const messages = before + (await fold(tx, model, events, fromLog));
  await tx.query('UPDATE projection_rebuilds SET tx = $2, position = $3, messages = $4 WHERE name = $1', [
    model.name,
    cursor.transactionId,
    cursor.position,
    messages,
  ]);
  return { read: events.length, messages };
}

/** Another mapping may give other types, so that all rows have to be read. */
const filterOf = (model: Projection, fromLog: RebuildOptions['fromLog']): LogFilter =>
  fromLog === messageFromLog ? { types: model.types } : {};

async function fold<Row extends object>(
  tx: Transaction,
  model: Projection<Row>,
  events: readonly RecordedEvent[],
  fromLog: (event: RecordedEvent) => ReadMessage | undefined,
) {
  const messages = events.map(fromLog).filter((message) => message !== undefined);
  await applyProjection(tx, model, messages, { table: rebuildTable(model.name) });
  return messages.length;
}

async function finish<Row extends object>(
  tx: Transaction,
  model: Projection<Row>,
  options: RebuildOptions & { batchSize: number },
  onCaughtUp: (messages: number) => void,
): Promise<Rebuilt> {
  // From here on nobody appends, and everything that was appended is committed: writers of the log come first, as in their transactions.
  await tx.query('LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE');
  const existed = await columnsOf(tx, model.name);
  if (existed.length > 0) await tx.query(`LOCK TABLE ${quoted(model.name)} IN EXCLUSIVE MODE`);
  const messages = await catchUp(tx, model, options);
  onCaughtUp(messages);
  const comparison =
    existed.length > 0 && options.compare !== false
      ? await compareTables(tx, model, rebuildTable(model.name), existed)
      : undefined;
  const switched = comparison === undefined || options.accept === undefined || options.accept(comparison);
  if (switched) {
    await swapTables(tx, model, rebuildTable(model.name));
    await tx.query('DELETE FROM projection_rebuilds WHERE name = $1', [model.name]);
  }
  return { messages, switched, ...(comparison && { comparison }) };
}

/** Folds what is left. No horizon is needed: the log is locked, and whatever is in it is committed. */
async function catchUp<Row extends object>(
  tx: Transaction,
  model: Projection<Row>,
  { fromLog = messageFromLog, upcast, batchSize }: RebuildOptions & { batchSize: number },
): Promise<number> {
  let { cursor, messages } = await standing(tx, model.name);
  for (;;) {
    const values: unknown[] = [cursor.transactionId, cursor.position, batchSize];
    const conditions = conditionsOf(filterOf(model, fromLog), values);
    const { rows } = await tx.query<EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM events WHERE (tx, position) > ($1::xid8, $2::bigint)${conditions} ORDER BY tx, position LIMIT $3`,
      values,
    );
    const events = rows.map((row) => recordedEvent(row, upcast));
    messages += await fold(tx, model, events, fromLog);
    const last = events.at(-1);
    if (last !== undefined) cursor = cursorAt(last, cursor.epoch);
    if (events.length < batchSize) break;
  }
  await tx.query('UPDATE projection_rebuilds SET tx = $2, position = $3, messages = $4 WHERE name = $1', [
    model.name,
    cursor.transactionId,
    cursor.position,
    messages,
  ]);
  return messages;
}

/** About, by the statistics. */
async function logSize(db: Database): Promise<number> {
  const { rows } = await db.query<{ rows: number }>(
    `SELECT greatest(reltuples, 0)::float8 AS rows FROM pg_class WHERE oid = 'events'::regclass`,
  );
  return rows[0]?.rows ?? 0;
}

/** Writers and the switch can wait for each other; one of the two is then sent back by the server. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= 20 || !isTransientDatabaseError(error)) throw error;
      await pause(Math.random() * Math.min(2_000, 100 * 2 ** attempt));
    }
  }
}
