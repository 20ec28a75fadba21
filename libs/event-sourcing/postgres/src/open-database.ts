import { DatabaseError, Pool, type PoolClient, type QueryConfig, type QueryResult, types } from 'pg';
import type { Database, DatabaseLogger, DatabaseOptions, Transaction, TransactionOptions } from './database';
import { CommitOutcomeUnknown, isStalePlan, TransactionRolledBack } from './errors';
import { begin, beginWithStatement, canBeginWithStatement } from './first-statement';
import { StatementNames } from './statement-names';

const DATE = 1082;
const TIMESTAMP = 1114;
const CLIENT_GRACE_MS = 2_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Own parsers for this pool only: pg reads a date as local midnight, which moves it by a day elsewhere. */
const parsers = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === DATE || oid === TIMESTAMP) return (value: string) => value;
    return format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid, 'text');
  },
};

/** A pool of connections with timeouts set by the server, that survives every connection that ends. Opens nothing until it is first used. */
export function openDatabase({
  url,
  applicationName,
  maxConnections = 10,
  statementTimeoutMs = 8_000,
  lockTimeoutMs = 3_000,
  idleInTransactionTimeoutMs = 4_000,
  connectionTimeoutMs = 10_000,
  logger,
}: DatabaseOptions): Database {
  const pool = new Pool({
    connectionString: url,
    application_name: applicationName,
    max: maxConnections,
    connectionTimeoutMillis: connectionTimeoutMs,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    query_timeout: statementTimeoutMs === 0 ? 0 : statementTimeoutMs + CLIENT_GRACE_MS,
    keepAlive: true,
    // Short statements on tables without statistics look expensive; compiling them would cost far more than running them.
    options: '-c timezone=UTC -c jit=off',
    types: parsers,
  });
  // Without a listener an idle connection that the server cuts ends the process.
  pool.on('error', (error) => logger?.warn({ err: error }, 'an idle database connection ended'));
  return new PooledDatabase(pool, logger);
}

class PooledDatabase implements Database {
  private readonly listeners = new Set<(signals: ReadonlySet<string>) => void>();
  private readonly names = new StatementNames();
  private closing: Promise<void> | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly logger: DatabaseLogger | undefined,
  ) {}

  query<Row extends object>(text: string, values?: readonly unknown[]) {
    return ask<Row>(this.pool, text, values, { name: nameOf(this.names, text, values) });
  }

  queryPrepared<Row extends object>(name: string, text: string, values: readonly unknown[]) {
    return ask<Row>(this.pool, text, values, { name });
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const client = await this.pool.connect();
    const open = new OpenTransaction(client, this.names, options.statementTimeoutMs);
    const broke = (error: Error) => open.break(error);
    client.on('error', broke);
    let result: T;
    try {
      result = await open.run(work);
    } finally {
      client.off('error', broke);
      // A connection that failed in BEGIN, COMMIT or ROLLBACK may still be inside a transaction: never give it to the next one.
      client.release(open.broken ?? false);
    }
    this.committed(open);
    return result;
  }

  onCommit(listener: (signals: ReadonlySet<string>) => void) {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  close(): Promise<void> {
    this.closing ??= this.pool.end();
    return this.closing;
  }

  /** It is committed: nothing that fails from here on may look like a failure of the transaction. */
  private committed({ actions, signals }: OpenTransaction) {
    for (const action of [...actions, ...[...this.listeners].map((listener) => () => listener(signals))]) {
      try {
        action();
      } catch (error) {
        this.logger?.error({ err: error }, 'an action after commit failed');
      }
    }
  }
}

class OpenTransaction implements Transaction {
  readonly actions: (() => void)[] = [];
  readonly signals = new Set<string>();
  broken: Error | undefined;
  private ended = false;
  /** Undefined as long as BEGIN was not sent. */
  private begun: Promise<void> | undefined;

  constructor(
    private readonly client: PoolClient,
    private readonly names: StatementNames,
    private readonly statementTimeoutMs: number | undefined,
  ) {}

  async run<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.statementTimeoutMs !== undefined) {
      try {
        await (this.begun = begin(this.client));
        await this.client.query(`SET LOCAL statement_timeout = ${Math.trunc(this.statementTimeoutMs)}`);
      } catch (error) {
        this.break(error);
        throw error;
      }
    }
    let result: T;
    try {
      result = await work(this);
    } catch (error) {
      this.ended = true;
      await this.rollBack();
      throw error;
    }
    this.ended = true;
    await this.commit();
    return result;
  }

  async query<Row extends object>(text: string, values?: readonly unknown[]) {
    this.refuseWhenEnded();
    const name = nameOf(this.names, text, values);
    try {
      if (this.begun === undefined && values !== undefined && canBeginWithStatement(this.client)) {
        const first = beginWithStatement(this.client, asked(text, values, { name }));
        this.begun = first.begun;
        return answered<Row>(await first.answer);
      }
      await this.begin();
      this.refuseWhenEnded();
      return await ask<Row>(this.client, text, values, { name, timeoutMs: this.clientTimeoutMs() });
    } catch (error) {
      if (!(error instanceof DatabaseError) || isFatal(error) || isStalePlan(error)) this.break(error);
      await this.begun?.catch((failed: unknown) => this.break(failed));
      throw error;
    }
  }

  /** Without BEGIN every statement would be a transaction of its own: none is sent before it is known to be done. */
  private async begin() {
    this.begun ??= begin(this.client);
    await this.begun;
  }

  private refuseWhenEnded() {
    if (this.ended) throw new Error('This transaction has ended: a statement was not awaited, or it leaked out');
  }

  afterCommit(action: () => void) {
    this.actions.push(action);
  }

  signal(written: string) {
    this.signals.add(written);
  }

  break(error: unknown) {
    this.broken ??= error instanceof Error ? error : new Error(String(error));
  }

  /** pg's own limit, for servers that don't answer at all; undefined leaves it at that of the pool. */
  private clientTimeoutMs() {
    if (this.statementTimeoutMs === undefined) return undefined;
    return this.statementTimeoutMs === 0 ? LONGEST_TIMER_MS : this.statementTimeoutMs + CLIENT_GRACE_MS;
  }

  private async commit() {
    if (this.broken !== undefined) throw this.broken;
    if (this.begun === undefined) return;
    let command: string;
    try {
      ({ command } = await this.client.query('COMMIT'));
    } catch (error) {
      this.break(error);
      // An ERROR is the server's word that it rolled back (a deferred constraint); after anything else it may have committed.
      throw error instanceof DatabaseError && !isFatal(error) ? error : new CommitOutcomeUnknown(error);
    }
    if (command !== 'COMMIT') throw new TransactionRolledBack();
  }

  private async rollBack() {
    if (this.broken !== undefined || this.begun === undefined) return;
    try {
      await this.client.query('ROLLBACK');
    } catch (error) {
      this.break(error);
    }
  }
}

const isFatal = ({ severity }: DatabaseError) => severity === 'FATAL' || severity === 'PANIC';

/** Several statements in one text, which can't be prepared, come without values. */
const nameOf = (names: StatementNames, text: string, values: readonly unknown[] | undefined) =>
  values === undefined ? undefined : names.nameOf(text);

interface Asked extends QueryConfig {
  query_timeout?: number;
}

async function ask<Row extends object>(
  queryable: { query(query: Asked): Promise<QueryResult> },
  text: string,
  values: readonly unknown[] | undefined,
  how: How = {},
): Promise<{ rows: Row[]; rowCount: number }> {
  return answered<Row>(await queryable.query(asked(text, values, how)));
}

interface How {
  name?: string | undefined;
  timeoutMs?: number | undefined;
}

const asked = (text: string, values: readonly unknown[] | undefined, { name, timeoutMs }: How): Asked => ({
  text,
  ...(values !== undefined && { values: [...values] }),
  ...(name !== undefined && { name }),
  ...(timeoutMs !== undefined && { query_timeout: timeoutMs }),
});

/**
 * Takes the rows out of what pg answered. pg limits each statement by a timer whose closure sees the answer, and V8 keeps a cleared timer
 * until a major collection: left in there, the rows of every answer would be copied into the old generation.
 */
function answered<Row extends object>(result: QueryResult): { rows: Row[]; rowCount: number } {
  const { rows, rowCount } = result;
  result.rows = [];
  return { rows: rows as Row[], rowCount: rowCount ?? 0 };
}
