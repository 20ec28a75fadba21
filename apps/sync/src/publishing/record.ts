import { appendToStreams, type EventMetadata, type Transaction } from '@calendar-sync/event-sourcing-postgres';
import { syncPublications } from './sync.publications';
import type { SyncEvent } from './sync-events';

export interface StreamOfEvents {
  streamId: string;
  /** Absent where there is nobody to name. */
  ownerId?: string;
  /** Absent: at the end, wherever that is. Only for streams whose writers a row lock puts in line. */
  expectedVersion?: number;
  events: readonly SyncEvent[];
}

/** Appends and routes what happened. Several streams at once, so that a transaction takes its counters in one order. */
export async function record(tx: Transaction, streams: readonly StreamOfEvents[], metadata: EventMetadata = {}) {
  const written = streams.filter(({ events }) => events.length > 0);
  if (written.length === 0) return;
  const open = written.filter(({ expectedVersion }) => expectedVersion === undefined).map(({ streamId }) => streamId);
  const { rows } =
    open.length === 0
      ? { rows: [] }
      : await tx.query<{ stream_id: string; version: number }>(
          'SELECT stream_id, max(version) AS version FROM events WHERE stream_id = ANY ($1::text[]) GROUP BY stream_id',
          [open],
        );
  const ends = new Map(rows.map(({ stream_id, version }) => [stream_id, version]));
  await appendToStreams(
    tx,
    written.map(({ streamId, ownerId, expectedVersion, events }) => ({
      streamId,
      ...(ownerId === undefined ? {} : { ownerId }),
      expectedVersion: expectedVersion ?? ends.get(streamId) ?? 0,
      events,
    })),
    { route: syncPublications.route, metadata },
  );
}
