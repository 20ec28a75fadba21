import { randomUUID } from 'node:crypto';
import { EVENTS_TO_PUBLISH, type Transaction } from './database';
import { ConcurrencyConflict } from './errors';
import { jsonText } from './json-text';
import type { EventMetadata, RecordedEvent } from './recorded-event';

export interface EventToAppend {
  type: string;
  data: object;
  /** 1 when absent. */
  schemaVersion?: number;
  /** A UUID; made when absent. */
  id?: string;
  /** What the event is about, to find its history by. The route's subject goes before it. */
  subject?: string;
}

export interface StreamAppend {
  streamId: string;
  ownerId?: string;
  /** The version that the decision was made on; 0: the stream must not exist. */
  expectedVersion: number;
  events: readonly EventToAppend[];
  /** Goes before that of the call. */
  metadata?: EventMetadata;
}

export interface Route {
  topic: string;
  key: string;
  subject?: string;
}

/** Where an event is published, and under which key; undefined: it stays private. */
export type RouteEvent = (event: EventToAppend) => Route | undefined;

export interface AppendOptions {
  route?: RouteEvent;
  /** Of every event; a stream may have its own. */
  metadata?: EventMetadata;
}

interface Planned {
  streamId: string;
  version: number;
  /** The version that must be there, asked once per stream; 0: none. */
  requires: number;
  ownerId: string | undefined;
  route: Route | undefined;
  /** How many events of this call follow under the same topic and key. */
  behind: number;
  subject: string | undefined;
  id: string;
  event: EventToAppend;
  metadata: EventMetadata;
}

interface Counter {
  topic: string;
  key: string;
  count: number;
}

// The counters are locked first and the positions taken after it, so that under one key the order of the log is the order of `sequence`.
// Data comes as one document: an array of documents would be escaped, and read once as an array and once more as JSON.
// The version before is looked up row by row: of EXISTS a plan that was made while the table was empty, and is kept, reads the whole log.
// The streams are inserted sorted, so that two calls which meet on several never wait for each other in a circle.
const append = (topics: string) => `
  WITH counters AS (
    INSERT INTO topic_sequences AS s (topic, key, last)
    SELECT topic, key, count FROM unnest(${topics}, $2::text[], $3::bigint[]) AS c (topic, key, count)
    ON CONFLICT (topic, key) DO UPDATE SET last = s.last + excluded.last
    RETURNING topic, key, last
  ), placed AS MATERIALIZED (
    SELECT nextval('events_position_seq') AS position, input.*
    FROM (SELECT count(*) FROM counters) AS locked,
      ROWS FROM (
        unnest($4::text[], $5::integer[], $6::integer[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::text[],
          $12::uuid[], $13::text[], $14::integer[]),
        jsonb_array_elements($15::jsonb), jsonb_array_elements($16::jsonb)
      )
      AS input (stream_id, version, requires, owner_id, topic, key, behind, subject, id, type, schema_version, data, metadata)
  )
  INSERT INTO events (position, stream_id, version, owner_id, topic, key, sequence, subject, id, type, schema_version, data, metadata)
  SELECT placed.position, stream_id, version, owner_id, placed.topic, placed.key, counters.last - behind, subject, id, type,
    schema_version, data, metadata
  FROM placed LEFT JOIN counters ON counters.topic = placed.topic AND counters.key = placed.key
  WHERE requires = 0 OR requires = (
    SELECT version FROM events AS previous WHERE previous.stream_id = placed.stream_id AND previous.version = placed.requires
  )
  ORDER BY stream_id COLLATE "C", version
  ON CONFLICT (stream_id, version) DO NOTHING
  RETURNING position, tx, stream_id, version, sequence, recorded_at`;

/** Postgres plans for the number of keys of the call: worth it where there are many. */
const APPEND_MANY = append('$1::text[]');
/** The subquery hides that number from the planner, so that one plan is as good as the next: it then plans once, not at every call. */
const APPEND_FEW = append('(SELECT $1::text[])');
const FEW = 20;

interface WrittenRow {
  position: string;
  tx: string;
  stream_id: string;
  version: number;
  sequence: string | null;
  recorded_at: Date;
}

/**
 * Appends to one stream or to thousands in one statement, and takes the public sequence of every event that is routed.
 * Gives the events as recorded, in the order given. Throws ConcurrencyConflict when a stream isn't at its expected version:
 * then nothing of this call stays written, and the transaction goes on.
 */
export async function appendToStreams(
  tx: Transaction,
  appends: readonly StreamAppend[],
  { route, metadata = {} }: AppendOptions = {},
): Promise<RecordedEvent[]> {
  const { planned, counters } = plan(appends, route, metadata);
  if (planned.length === 0) return [];
  const { rows } = await tx.query<WrittenRow>(
    planned.length > FEW ? APPEND_MANY : APPEND_FEW,
    parameters(planned, counters),
  );
  if (rows.length !== planned.length) {
    await undo(tx, rows, counters);
    throw new ConcurrencyConflict(await streamsElsewhere(tx, appends));
  }
  if (counters.length > 0) tx.signal(EVENTS_TO_PUBLISH);
  const written = new Map(rows.map((row) => [`${row.version} ${row.stream_id}`, row]));
  return planned.map((event) => recorded(event, written.get(`${event.version} ${event.streamId}`)!));
}

function plan(appends: readonly StreamAppend[], route: RouteEvent | undefined, ofCall: EventMetadata) {
  const counters = new Map<string, Counter>();
  const streams = new Set<string>();
  const planned: (Planned & { counter?: Counter })[] = [];
  for (const { streamId, ownerId, expectedVersion, events, metadata = ofCall } of appends) {
    if (streams.has(streamId)) throw new Error(`${streamId} is appended to twice in one call`);
    if (!Number.isSafeInteger(expectedVersion) || expectedVersion < 0)
      throw new Error(`The expected version of ${streamId} must be a whole number from 0`);
    streams.add(streamId);
    events.forEach((event, index) => {
      const to = route?.(event);
      const counter = to && count(counters, to);
      planned.push({
        streamId,
        version: expectedVersion + index + 1,
        requires: index === 0 ? expectedVersion : 0,
        ownerId,
        route: to,
        behind: counter?.count ?? 0,
        subject: to?.subject ?? event.subject,
        id: event.id ?? randomUUID(),
        event,
        metadata,
        ...(counter && { counter }),
      });
    });
  }
  for (const one of planned) if (one.counter !== undefined) one.behind = one.counter.count - one.behind;
  const sorted = [...counters.values()].sort(
    (a, b) => byCodeUnits(a.topic, b.topic) || byCodeUnits(a.key, b.key), // one order everywhere: no deadlock on counters
  );
  return { planned, counters: sorted };
}

function count(counters: Map<string, Counter>, { topic, key }: Route): Counter {
  const name = `${topic} ${key}`;
  const counter = counters.get(name) ?? { topic, key, count: 0 };
  counter.count += 1;
  counters.set(name, counter);
  return counter;
}

const byCodeUnits = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const parameters = (planned: readonly Planned[], counters: readonly Counter[]) => [
  counters.map(({ topic }) => topic),
  counters.map(({ key }) => key),
  counters.map((counter) => counter.count),
  planned.map(({ streamId }) => streamId),
  planned.map(({ version }) => version),
  planned.map(({ requires }) => requires),
  planned.map(({ ownerId }) => ownerId ?? null),
  planned.map(({ route }) => route?.topic ?? null),
  planned.map(({ route }) => route?.key ?? null),
  planned.map(({ behind }) => behind),
  planned.map(({ subject }) => subject ?? null),
  planned.map(({ id }) => id),
  planned.map(({ event }) => event.type),
  planned.map(({ event }) => event.schemaVersion ?? 1),
  jsonText(planned.map(({ event }) => event.data)),
  jsonText(planned.map(({ metadata }) => metadata)),
];

/** The rows of the counters are locked by this transaction, so what it took can be given back. */
async function undo(tx: Transaction, rows: readonly WrittenRow[], counters: readonly Counter[]) {
  if (rows.length > 0) {
    await tx.query('DELETE FROM events WHERE tx = pg_current_xact_id() AND position = ANY ($1::bigint[])', [
      rows.map(({ position }) => position),
    ]);
  }
  if (counters.length > 0) {
    await tx.query(
      `UPDATE topic_sequences AS s SET last = s.last - c.count
       FROM unnest($1::text[], $2::text[], $3::bigint[]) AS c (topic, key, count) WHERE s.topic = c.topic AND s.key = c.key`,
      [counters.map(({ topic }) => topic), counters.map(({ key }) => key), counters.map((counter) => counter.count)],
    );
  }
}

async function streamsElsewhere(tx: Transaction, appends: readonly StreamAppend[]): Promise<string[]> {
  const { rows } = await tx.query<{ stream_id: string }>(
    `SELECT expected.stream_id FROM unnest($1::text[], $2::integer[]) AS expected (stream_id, version)
     WHERE expected.version <> (SELECT coalesce(max(e.version), 0) FROM events e WHERE e.stream_id = expected.stream_id)`,
    [appends.map(({ streamId }) => streamId), appends.map(({ expectedVersion }) => expectedVersion)],
  );
  // In a transaction with a snapshot of its own the winner can't be seen.
  return rows.length > 0 ? rows.map(({ stream_id }) => stream_id) : appends.map(({ streamId }) => streamId);
}

function recorded(planned: Planned, row: WrittenRow): RecordedEvent {
  const { streamId, version, ownerId, route, subject, id, event, metadata } = planned;
  return {
    position: row.position,
    transactionId: row.tx,
    streamId,
    version,
    ...(ownerId !== undefined && { ownerId }),
    ...(route && { topic: route.topic, key: route.key }),
    ...(row.sequence !== null && { sequence: Number(row.sequence) }),
    ...(subject !== undefined && { subject }),
    id,
    type: event.type,
    schemaVersion: event.schemaVersion ?? 1,
    data: event.data,
    metadata,
    recordedAt: row.recorded_at,
  };
}
