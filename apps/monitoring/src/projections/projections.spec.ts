import { givenRow, rowsAfter } from '@calendar-sync/event-sourcing-postgres';
import { type CalendarMonitoringResult, calendarMonitoringResults } from './calendar-monitoring-results.projection';
import { monitoredConnections } from './monitored-connections.projection';

const about = {
  ownerId: 'ada',
  connectionId: '00000000-0000-4000-8000-000000000001',
  calendarId: '00000000-0000-4000-8000-000000000002',
};
const calm: CalendarMonitoringResult = {
  calendar_id: about.calendarId,
  owner_id: 'ada',
  connection_id: about.connectionId,
  removed: false,
  consecutive_failures: 0,
  parked: false,
  outcomes: '',
  error_rate: 0,
};

const added = { type: 'CalendarAdded.v1', data: about };
const removed = { type: 'CalendarRemoved.v1', data: { ...about, reason: 'disconnected' } };
const pushed = (receivedAt: string, resourceState = 'exists') => ({
  type: 'CalendarChangeNotified.v1',
  data: { calendarId: about.calendarId, resourceState, receivedAt },
});
const synced = (finishedAt: string, notifiedAt?: string) => ({
  type: 'CalendarSynced.v1',
  data: { ...about, finishedAt, ...(notifiedAt && { notifiedAt }) },
});
const failed = (failedAt: string, consecutiveFailures: number, parked = false) => ({
  type: 'CalendarSyncFailed.v1',
  data: { ...about, failedAt, failure: 'ProviderUnavailable', consecutiveFailures, parked },
});

test('a sync that answers a push tells how long the change took', () => {
  givenRow(calendarMonitoringResults, calm)
    .whenMessage(pushed('2026-01-05T09:00:00Z'), synced('2026-01-05T09:00:01.250Z', '2026-01-05T09:00:00Z'))
    .thenRow({
      ...calm,
      last_push_at: '2026-01-05T09:00:00.000Z',
      last_sync_at: '2026-01-05T09:00:01.250Z',
      sync_delay_ms: 1250,
      outcomes: 's',
    });
});

test('a poll says nothing about the delay of pushes', () => {
  const before = { ...calm, sync_delay_ms: 700 };
  givenRow(calendarMonitoringResults, before)
    .whenMessage(synced('2026-01-05T09:10:00Z'))
    .thenRow({ ...before, last_sync_at: '2026-01-05T09:10:00.000Z', outcomes: 's' });
});

test('a push that arrives after the sync that answered it takes nothing back', () => {
  const messages = [pushed('2026-01-05T09:00:00+00:00'), synced('2026-01-05T09:00:02Z', '2026-01-05T09:00:01Z')];
  expect(rowsAfter(calendarMonitoringResults, ...[...messages].reverse())).toEqual(
    rowsAfter(calendarMonitoringResults, ...messages),
  );
});

test('a channel that was opened is no push, and a push makes a calendar known before its owner is', () => {
  const { owner_id: _owner, connection_id: _connection, ...ownerless } = calm;
  givenRow(calendarMonitoringResults).whenMessage(pushed('2026-01-05T09:00:00Z', 'sync')).thenUnchanged();
  givenRow(calendarMonitoringResults)
    .whenMessage(pushed('2026-01-05T09:00:00Z'))
    .thenRow({ ...ownerless, last_push_at: '2026-01-05T09:00:00.000Z' });
});

test('failures count until a sync succeeds, and stay in the rate', () => {
  const row = (...messages: Parameters<ReturnType<typeof givenRow>['whenMessage']>) =>
    rowsAfter(calendarMonitoringResults, ...messages)[0];
  const bad = [failed('2026-01-05T09:00:00Z', 1), failed('2026-01-05T09:01:00Z', 2, true)];
  expect(row(...bad)).toMatchObject({
    last_failure_at: '2026-01-05T09:01:00.000Z',
    last_failure: 'ProviderUnavailable',
    consecutive_failures: 2,
    parked: true,
    error_rate: 1,
  });
  expect(row(...bad, synced('2026-01-05T09:02:00Z'), synced('2026-01-05T09:03:00Z'))).toMatchObject({
    consecutive_failures: 0,
    parked: false,
    error_rate: 0.5,
    outcomes: 'ffss',
  });
});

test('a calendar that was removed comes back when it is added again, and by nothing else', () => {
  const gone = { ...calm, removed: true };
  givenRow(calendarMonitoringResults, calm).whenMessage(removed).thenRow(gone);
  givenRow(calendarMonitoringResults, gone)
    .whenMessage(pushed('2026-01-05T09:00:00Z'))
    .thenRow({ ...gone, last_push_at: '2026-01-05T09:00:00.000Z' });
  givenRow(calendarMonitoringResults, gone).whenMessage(added).thenRow(calm);
});

test('an account is suspended until it is connected again, and gone when it is removed', () => {
  const { calendarId: _calendar, ...connection } = about;
  const row = { connection_id: about.connectionId, owner_id: 'ada' };
  const established = { type: 'ConnectionEstablished.v1', data: connection };
  const suspended = {
    type: 'ConnectionSuspended.v1',
    data: { ...connection, reason: 'access-revoked' },
    time: '2026-01-05T09:00:00Z',
  };
  const off = { ...row, suspended_reason: 'access-revoked', suspended_at: '2026-01-05T09:00:00.000Z' };
  givenRow(monitoredConnections).whenMessage(established).thenRow(row);
  givenRow(monitoredConnections, row).whenMessage(suspended).thenRow(off);
  givenRow(monitoredConnections, off).whenMessage(established).thenRow(row);
  givenRow(monitoredConnections, off).whenMessage({ type: 'ConnectionRemoved.v1', data: connection }).thenNoRow();
});
