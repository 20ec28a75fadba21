import type { Client, Connection, Submittable } from 'pg';

/** What libpq calls a COPY from the client: the rows travel as they are, in one statement. */
class CopyIn implements Submittable {
  private failure: Error | undefined;

  constructor(
    private readonly text: string,
    private readonly rows: Iterable<Buffer>,
    private readonly done: (failure?: Error) => void,
  ) {}

  submit(connection: Connection): void {
    connection.query(this.text);
  }

  handleCopyInResponse(connection: Connection & { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void }): void {
    for (const row of this.rows) connection.sendCopyFromChunk(row);
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {}

  handleError(error: Error): void {
    this.failure = error;
  }

  handleReadyForQuery(): void {
    this.done(this.failure);
  }
}

/** One `COPY … FROM STDIN`; the lines end in a line break. */
export const copyIn = (client: Client, text: string, lines: Iterable<Buffer>): Promise<void> =>
  new Promise((resolve, reject) => {
    client.query(new CopyIn(text, lines, (failure) => (failure === undefined ? resolve() : reject(failure))));
  });

/** A value of one text column of COPY's text format. */
export const copyLine = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value).replaceAll('\\', '\\\\')}\n`);
