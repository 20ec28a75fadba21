import {
  CalendarAddedV1,
  CalendarChangedV1,
  calendarEntries,
  CalendarRemovedV1,
  calendars,
  CalendarSyncedV1,
  CalendarSyncFailedV1,
  CalendarSyncProgressedV1,
  calendarSyncs,
  ConnectionEstablishedV1,
  ConnectionRemovedV1,
  connections,
  ConnectionSuspendedV1,
  EntryAddedV1,
  EntryCancelledV1,
  EntryChangedV1,
  NotificationFailedV1,
  NotificationProcessedV1,
  OperationFailedV1,
  OperationProgressedV1,
  OperationSucceededV1,
  syncOperations,
  WatchOpenedV1,
  WatchRefusedV1,
  WatchStoppedV1,
} from '@calendar-sync/contracts-sync';
import { keepPrivate, type PublicationMap, publications, publish } from '@calendar-sync/kafka';
import type { EntryAbout } from '../domain/calendar-entry.decider';
import type { SyncEvent } from './sync-events';

const asRecorded = <Data>(data: Data): Data => data;
const about = ({ ownerId, connectionId, calendarId, entryId }: EntryAbout) => ({
  ownerId,
  connectionId,
  calendarId,
  entryId,
});

/** What the world learns of each fact. */
export const syncPublicationMap: PublicationMap<SyncEvent> = {
  EntryAdded: publish(calendarEntries, EntryAddedV1, (data) => ({ ...about(data), entry: data.entry })),
  EntryChanged: publish(calendarEntries, EntryChangedV1, (data) => ({
    ...about(data),
    entry: data.entry,
    changed: data.changed,
  })),
  EntryCancelled: publish(calendarEntries, EntryCancelledV1, (data) => ({
    ...about(data),
    entry: data.entry,
    reason: data.reason,
    changed: data.changed,
  })),
  CalendarAdded: publish(calendars, CalendarAddedV1, asRecorded),
  CalendarChanged: publish(calendars, CalendarChangedV1, asRecorded),
  CalendarRemoved: publish(calendars, CalendarRemovedV1, asRecorded),
  WatchOpened: publish(calendars, WatchOpenedV1, asRecorded),
  WatchStopped: publish(calendars, WatchStoppedV1, asRecorded),
  WatchRefused: publish(calendars, WatchRefusedV1, asRecorded),
  ResourceMismatchFound: keepPrivate,
  PullProgressed: publish(calendarSyncs, CalendarSyncProgressedV1, asRecorded),
  CursorLost: keepPrivate,
  CalendarSynced: publish(calendarSyncs, CalendarSyncedV1, asRecorded),
  CalendarSyncFailed: publish(calendarSyncs, CalendarSyncFailedV1, asRecorded),
  NotificationProcessed: publish(calendarSyncs, NotificationProcessedV1, asRecorded),
  NotificationFailed: publish(calendarSyncs, NotificationFailedV1, asRecorded),
  ConnectionEstablished: publish(connections, ConnectionEstablishedV1, asRecorded),
  CredentialsReplaced: keepPrivate,
  ConnectionSuspended: publish(connections, ConnectionSuspendedV1, asRecorded),
  ConnectionRemoved: publish(connections, ConnectionRemovedV1, asRecorded),
  OperationProgressed: publish(syncOperations, OperationProgressedV1, asRecorded),
  OperationSucceeded: publish(syncOperations, OperationSucceededV1, asRecorded),
  OperationFailed: publish(syncOperations, OperationFailedV1, asRecorded),
};

export const syncPublications = publications<SyncEvent>(syncPublicationMap);
