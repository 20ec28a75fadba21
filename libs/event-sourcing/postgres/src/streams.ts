import { type Decider, decideAll, type Fact, stateAfter } from '@calendar-sync/event-sourcing-core';
import { type AppendOptions, appendToStreams, type EventToAppend } from './append';
import type { Queryable, Transaction } from './database';
import {
  EVENT_COLUMNS,
  type EventMetadata,
  type EventRow,
  type Recorded,
  recordedEvent,
  type RecordedEvent,
  type Upcast,
} from './recorded-event';

export interface ReadOptions {
  upcast?: Upcast;
}

/** All events of a stream, oldest first; none when there is no such stream. */
export async function readStream<Event extends Fact = Fact>(
  db: Queryable,
  streamId: string,
  options: ReadOptions = {},
): Promise<Recorded<Event>[]> {
  return (await readStreams<Event>(db, [streamId], options)).get(streamId) ?? [];
}

/** All events of each of these streams, oldest first, in one statement. A stream that doesn't exist isn't in the answer. */
export async function readStreams<Event extends Fact = Fact>(
  db: Queryable,
  streamIds: readonly string[],
  { upcast }: ReadOptions = {},
): Promise<Map<string, Recorded<Event>[]>> {
  const { rows } = await db.query<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM events WHERE stream_id = ANY ($1::text[]) ORDER BY stream_id, version`,
    [streamIds],
  );
  const streams = new Map<string, RecordedEvent[]>();
  for (const row of rows) {
    const events = streams.get(row.stream_id) ?? [];
    events.push(recordedEvent(row, upcast));
    streams.set(row.stream_id, events);
  }
  return streams as Map<string, Recorded<Event>[]>;
}

export interface StreamCommands<Command> {
  streamId: string;
  ownerId?: string;
  commands: readonly Command[];
  /** Goes before that of the call. */
  metadata?: EventMetadata;
}

/**
 * Loads each stream, lets the decider decide its commands one after the other, and appends what follows: three statements however many streams.
 * Gives what was recorded. Throws what the decider throws (then nothing is written), and ConcurrencyConflict as appendToStreams does.
 */
export async function decideOnStreams<State, Command, Event extends Fact<string, object>>(
  tx: Transaction,
  decider: Decider<State, Command, Event>,
  streams: readonly StreamCommands<Command>[],
  {
    upcast,
    schemaVersionOf,
    ...options
  }: AppendOptions & ReadOptions & { schemaVersionOf?: (type: Event['type']) => number } = {},
): Promise<Recorded<Event>[]> {
  const histories = await readStreams<Event>(
    tx,
    streams.map(({ streamId }) => streamId),
    { ...(upcast && { upcast }) },
  );
  const appends = streams.map(({ streamId, ownerId, commands, metadata }) => {
    const history: readonly RecordedEvent[] = histories.get(streamId) ?? [];
    const state = stateAfter<State, Event>(decider, history as readonly RecordedEvent[] as unknown as Event[]);
    const events = decideAll(decider, commands, state).events.map((event): EventToAppend => ({
      ...event,
      ...(schemaVersionOf && { schemaVersion: schemaVersionOf(event.type) }),
    }));
    return {
      streamId,
      ...(ownerId !== undefined && { ownerId }),
      ...(metadata && { metadata }),
      expectedVersion: history.at(-1)?.version ?? 0,
      events,
    };
  });
  return (await appendToStreams(
    tx,
    appends.filter(({ events }) => events.length > 0),
    options,
  )) as RecordedEvent[] as unknown as Recorded<Event>[];
}
