/** A stream isn't at the version that the decision was made on. Nothing of the call stays written and the transaction stays usable: load again, decide again. */
export class ConcurrencyConflict extends Error {
  override readonly name = 'ConcurrencyConflict';

  constructor(readonly streamIds: string[]) {
    super(`Somebody else wrote to ${streamIds.slice(0, 5).join(', ')}${streamIds.length > 5 ? ', …' : ''}`);
  }
}

/** COMMIT was sent and its answer never came: the transaction happened or it didn't. Whoever repeats must find out, or be idempotent. */
export class CommitOutcomeUnknown extends Error {
  override readonly name = 'CommitOutcomeUnknown';

  constructor(cause: unknown) {
    super('The connection ended before the answer to COMMIT: whether it happened is not known', { cause });
  }
}

/** An error inside the transaction was swallowed: Postgres answered COMMIT with a rollback. */
export class TransactionRolledBack extends Error {
  override readonly name = 'TransactionRolledBack';

  constructor() {
    super('A statement of this transaction had failed and its error was swallowed: Postgres rolled it back');
  }
}

/** The cursor was made in another life of this log (before a restore), or in another database. Its numbers mean nothing here. */
export class CursorOfAnotherLog extends Error {
  override readonly name = 'CursorOfAnotherLog';

  constructor(
    readonly cursorEpoch: number,
    readonly logEpoch: number,
  ) {
    super(
      cursorEpoch === logEpoch
        ? 'The cursor lies ahead of every transaction of this database cluster: it was made in another one, and this log was restored without advancing its epoch'
        : `The cursor is of epoch ${cursorEpoch}, the log is in epoch ${logEpoch}`,
    );
  }
}

const TRANSIENT_CODES = new Set([
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available: lock_timeout
  '57014', // query_canceled: statement_timeout
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
  '25P03', // idle_in_transaction_session_timeout
  '25006', // read_only_sql_transaction: the primary moved
]);
const TRANSIENT_CLASSES = new Set(['08', '53', '58']); // connection, out of resources, system errors: disk full, I/O
const TRANSIENT_NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

// pg and its pool give these without a code.
const TRANSIENT_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/;

interface Failure {
  code?: unknown;
  severity?: unknown;
  message?: unknown;
  errors?: unknown;
}

/** A prepared statement with `*` whose table has got another column since: its connection can't be used for it any more, a new one can. */
export const isStalePlan = ({ code, message }: { code?: unknown; message: string }) =>
  code === '0A000' && message.includes('cached plan');

/** True for what a repetition can heal: the connection, a lock, a deadlock, a restart, a full disk, an unknown outcome of COMMIT. https://www.postgresql.org/docs/18/errcodes-appendix.html */
export function isTransientDatabaseError(error: unknown): boolean {
  if (error instanceof CommitOutcomeUnknown) return true;
  if (typeof error !== 'object' || error === null) return false;
  const { code, severity, message, errors }: Failure = error;
  if (typeof code === 'string') {
    if (TRANSIENT_CODES.has(code) || TRANSIENT_NETWORK.has(code)) return true;
    if (severity !== undefined && TRANSIENT_CLASSES.has(code.slice(0, 2))) return true;
  }
  if (typeof message === 'string' && (TRANSIENT_MESSAGES.test(message) || isStalePlan({ code, message }))) return true;
  return Array.isArray(errors) && errors.some(isTransientDatabaseError);
}
