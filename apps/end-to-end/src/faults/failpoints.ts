import type { Weaving } from '@calendar-sync/test-infrastructure';

/**
 * Where a process can be made to die, freeze, fail or wait: a place in the compiled product, by name. The replacement calls
 * `failpoint('<name>', details)`, or awaits `failpointAsync('<name>', details)` where it must be able to wait.
 */
const places = {
  'sync.page-fetched': {
    module: 'apps/sync/dist/features/pull-changes/puller.js',
    find: 'status = await this.store(lease, target, progress, next.value);',
    replace:
      "await failpointAsync('sync.page-fetched', { calendarId: lease.calendarId }); status = await this.store(lease, target, progress, next.value);",
  },
  'sync.watch-answered': {
    module: 'apps/sync/dist/features/watch-calendars/watch-keeper.js',
    find: 'return this.opened(calendar, target, channelId, openedAt, opened);',
    replace:
      "await failpointAsync('sync.watch-answered', { calendarId: calendar.calendarId }); return this.opened(calendar, target, channelId, openedAt, opened);",
  },
} satisfies Record<string, Omit<Weaving, 'name'>>;

export type Failpoint = keyof typeof places;

export const failpointWeavings = (names: readonly Failpoint[] = Object.keys(places) as Failpoint[]): Weaving[] =>
  names.map((name) => ({ name, ...(places[name] as Omit<Weaving, 'name'>) }));
