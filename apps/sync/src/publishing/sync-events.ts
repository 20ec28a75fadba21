import type { CalendarAddedV1, CalendarChangedV1, CalendarRemovedV1 } from '@calendar-sync/contracts-sync';
import type { WatchOpenedV1, WatchRefusedV1, WatchStoppedV1 } from '@calendar-sync/contracts-sync';
import type {
  CalendarSyncedV1,
  CalendarSyncFailedV1,
  CalendarSyncProgressedV1,
  NotificationFailedV1,
  NotificationProcessedV1,
} from '@calendar-sync/contracts-sync';
import type {
  ConnectionEstablishedV1,
  ConnectionRemovedV1,
  ConnectionSuspendedV1,
} from '@calendar-sync/contracts-sync';
import type { OperationFailedV1, OperationProgressedV1, OperationSucceededV1 } from '@calendar-sync/contracts-sync';
import type { EntryEvent } from '../domain/calendar-entry.decider';

interface Recorded<Type extends string, Data> {
  type: Type;
  data: Data;
}
interface AboutCalendar {
  ownerId: string;
  connectionId: string;
  calendarId: string;
}

export type CalendarEvent =
  | Recorded<'CalendarAdded', CalendarAddedV1>
  | Recorded<'CalendarChanged', CalendarChangedV1>
  | Recorded<'CalendarRemoved', CalendarRemovedV1>;

export type WatchEvent =
  | Recorded<'WatchOpened', WatchOpenedV1>
  | Recorded<'WatchStopped', WatchStoppedV1>
  | Recorded<'WatchRefused', WatchRefusedV1>
  | Recorded<'ResourceMismatchFound', AboutCalendar & { channelId: string; expected: string; found: string }>;

export type PullEvent =
  | Recorded<'PullProgressed', CalendarSyncProgressedV1>
  | Recorded<'CursorLost', AboutCalendar & { pullId: string; page: number }>
  | Recorded<'CalendarSynced', CalendarSyncedV1>
  | Recorded<'CalendarSyncFailed', CalendarSyncFailedV1>;

export type NotificationEvent =
  Recorded<'NotificationProcessed', NotificationProcessedV1> | Recorded<'NotificationFailed', NotificationFailedV1>;

export type ConnectionEvent =
  | Recorded<'ConnectionEstablished', ConnectionEstablishedV1>
  | Recorded<'CredentialsReplaced', { ownerId: string; connectionId: string; provider: string }>
  | Recorded<'ConnectionSuspended', ConnectionSuspendedV1>
  | Recorded<'ConnectionRemoved', ConnectionRemovedV1>;

export type OperationEvent =
  | Recorded<'OperationProgressed', OperationProgressedV1>
  | Recorded<'OperationSucceeded', OperationSucceededV1>
  | Recorded<'OperationFailed', OperationFailedV1>;

/** Everything that sync records. */
export type SyncEvent =
  EntryEvent | CalendarEvent | WatchEvent | PullEvent | NotificationEvent | ConnectionEvent | OperationEvent;
