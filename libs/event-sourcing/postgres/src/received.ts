import type { Queryable, Transaction } from './database';
import { jsonText } from './json-text';
import {
  EVENT_COLUMNS,
  type EventMetadata,
  type EventRow,
  recordedEvent,
  type RecordedEvent,
  type Upcast,
} from './recorded-event';

/** A message as a consumer's handler sees it; `Message` of contracts-envelope is one once its topic is named. */
export interface ReadMessage<Type extends string = string, Data = unknown> {
  id: string;
  source: string;
  type: Type;
  subject?: string;
  time: string;
  key: string;
  sequence: number;
  epoch: number;
  ownerId?: string;
  correlationId?: string;
  traceparent?: string;
  data: Data;
}

export interface ReceivedMessage<Type extends string = string, Data = unknown> extends ReadMessage<Type, Data> {
  topic: string;
}

/** The stream that the messages of one key are kept in. */
export const receivedStream = ({
  source,
  topic,
  epoch,
  key,
}: Pick<ReceivedMessage, 'source' | 'topic' | 'epoch' | 'key'>) => `${source}/${topic}/${epoch}/${key}`;

/** Keeps consumed messages in this service's own log, never to be published. A message that is there already stays as it is. Gives how many were new. */
export async function recordReceived(tx: Transaction, messages: readonly ReceivedMessage[]): Promise<number> {
  if (messages.length === 0) return 0;
  const column = <T>(of: (message: ReceivedMessage) => T) => messages.map(of);
  const { rowCount } = await tx.query(
    `INSERT INTO events (stream_id, version, owner_id, key, subject, id, type, data, metadata)
     SELECT * FROM ROWS FROM (
       unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[]),
       jsonb_array_elements($8::jsonb), jsonb_array_elements($9::jsonb)
     )
     ON CONFLICT (stream_id, version) DO NOTHING`,
    [
      column(receivedStream),
      column(({ sequence }) => sequence),
      column(({ ownerId }) => ownerId ?? null),
      column(({ key }) => key),
      column(({ subject }) => subject ?? null),
      column(({ id }) => id),
      column(({ type }) => type),
      jsonText(column(({ data }) => data)),
      jsonText(column(metadataOf)),
    ],
  );
  return rowCount;
}

const metadataOf = ({ source, topic, epoch, time, correlationId, traceparent }: ReceivedMessage): EventMetadata => ({
  ...(correlationId !== undefined && { correlationId }),
  ...(traceparent !== undefined && { traceparent }),
  received: { source, topic, epoch, time },
});

/** The message that was kept as this row, or undefined when the row is a fact of this service itself. */
export function receivedMessage(event: RecordedEvent): ReceivedMessage | undefined {
  const { received, correlationId, traceparent } = event.metadata;
  if (received === undefined || event.key === undefined) return undefined;
  return {
    ...received,
    id: event.id,
    type: event.type,
    key: event.key,
    sequence: event.version,
    data: event.data,
    ...(event.subject !== undefined && { subject: event.subject }),
    ...(event.ownerId !== undefined && { ownerId: event.ownerId }),
    ...(correlationId !== undefined && { correlationId }),
    ...(traceparent !== undefined && { traceparent }),
  };
}

/** The history of one subject, oldest first: what was recorded or received about it. Ordered by position: within one subject that is the order it was learned in. */
export async function readSubject(
  db: Queryable,
  subject: string,
  { ownerId, upcast }: { ownerId?: string; upcast?: Upcast } = {},
): Promise<RecordedEvent[]> {
  const { rows } = await db.query<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM events WHERE subject = $1 AND ($2::text IS NULL OR owner_id = $2) ORDER BY position`,
    [subject, ownerId ?? null],
  );
  return rows.map((row) => recordedEvent(row, upcast));
}
