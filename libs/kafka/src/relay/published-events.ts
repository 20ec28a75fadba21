import {
  EVENT_COLUMNS,
  type EventRow,
  type LogCursor,
  type Queryable,
  recordedEvent,
  type RecordedEvent,
} from '@calendar-sync/event-sourcing-postgres';

export interface PublishedEvent extends RecordedEvent {
  topic: string;
  key: string;
  sequence: number;
}

export function isPublished(event: RecordedEvent): event is PublishedEvent {
  return event.topic !== undefined && event.key !== undefined && event.sequence !== undefined;
}

export const keyName = ({ topic, key }: { topic: string; key: string }) => `${topic} ${key}`;

/** The events of these numbers that lie behind the place in the log. They are committed, whatever transactions are still open. */
export async function eventsBehind(
  db: Queryable,
  { transactionId, position }: LogCursor,
  wanted: readonly { topic: string; key: string; sequence: number }[],
): Promise<PublishedEvent[]> {
  const { rows } = await db.query<EventRow>(
    // The subquery is fenced (OFFSET 0), or the planner reads everything behind the place instead of a few numbers.
    `SELECT found.* FROM unnest($1::text[], $2::text[], $3::bigint[]) AS wanted (topic, key, sequence)
     CROSS JOIN LATERAL (
       SELECT ${EVENT_COLUMNS} FROM events e
       WHERE e.topic = wanted.topic AND e.key = wanted.key AND e.sequence = wanted.sequence OFFSET 0
     ) AS found
     WHERE (found.tx, found.position) > ($4::xid8, $5::bigint)`,
    [
      wanted.map(({ topic }) => topic),
      wanted.map(({ key }) => key),
      wanted.map(({ sequence }) => sequence),
      transactionId,
      position,
    ],
  );
  return rows.map((row) => recordedEvent(row)).filter(isPublished);
}

export interface EventsOfTopic {
  topic: string;
  /** This key alone; otherwise every key in its order. */
  key: string | undefined;
  /** Goes on behind this key and number. */
  after: { key: string; sequence: number };
  fromSequence: number;
  toSequence: number | undefined;
  limit: number;
}

/** By key and sequence, not in the order of the log: for messages that are sent again. */
export async function eventsOfTopic(
  db: Queryable,
  { topic, key, after, fromSequence, toSequence, limit }: EventsOfTopic,
): Promise<PublishedEvent[]> {
  const { rows } = await db.query<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM events
     WHERE topic = $1 AND (key, sequence) > ($2, $3::bigint) AND sequence >= $4 AND ($5::bigint IS NULL OR sequence <= $5)
       AND ($6::text IS NULL OR key = $6)
     ORDER BY topic, key, sequence LIMIT $7`,
    [topic, after.key, after.sequence, fromSequence, toSequence ?? null, key ?? null, limit],
  );
  return rows.map((row) => recordedEvent(row)).filter(isPublished);
}
