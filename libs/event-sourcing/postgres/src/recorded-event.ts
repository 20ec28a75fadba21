import type { Fact } from '@calendar-sync/event-sourcing-core';

export interface EventMetadata {
  correlationId?: string;
  causationId?: string;
  traceparent?: string;
  /** When the push arrived that all this follows from, RFC 3339. */
  causedAt?: string;
  actor?: object;
  /** Of a message that this service received: where it came from. */
  received?: { source: string; topic: string; epoch: number; time: string };
}

/** An event as it stands in the log. */
export interface RecordedEvent<Type extends string = string, Data = unknown> extends Fact<Type, Data> {
  /** Place in the log, together with transactionId: order by both, never by one. */
  position: string;
  transactionId: string;
  streamId: string;
  /** Gap-free per stream, from 1. */
  version: number;
  ownerId?: string;
  topic?: string;
  key?: string;
  /** Gap-free per topic and key, from 1; only of events that are published. */
  sequence?: number;
  subject?: string;
  id: string;
  type: Type;
  schemaVersion: number;
  data: Data;
  metadata: EventMetadata;
  recordedAt: Date;
}

/** The recorded form of each event of a union, so that `type` still tells them apart. */
export type Recorded<Event extends Fact> =
  Event extends Fact<infer Type, infer Data> ? RecordedEvent<Type, Data> : never;

/** A pure step from the stored form of an event's data to the form of today. */
export type Upcast = (type: string, schemaVersion: number, data: unknown) => unknown;

/** Steps by event type and by the schema version that they start from: `{ EntryAdded: { 1: (data) => … 2 … } }`. Missing steps leave the data as it is. */
export function upcasters(steps: Record<string, Record<number, (data: never) => unknown>>): Upcast {
  return (type, schemaVersion, data) => {
    const ofType = steps[type];
    let current = data;
    for (let version = schemaVersion; ofType?.[version] !== undefined; version += 1) {
      current = ofType[version]!(current as never);
    }
    return current;
  };
}

export interface EventRow {
  position: string;
  tx: string;
  stream_id: string;
  version: number;
  owner_id: string | null;
  topic: string | null;
  key: string | null;
  sequence: string | null;
  subject: string | null;
  id: string;
  type: string;
  schema_version: number;
  data: unknown;
  metadata: EventMetadata;
  recorded_at: Date;
}

/** The columns of `events` that `recordedEvent` reads, for queries of one's own over the log. */
export const EVENT_COLUMNS = [
  'position',
  'tx',
  'stream_id',
  'version',
  'owner_id',
  'topic',
  'key',
  'sequence',
  'subject',
  'id',
  'type',
  'schema_version',
  'data',
  'metadata',
  'recorded_at',
].join(', ');

export function recordedEvent(row: EventRow, upcast?: Upcast): RecordedEvent {
  return {
    position: row.position,
    transactionId: row.tx,
    streamId: row.stream_id,
    version: row.version,
    ...(row.owner_id !== null && { ownerId: row.owner_id }),
    ...(row.topic !== null && { topic: row.topic }),
    ...(row.key !== null && { key: row.key }),
    ...(row.sequence !== null && { sequence: Number(row.sequence) }),
    ...(row.subject !== null && { subject: row.subject }),
    id: row.id,
    type: row.type,
    schemaVersion: row.schema_version,
    data: upcast === undefined ? row.data : upcast(row.type, row.schema_version, row.data),
    metadata: row.metadata,
    recordedAt: row.recorded_at,
  };
}
