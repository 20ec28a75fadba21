import type { Queryable } from '@calendar-sync/event-sourcing-postgres';
import { keyName } from './published-events';

interface Numbered {
  topic: string;
  key: string;
  sequence: number;
}

/**
 * The numbers of events that an operator had passed over. Whenever such an event is met again (a repeat, a replay, a new
 * epoch), consumers are told that its number is gone, as they were the first time.
 */
export class SkippedNumbers {
  private readonly names: Set<string>;

  private constructor(numbers: readonly Numbered[]) {
    this.names = new Set(numbers.map(nameOf));
  }

  static async load(db: Queryable): Promise<SkippedNumbers> {
    const { rows } = await db.query<{ topic: string; key: string; sequence: string }>(
      'SELECT topic, key, sequence FROM skipped_sequences',
    );
    return new SkippedNumbers(rows.map((row) => ({ ...row, sequence: Number(row.sequence) })));
  }

  has(event: Numbered): boolean {
    return this.names.size > 0 && this.names.has(nameOf(event));
  }

  /** The event that keeps this key in quarantine. */
  async addQuarantined(db: Queryable, { topic, key }: { topic: string; key: string }): Promise<void> {
    const { rows } = await db.query<{ sequence: string }>(
      `INSERT INTO skipped_sequences (topic, key, sequence, owner_id, event_id, event_type, reason)
       SELECT topic, key, sequence, owner_id, event_id, event_type, reason FROM quarantined_keys WHERE topic = $1 AND key = $2
       ON CONFLICT (topic, key, sequence) DO UPDATE SET reason = excluded.reason
       RETURNING sequence`,
      [topic, key],
    );
    for (const { sequence } of rows) this.names.add(nameOf({ topic, key, sequence: Number(sequence) }));
  }
}

const nameOf = (event: Numbered) => `${keyName(event)} ${event.sequence}`;
