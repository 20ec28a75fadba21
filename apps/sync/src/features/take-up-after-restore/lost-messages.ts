import {
  calendarEntries,
  connections,
  ConnectionEstablishedV1,
  ConnectionRemovedV1,
  EntryAddedV1,
  EntryCancelledV1,
  EntryChangedV1,
} from '@calendar-sync/contracts-sync';
import type { LostMessage } from '@calendar-sync/service-host';
import { type EntryAdded, evolve, initialState } from '../../domain/calendar-entry.decider';
import type { DecidedEntry } from '../../domain/page-of-changes';

export const TOPICS_OF_INTEREST = [calendarEntries.name, connections.name];

/** An entry of which only lost messages tell, as they told it last. */
export interface LostEntry {
  ownerId: string;
  calendarId: string;
  decided: DecidedEntry;
}

/** What lost messages say last of each entry, and of each connection whether it was there. */
export function lastToldOf(lost: readonly LostMessage[]): {
  entries: Map<string, EntryAddedV1>;
  connected: Set<string>;
  disconnected: Set<string>;
} {
  const entries = new Map<string, EntryAddedV1>();
  const connected = new Set<string>();
  const disconnected = new Set<string>();
  for (const { message } of lost) {
    switch (message.type) {
      case EntryAddedV1.type:
      case EntryChangedV1.type: {
        const { entry, ownerId, connectionId, calendarId, entryId } = message.data as EntryAddedV1 | EntryChangedV1;
        entries.set(entryId, { ownerId, connectionId, calendarId, entryId, entry });
        break;
      }
      case EntryCancelledV1.type:
        entries.delete((message.data as EntryCancelledV1).entryId);
        break;
      case ConnectionEstablishedV1.type: {
        const { connectionId } = message.data as ConnectionEstablishedV1;
        connected.add(connectionId);
        disconnected.delete(connectionId);
        break;
      }
      case ConnectionRemovedV1.type: {
        const { connectionId } = message.data as ConnectionRemovedV1;
        connected.delete(connectionId);
        disconnected.add(connectionId);
        break;
      }
    }
  }
  return { entries, connected, disconnected };
}

/** Records again that it was added. What became of it since, the full listing tells: without a record it could not be given up. */
export function takenBack({ ownerId, connectionId, calendarId, entryId, entry }: EntryAddedV1): LostEntry {
  const added: EntryAdded = {
    type: 'EntryAdded',
    data: { ownerId, connectionId, calendarId, entryId, entry, revision: {} },
  };
  return {
    ownerId,
    calendarId,
    decided: { entryId, expectedVersion: 0, events: [added], entry: evolve(initialState, added), returned: false },
  };
}
