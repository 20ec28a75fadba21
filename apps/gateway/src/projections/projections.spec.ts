import type { EntryV1 } from '@calendar-sync/contracts-sync';
import { givenRow, rowsAfter } from '@calendar-sync/event-sourcing-postgres';
import { ownerWithCalendar } from '../gateway.fixture';
import { calendarEntries } from './calendar-entries.projection';
import { calendarSyncStatus } from './calendar-sync-status.projection';
import { calendars } from './calendars.projection';
import { connections } from './connections.projection';
import { endless } from './extent';
import { meetings } from './meetings.projection';
import { operations } from './operations.projection';

const owner = ownerWithCalendar('ada');
const added = (entry: EntryV1, sequence = 1) => ({ type: 'EntryAdded.v1', data: owner.of(entry), sequence });
const changed = (entry: EntryV1, sequence: number) => ({
  type: 'EntryChanged.v1',
  data: { ...owner.of(entry), changed: [] },
  sequence,
});
const cancelled = (entry: EntryV1, sequence: number) => ({
  type: 'EntryCancelled.v1',
  data: { ...owner.of({ ...entry, status: 'cancelled' }), reason: 'cancelled-at-provider', changed: [] },
  sequence,
});
const only = <Row>(rows: Row[]) => rows[0];

describe('the entries', () => {
  const single = owner.entry('single');
  const exception = owner.entry('series_20261123T080000Z', {
    seriesId: owner.entry('series').entryId,
    originalStart: { dateTime: '2026-11-23T09:00:00+01:00' },
  });

  it('hold what was said last', () => {
    const renamed = { ...single, title: 'Renamed' };
    expect(rowsAfter(calendarEntries, added(single), changed(renamed, 2))).toMatchObject([
      { shown: { title: 'Renamed', sequence: 2 }, sequence: 2 },
    ]);
  });

  it('are the same when every message comes twice, and when an old one comes late', () => {
    const messages = [added(single), changed({ ...single, title: 'Renamed' }, 2)];
    const once = rowsAfter(calendarEntries, ...messages);
    expect(rowsAfter(calendarEntries, ...messages, ...messages)).toEqual(once);
    givenRow(calendarEntries, only(once)).whenMessage(added(single)).thenUnchanged();
  });

  it('take the numbers of a restored producer, which count again', () => {
    const restored = { ...added({ ...single, title: 'Restored' }, 1), epoch: 2 };
    expect(rowsAfter(calendarEntries, changed(single, 40), restored)).toMatchObject([
      { epoch: 2, sequence: 1, shown: { title: 'Restored', sequence: 1 } },
    ]);
  });

  it('lose a cancelled entry, but keep a cancelled occurrence, because it takes one out of its series', () => {
    expect(rowsAfter(calendarEntries, added(single), cancelled(single, 2))).toEqual([]);
    expect(rowsAfter(calendarEntries, added(exception), cancelled(exception, 2))).toMatchObject([
      { cancelled: true, series_id: exception.seriesId, slot: '2026-11-23T08:00:00.000Z' },
    ]);
  });

  it('take an exception before its series', () => {
    expect(rowsAfter(calendarEntries, added(exception))).toMatchObject([
      { cancelled: false, original_at: '2026-11-23T08:00:00.000Z' },
    ]);
  });

  const extent = (changes: Partial<EntryV1>) => {
    const [row] = rowsAfter(calendarEntries, added(owner.entry('extent', changes)));
    return row && [row.extent, row.occupies_from, row.occupies_until];
  };
  const start = { dateTime: '2026-11-23T09:00:00Z', timeZone: 'UTC' };
  const end = { dateTime: '2026-11-23T10:00:00Z', timeZone: 'UTC' };

  it('know when they can be in a window at all', () => {
    expect(extent({ start, end })).toEqual(['short', '2026-11-23T09:00:00.000Z', '2026-11-23T10:00:00.000Z']);
    expect(extent({ start: { date: '2026-11-23' }, end: { date: '2026-11-24' } })).toEqual([
      'short',
      '2026-11-22T10:00:00.000Z',
      '2026-11-24T12:00:00.000Z',
    ]);
    expect(extent({ start: { date: '2026-11-23' }, end: { date: '2026-12-01' } })?.[0]).toBe('lasting');
    expect(extent({ start, end, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] })).toEqual([
      'lasting',
      '2026-11-23T09:00:00.000Z',
      '2026-12-07T10:00:00.000Z',
    ]);
    expect(extent({ start, end, recurrence: ['RRULE:FREQ=WEEKLY'] })?.[2]).toBe(endless);
    expect(extent({ start, end, recurrence: ['RRULE:FREQ=NEVER'] })).toEqual([
      'lasting',
      '2026-11-23T09:00:00.000Z',
      '2026-11-23T10:00:00.000Z',
    ]);
    expect(extent({ start, end, recurrence: ['RDATE:20261101T090000Z'] })?.[1]).toBe('2026-11-01T09:00:00.000Z');
  });
});

describe('the calendars', () => {
  const { calendar, about } = owner;
  const there = { type: 'CalendarAdded.v1', data: { ...about, calendar }, sequence: 1 };
  const gone = { type: 'CalendarRemoved.v1', data: { ...about, reason: 'disconnected' }, sequence: 2 };

  it('are kept when they are removed, and come back with another connection', () => {
    expect(rowsAfter(calendars, there, gone)).toMatchObject([{ removed: true, removed_reason: 'disconnected' }]);
    const connectionId = '0f8fad5b-d9cb-469f-a165-70867728950e';
    const back = {
      type: 'CalendarAdded.v1',
      data: { ...about, connectionId, calendar: { ...calendar, connectionId } },
      sequence: 3,
    };
    expect(rowsAfter(calendars, there, gone, back)).toMatchObject([{ removed: false, connection_id: connectionId }]);
  });

  it('keep the new channel when the old one is stopped for it', () => {
    const opened = (sequence: number) => ({
      type: 'WatchOpened.v1',
      data: { ...about, channelId: 'c', expiresAt: '2026-12-01T00:00:00Z' },
      sequence,
    });
    const stopped = (reason: string) => ({
      type: 'WatchStopped.v1',
      data: { ...about, channelId: 'b', reason },
      sequence: 4,
    });
    expect(rowsAfter(calendars, there, opened(2), opened(3), stopped('renewed'))).toMatchObject([
      { watch: { state: 'open' } },
    ]);
    expect(rowsAfter(calendars, there, opened(2), opened(3), stopped('expired'))).toMatchObject([
      { watch: { state: 'stopped', reason: 'expired' } },
    ]);
  });
});

describe('the connections', () => {
  const about = { ownerId: 'ada', connectionId: owner.connectionId };
  const established = (sequence: number) => ({
    type: 'ConnectionEstablished.v1',
    data: { ...about, provider: 'google', account: '1', scopes: ['calendar'], connectedAt: '2026-11-20T08:00:00Z' },
    sequence,
  });
  const suspended = { type: 'ConnectionSuspended.v1', data: { ...about, reason: 'access-revoked' }, sequence: 2 };
  const removed = {
    type: 'ConnectionRemoved.v1',
    data: { ...about, provider: 'google', removedAt: '2026-11-21T08:00:00Z' },
    sequence: 3,
  };

  it('say why they are suspended until they are established again', () => {
    expect(rowsAfter(connections, established(1), suspended)).toMatchObject([
      { status: 'suspended', suspended: { reason: 'access-revoked' }, account: '1' },
    ]);
    const [row] = rowsAfter(connections, established(1), suspended, established(3));
    expect(row).toMatchObject({ status: 'active' });
    expect(row).not.toHaveProperty('suspended');
  });

  it('are kept when they are removed, because they hide what came through them', () => {
    expect(rowsAfter(connections, established(1), removed)).toMatchObject([{ status: 'removed', account: '1' }]);
  });
});

describe('the state of a copy', () => {
  const { about } = owner;
  const pullId = '0f8fad5b-d9cb-469f-a165-70867728950e';
  const counts = { pages: 2, items: 300, added: 300, changed: 0, cancelled: 0 };
  const progressed = (sequence: number) => ({
    type: 'CalendarSyncProgressed.v1',
    data: { ...about, pullId, kind: 'full', pages: 1, items: 250 },
    sequence,
  });
  const synced = (sequence: number) => ({
    type: 'CalendarSynced.v1',
    data: {
      ...about,
      ...counts,
      pullId,
      kind: 'full',
      trigger: 'connected',
      startedAt: '2026-11-20T08:00:00Z',
      finishedAt: '2026-11-20T08:00:05Z',
      nextPollAt: '2026-11-20T08:30:00Z',
      pollReason: 'push works',
    },
    sequence,
  });
  const failed = (sequence: number, parked: boolean) => ({
    type: 'CalendarSyncFailed.v1',
    data: {
      ...about,
      trigger: 'poll',
      failedAt: '2026-11-20T09:00:00Z',
      failure: 'ProviderUnavailable',
      consecutiveFailures: 1,
      parked,
    },
    sequence,
  });
  const health = {
    type: 'CalendarHealthChanged.v1',
    data: { ...about, status: 'failing', consecutiveFailures: 3, errorRate: 0.2 },
    sequence: 1,
  };
  const stateAfter = (...messages: Parameters<typeof rowsAfter>[1][]) =>
    rowsAfter(calendarSyncStatus, ...messages)[0]?.state;

  it('is syncing, current, failing, parked, and current again', () => {
    expect(stateAfter(progressed(1))).toBe('syncing');
    expect(stateAfter(progressed(1), synced(2))).toBe('current');
    expect(stateAfter(synced(1), failed(2, false))).toBe('failing');
    expect(stateAfter(synced(1), failed(2, false), progressed(3))).toBe('failing');
    expect(stateAfter(synced(1), failed(2, true))).toBe('parked');
    expect(stateAfter(synced(1), failed(2, true), synced(3))).toBe('current');
  });

  it('keeps what the pulls and what monitoring said apart, in whatever order they come', () => {
    const one = rowsAfter(calendarSyncStatus, synced(1), health);
    const other = rowsAfter(calendarSyncStatus, health, synced(1));
    expect(one).toEqual(other);
    expect(one).toMatchObject([{ state: 'current', health: { status: 'failing' }, poll_reason: 'push works' }]);
  });

  it('drops the progress of a pull that is over', () => {
    const [row] = rowsAfter(calendarSyncStatus, progressed(1), synced(2));
    expect(row?.progress).toBeUndefined();
    expect(row).toMatchObject({ fresh_as_of: '2026-11-20T08:00:00Z', last_synced_at: '2026-11-20T08:00:05Z' });
  });
});

describe('the meetings', () => {
  const meeting = {
    meetingId: '0f8fad5b-d9cb-469f-a165-70867728950e',
    entryId: owner.entry('review').entryId,
    calendarId: owner.calendarId,
    start: { dateTime: '2026-11-23T09:00:00Z' },
    end: { dateTime: '2026-11-23T10:00:00Z' },
    reasons: ['has-other-attendees'],
  };
  const about = { ownerId: 'ada', calendarId: owner.calendarId, meetingId: meeting.meetingId };
  const scheduled = { type: 'MeetingScheduled.v1', data: { ...about, meeting }, sequence: 1 };
  const instance = { seriesId: owner.entry('series').entryId, originalStart: { date: '2026-11-23' } };

  it('lose a cancelled meeting, but keep a cancelled instance of a series', () => {
    const gone = (more: object) => ({
      type: 'MeetingCancelled.v1',
      data: { ...about, entryId: meeting.entryId, reason: 'entry-cancelled', ...more },
      sequence: 2,
    });
    expect(rowsAfter(meetings, scheduled, gone({}))).toEqual([]);
    expect(rowsAfter(meetings, gone(instance))).toMatchObject([
      { cancelled: true, slot: '2026-11-23', series_id: instance.seriesId },
    ]);
  });

  it('pass over an occurrence that is as its series gives it, until it goes its own way', () => {
    const told = (type: string, more: object, sequence: number) => ({
      type,
      data: { ...about, ...more },
      sequence,
    });
    const given = told('MeetingScheduled.v1', { meeting: { ...meeting, ...instance, fromSeries: true } }, 1);
    const givenUp = told(
      'MeetingCancelled.v1',
      { entryId: meeting.entryId, ...instance, fromSeries: true, reason: 'no_longer_in_series' },
      2,
    );
    const ownWay = told(
      'MeetingChanged.v1',
      { meeting: { ...meeting, ...instance }, changed: [{ field: 'fromSeries', old: true }] },
      3,
    );
    expect(rowsAfter(meetings, given, givenUp)).toEqual([]);
    expect(rowsAfter(meetings, given, ownWay)).toMatchObject([{ cancelled: false, slot: '2026-11-23' }]);
  });
});

describe('the operations', () => {
  const about = { operationId: '0f8fad5b-d9cb-469f-a165-70867728950e', ownerId: 'ada' };
  const at = '2026-11-20T08:00:00Z';
  const accepted = {
    type: 'OperationAccepted',
    data: { ...about, kind: 'sync-calendars', actor: { sub: 'ada', roles: ['owner'] }, acceptedAt: at },
  };
  const step = { type: 'OperationStepTaken', data: { ...about, step: 'pulled', at } };
  const expired = { type: 'OperationExpired', data: { ...about, at } };
  const succeeded = { type: 'OperationSucceeded', data: { ...about, result: { calendars: 1 }, at } };

  it('hold each step once and the outcome', () => {
    expect(rowsAfter(operations, accepted, step, step, succeeded)).toMatchObject([
      { status: 'succeeded', steps: [{ step: 'pulled', at }], result: { calendars: 1 }, finished_at: at },
    ]);
  });

  it('name the connection that the account has, whichever was asked for', () => {
    const asked = {
      ...accepted,
      data: { ...accepted.data, kind: 'connect-account', connectionId: owner.connectionId },
    };
    const connectionId = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
    const answered = { ...succeeded, data: { ...succeeded.data, result: { connectionId } } };
    expect(rowsAfter(operations, asked)).toMatchObject([{ connection_id: owner.connectionId }]);
    expect(rowsAfter(operations, asked, answered)).toMatchObject([{ connection_id: connectionId }]);
  });

  it('forget that they expired when the answer comes after all', () => {
    expect(rowsAfter(operations, accepted, expired)).toMatchObject([
      { status: 'expired', failure: { code: 'expired' } },
    ]);
    const [row] = rowsAfter(operations, accepted, expired, succeeded);
    expect(row).toMatchObject({ status: 'succeeded' });
    expect(row?.failure).toBeUndefined();
  });

  it('know nothing of what they never accepted', () => {
    expect(rowsAfter(operations, step, succeeded)).toEqual([]);
  });
});
