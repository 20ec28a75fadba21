import type { Account } from '../oauth/account';
import { isCancelled, isMaster, type EventResource } from '../events/event';
import { instantOfTime } from '../events/event-time';
import { occurrencesIn, overlaps, type Window } from '../events/list-items';
import { render } from '../events/render-event';
import type { World } from '../world';

/** Everything that happens on an account's calendars in a window: series expanded, exceptions applied, cancelled ones left out. */
export function truth(world: World, account: Account, window: Window, only?: string): object[] {
  const found: { start: number; id: string; calendarId: string; item: object }[] = [];
  for (const entry of world.calendars.listOf(account.email)) {
    const calendar = world.calendars.get(entry.calendarId);
    const role = calendar?.access[account.email];
    if (!calendar || role === undefined || entry.deleted || (only !== undefined && only !== calendar.id)) continue;
    const view = { calendarId: calendar.id, timeZone: calendar.timeZone, role };
    const stored = world.book.all(calendar.id);
    const exceptions = Map.groupBy(stored, ({ resource }) => resource.recurringEventId ?? '');
    const events = stored.flatMap((each): EventResource[] => {
      const { resource } = each;
      if (isCancelled(resource) || world.book.isHidden(calendar.id, each)) return [];
      if (isMaster(resource))
        return occurrencesIn(resource, exceptions.get(resource.id) ?? [], window, calendar.timeZone);
      return overlaps(resource, calendar.timeZone, window) ? [resource] : [];
    });
    for (const event of events) {
      const item = { calendarId: calendar.id, ...render(event, view) };
      found.push({ start: instantOfTime(event.start, calendar.timeZone), id: event.id, calendarId: calendar.id, item });
    }
  }
  return found
    .sort((a, b) => a.start - b.start || compare(a.id, b.id) || compare(a.calendarId, b.calendarId))
    .map(({ item }) => item);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
