/** What both a database and a transaction can be asked. A jsonb arrives parsed, a bigint as string, a timestamptz as Date, a date as string. */
export interface Queryable {
  /** An array given as a value becomes a Postgres array, never JSON: for jsonb pass `jsonText(value)`. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<{ rows: Row[]; rowCount: number }>;
}

export interface Transaction extends Queryable {
  /** Runs once the transaction is committed, never when it isn't. It must not throw; nothing waits for it. */
  afterCommit(action: () => void): void;
  /** Tells the listeners of `Database.onCommit` what was written, once it is committed. */
  signal(written: string): void;
}

export interface TransactionOptions {
  /** For work that is known to be long, as a command of an operator; 0: none. Everybody who reads a log of the cluster waits for it. */
  statementTimeoutMs?: number;
}

/** What appendToStreams signals when it wrote an event that is to be published. */
export const EVENTS_TO_PUBLISH = 'events-to-publish';

export interface Database extends Queryable {
  /**
   * A statement that each connection parses and plans once, from the first time on; what is asked often is prepared by itself. The name stands for
   * the text, always the same one; the plan must suit whatever values come.
   */
  queryPrepared<Row extends object>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<{ rows: Row[]; rowCount: number }>;
  /** Commits when the work ends, rolls back when it throws. READ COMMITTED. Throws CommitOutcomeUnknown when the answer to COMMIT was lost. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Calls the listener at once after each commit, in this process, with what was signalled in it. A hint: polling stays the truth. Gives the way to stop. */
  onCommit(listener: (signals: ReadonlySet<string>) => void): () => void;
  /** Waits for the connections in use and ends all. May be called twice. */
  close(): Promise<void>;
}

/** The part of a pino logger that is needed here. */
export interface DatabaseLogger {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface DatabaseOptions {
  url: string;
  applicationName: string;
  /** 10 by default. */
  maxConnections?: number;
  /** 8000 by default. The client gives up two seconds later, for servers that don't answer at all. */
  statementTimeoutMs?: number;
  /** 3000 by default. */
  lockTimeoutMs?: number;
  /** 4000 by default: below a consumer's session timeout, because an open transaction holds up every reader of the log. */
  idleInTransactionTimeoutMs?: number;
  /** How long to wait for a free or a new connection; 10000 by default. */
  connectionTimeoutMs?: number;
  logger?: DatabaseLogger;
}
