import { type Database, jsonText, type StreamAppend } from '@calendar-sync/event-sourcing-postgres';
import { calendarEntries } from '@calendar-sync/contracts-sync';

const INSERT = `
  INSERT INTO plain_events (stream_id, version, owner_id, topic, key, sequence, subject, id, type, data, metadata)
  SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::uuid[], $9::text[],
    $10::jsonb[], $11::jsonb[])`;

/** The floor: the rows of an append, numbered by whoever writes them, in one statement that commits by itself. */
export function plainInserts(database: Database) {
  let sequence = 0;
  return {
    createTable: () => database.query('CREATE TABLE plain_events (LIKE events INCLUDING ALL)'),
    insert(streams: readonly StreamAppend[]) {
      const rows = streams.flatMap(({ streamId, ownerId, events, metadata }) =>
        events.map((event) => {
          const { calendarId, entryId } = event.data as { calendarId: string; entryId: string };
          return { streamId, ownerId, event, metadata, calendarId, entryId, sequence: (sequence += 1) };
        }),
      );
      return database.query(INSERT, [
        rows.map(({ streamId }) => streamId),
        rows.map(() => 1),
        rows.map(({ ownerId }) => ownerId),
        rows.map(() => calendarEntries.name),
        rows.map(({ calendarId }) => calendarId),
        rows.map((row) => row.sequence),
        rows.map(({ entryId }) => entryId),
        rows.map(({ event }) => event.id),
        rows.map(({ event }) => event.type),
        rows.map(({ event }) => jsonText(event.data)),
        rows.map(({ metadata }) => jsonText(metadata ?? {})),
      ]);
    },
  };
}
