import type { Database, LogCursor } from '@calendar-sync/event-sourcing-postgres';
import type { PublishedUpTo } from './own-history';

const NAME = 'relay';

/** Somebody else leads now: whatever was in hand is to be dropped, it is repeated there. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';

  constructor() {
    super('The lease of the relay belongs to somebody else');
  }
}

interface StateRow {
  token: string;
  epoch: number;
  cursor_transaction: string;
  cursor_position: string;
  published: PublishedUpTo;
}

export interface LeftOff {
  cursor: LogCursor;
  published: PublishedUpTo;
}

/** One relay per database leads. Time is the database's, and every write carries the token, so that a process that was frozen can change nothing. */
export class RelayLease {
  private token: string | undefined;
  private renewedAt = 0;
  /** Acknowledged and not noted yet: it goes with the next write. */
  private written: Record<string, number> = {};

  constructor(
    private readonly database: Database,
    private readonly holder: string,
    private readonly durationMs: number,
  ) {}

  get held(): boolean {
    return this.token !== undefined;
  }

  /** Takes the lease when it is free or has run out, and gives where the last leader stopped. */
  async acquire(): Promise<LeftOff | undefined> {
    await this.database.query('INSERT INTO relay_state (name) VALUES ($1) ON CONFLICT DO NOTHING', [NAME]);
    const asked = performance.now();
    const { rows } = await this.database.query<StateRow>(
      `UPDATE relay_state SET token = token + 1, holder = $2, lease_until = clock_timestamp() + $3 * interval '1 millisecond'
       WHERE name = $1 AND lease_until < clock_timestamp()
       RETURNING token, epoch, cursor_transaction, cursor_position, published`,
      [NAME, this.holder, this.durationMs],
    );
    const row = rows[0];
    if (row === undefined) return undefined;
    this.token = row.token;
    this.renewedAt = asked;
    this.written = {};
    return {
      cursor: { epoch: row.epoch, transactionId: row.cursor_transaction, position: row.cursor_position },
      published: row.published,
    };
  }

  /** Where partitions end now that a send was acknowledged. */
  noteWritten(upTo: PublishedUpTo): void {
    Object.assign(this.written, upTo);
  }

  get dueForRenewal(): boolean {
    return performance.now() - this.renewedAt >= this.durationMs / 3;
  }

  /** Renews when a third of the time is gone. Throws LeaseLost. To be called before anything is sent. */
  async ensure(): Promise<void> {
    if (this.dueForRenewal) await this.write('', []);
  }

  /** Throws LeaseLost. */
  async saveCursor({ epoch, transactionId, position }: LogCursor): Promise<void> {
    await this.write(', epoch = $5, cursor_transaction = $6, cursor_position = $7, saved_at = clock_timestamp()', [
      epoch,
      transactionId,
      position,
    ]);
  }

  async release(): Promise<void> {
    if (this.token === undefined) return;
    const token = this.token;
    this.token = undefined;
    await this.database.query(
      `UPDATE relay_state SET lease_until = '-infinity', holder = NULL, published = published || $3::jsonb
       WHERE name = $1 AND token = $2`,
      [NAME, token, JSON.stringify(this.written)],
    );
  }

  forget(): void {
    this.token = undefined;
  }

  private async write(assignments: string, values: readonly unknown[]): Promise<void> {
    if (this.token === undefined) throw new LeaseLost();
    const asked = performance.now();
    const written = this.written;
    this.written = {};
    const { rowCount } = await this.database.query(
      `UPDATE relay_state SET lease_until = clock_timestamp() + $3 * interval '1 millisecond',
         published = published || $4::jsonb${assignments}
       WHERE name = $1 AND token = $2`,
      [NAME, this.token, this.durationMs, JSON.stringify(written), ...values],
    );
    if (rowCount === 0) {
      this.token = undefined;
      throw new LeaseLost();
    }
    this.renewedAt = asked;
  }
}
