import { type Connection, type PoolClient, Query, type QueryConfig, type QueryResult } from 'pg';

/** What pg's Query does beyond its published types; pg is pinned, and the tests of transactions fail when this changes. */
interface QuerySteps {
  prepare(connection: Connection): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
}
type Answered = (error: Error | null, result: QueryResult) => void;
const PgQuery = Query as unknown as new (
  config: QueryConfig,
  values: undefined,
  answered: Answered,
) => Query & QuerySteps;

const BEGIN = { name: 'begin', text: 'BEGIN' };
const prepared = new WeakSet<PoolClient>();

/** BEGIN by itself. From then on the connection can have it sent with a statement. */
export async function begin(client: PoolClient): Promise<void> {
  await client.query(BEGIN);
  prepared.add(client);
}

export const canBeginWithStatement = (client: PoolClient) => prepared.has(client);

/**
 * Sends BEGIN and the statement together, before one Sync: if BEGIN fails, the server passes over the statement, which so never
 * runs outside of the transaction. `begun` tells when BEGIN is done, and fails when it isn't.
 */
export function beginWithStatement(client: PoolClient, statement: QueryConfig) {
  const begun = Promise.withResolvers<void>();
  begun.promise.catch(() => undefined); // whoever asks hears of it, and the answer tells it too
  const answer = new Promise<QueryResult>((resolve, reject) => {
    const answered: Answered = (error, result) => {
      if (!error) return resolve(result);
      begun.reject(error); // nothing, once it has begun
      reject(error);
    };
    client.query(new FirstStatement({ ...statement, queryMode: 'extended' } as QueryConfig, begun.resolve, answered));
  });
  return { begun: begun.promise, answer };
}

class FirstStatement extends PgQuery {
  private hasBegun = false;

  constructor(
    statement: QueryConfig,
    private readonly begun: () => void,
    answered: Answered,
  ) {
    super(statement, undefined, answered);
  }

  override prepare(connection: Connection): void {
    connection.bind({ statement: BEGIN.name }, true);
    connection.execute({}, true);
    super.prepare(connection);
  }

  override handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.hasBegun) return super.handleCommandComplete(message, connection);
    this.hasBegun = true;
    this.begun();
  }
}
