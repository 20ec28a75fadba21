import type { ReceivedRecord } from '@calendar-sync/contracts-envelope';
import type { Transaction } from '@calendar-sync/event-sourcing-postgres';
import { headerText, printable } from '../consume/subscribed-topic';

/**
 * Why it waits: `poison` can't be read, `failed` is what a handler refused, `contradicts` has a number that was applied
 * from another message, `behind` waits behind one of these three under the same key, `gap` for numbers that have not come.
 */
export type ParkReason = 'poison' | 'failed' | 'contradicts' | 'behind' | 'gap';

export interface ToPark {
  topic: string;
  receivedOn: string;
  partition: number;
  offset: string;
  record: ReceivedRecord;
  key: string | undefined;
  source: string | undefined;
  epoch: number | undefined;
  sequence: number | undefined;
  reason: ParkReason;
  error?: string;
}

type StoredHeaders = Record<string, string[]>;

/**
 * Keeps the record as it came. A repeat of a message that is parked already adds nothing, unless it is readable where
 * the kept one wasn't: then it takes its place.
 */
export async function park(tx: Transaction, parked: ToPark): Promise<void> {
  const { record } = parked;
  const attribute = (name: string) => {
    const text = headerText(record, name);
    return text === undefined ? null : printable(text);
  };
  await tx.query(
    `INSERT INTO parked_messages AS p (topic, received_on, partition, record_offset, key, source, type, epoch, sequence,
       owner_id, record_key, record_value, record_headers, reason, error, attempted_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, clock_timestamp())
     ON CONFLICT (topic, key, source, epoch, sequence)
       WHERE key IS NOT NULL AND source IS NOT NULL AND epoch IS NOT NULL AND sequence IS NOT NULL
     DO UPDATE SET attempts = p.attempts + 1, attempted_at = clock_timestamp(), reason = excluded.reason, error = excluded.error,
       record_value = excluded.record_value, record_headers = excluded.record_headers
     WHERE p.reason = 'poison' OR excluded.reason = 'failed'`,
    [
      parked.topic,
      parked.receivedOn,
      parked.partition,
      parked.offset,
      parked.key ?? null,
      parked.source ?? null,
      attribute('ce_type'),
      parked.epoch ?? null,
      parked.sequence ?? null,
      attribute('ce_ownerid'),
      bytes(record.key),
      bytes(record.value),
      JSON.stringify(storedHeaders(record)),
      parked.reason,
      parked.error === undefined ? null : printable(parked.error).slice(0, 4_000),
    ],
  );
}

export interface ParkedRow {
  id: string;
  received_on: string;
  partition: number;
  record_offset: string;
  key: string | null;
  source: string | null;
  epoch: string | null;
  sequence: string | null;
  record_key: Buffer | null;
  record_value: Buffer | null;
  record_headers: StoredHeaders;
  reason: ParkReason;
  replay_requested_at: Date | null;
  discarded_at: Date | null;
}

export function recordOf({ record_key: key, record_value: value, record_headers: stored }: ParkedRow): ReceivedRecord {
  const headers = Object.fromEntries(
    Object.entries(stored).map(([name, values]) => [name, values.map((text) => Buffer.from(text, 'base64'))]),
  );
  return { key, value, headers };
}

function storedHeaders({ headers = {} }: ReceivedRecord): StoredHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      printable(name),
      (Array.isArray(value) ? value : value === undefined ? [] : [value]).map((each) =>
        Buffer.from(each).toString('base64'),
      ),
    ]),
  );
}

const bytes = (value: Buffer | string | null) => (typeof value === 'string' ? Buffer.from(value) : value);
