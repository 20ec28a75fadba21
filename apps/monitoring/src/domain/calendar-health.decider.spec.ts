import { given } from '@calendar-sync/event-sourcing-core';
import { type CalendarHealth, errorRateOf, statusOf, withOutcome } from './calendar-health';
import { calendarHealth, type CalendarHealthChanged, dueAt, type ReportHealth } from './calendar-health.decider';

const healthy: CalendarHealth = {
  ownerId: 'ada',
  connectionId: 'connection',
  calendarId: 'calendar',
  status: 'healthy',
  lastSyncAt: '2026-01-05T09:00:00.000Z',
  consecutiveFailures: 0,
  errorRate: 0,
};
const synced: CalendarHealth = { ...healthy, lastSyncAt: '2026-01-05T09:00:20.000Z', syncDelayMs: 900 };
const failedOnce: CalendarHealth = {
  ...healthy,
  lastFailureAt: '2026-01-05T09:00:10.000Z',
  lastFailure: 'RateLimited',
  consecutiveFailures: 1,
  errorRate: 0.5,
};
const reported = (health: CalendarHealth, reportedAt: string): CalendarHealthChanged => ({
  type: 'CalendarHealthChanged',
  data: { health, reportedAt },
});
const report = (health: CalendarHealth, now: string): ReportHealth => ({ type: 'ReportHealth', data: { health, now } });

const nine = '2026-01-05T09:00:01.000Z';
const withinTheMinute = '2026-01-05T09:01:00.999Z';
const aMinuteLater = '2026-01-05T09:01:01.000Z';

test('a calendar that was never told of is told of', () => {
  given(calendarHealth).when(report(healthy, nine)).then(reported(healthy, nine));
});

test('a calendar that is as it was told is no news, however long ago that was', () => {
  given(calendarHealth, reported(healthy, nine))
    .when(report({ ...healthy }, '2026-03-01T00:00:00.000Z'))
    .thenNothing();
});

test('figures that moved are told once the minute is over', () => {
  given(calendarHealth, reported(healthy, nine)).when(report(synced, withinTheMinute)).thenNothing();
  given(calendarHealth, reported(healthy, nine))
    .when(report(synced, aMinuteLater))
    .then(reported(synced, aMinuteLater));
});

test('what was held back is due when the minute ends, and nothing is due when nothing was', () => {
  expect(dueAt({ health: healthy, reportedAt: nine }, synced)).toBe(aMinuteLater);
  expect(dueAt({ health: healthy, reportedAt: nine }, { ...healthy })).toBeUndefined();
  expect(dueAt({}, healthy)).toBeUndefined();
});

test('a failure is told at once, and so is each that follows it, and the recovery', () => {
  given(calendarHealth, reported(healthy, nine)).when(report(failedOnce, nine)).then(reported(failedOnce, nine));
  const failedTwice = { ...failedOnce, consecutiveFailures: 2 };
  given(calendarHealth, reported(healthy, nine), reported(failedOnce, nine))
    .when(report(failedTwice, nine))
    .then(reported(failedTwice, nine));
  const recovered = { ...failedOnce, consecutiveFailures: 0 };
  given(calendarHealth, reported(failedTwice, nine)).when(report(recovered, nine)).then(reported(recovered, nine));
});

test('another failure than the last one is told at once', () => {
  const revoked = { ...failedOnce, lastFailure: 'AccessRevoked' };
  given(calendarHealth, reported(failedOnce, nine)).when(report(revoked, nine)).then(reported(revoked, nine));
});

test('a calendar that is removed is told at once', () => {
  const removed: CalendarHealth = { ...healthy, status: 'removed' };
  given(calendarHealth, reported(healthy, nine)).when(report(removed, nine)).then(reported(removed, nine));
});

test('a calendar fails after three failures in a row, when it was parked, or when its account is suspended', () => {
  const well = { removed: false, suspended: false, parked: false, consecutiveFailures: 0 };
  expect(statusOf({ ...well, consecutiveFailures: 2 })).toBe('healthy');
  expect(statusOf({ ...well, consecutiveFailures: 3 })).toBe('failing');
  expect(statusOf({ ...well, parked: true })).toBe('failing');
  expect(statusOf({ ...well, suspended: true })).toBe('failing');
  expect(statusOf({ ...well, suspended: true, removed: true })).toBe('removed');
});

test('the error rate is that of the last fifty syncs', () => {
  expect(errorRateOf('')).toBe(0);
  expect(errorRateOf('sfss')).toBe(0.25);
  const fifty = 'f'.repeat(25) + 's'.repeat(25);
  expect(errorRateOf(fifty)).toBe(0.5);
  expect(errorRateOf(withOutcome(fifty, 's'))).toBe(0.48);
  expect(withOutcome(fifty, 's')).toHaveLength(50);
});
