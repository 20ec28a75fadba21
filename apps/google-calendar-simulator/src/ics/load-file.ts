import type { Account } from '../oauth/account';
import { instanceId } from '../events/event-time';
import { hasSlot } from '../events/occurrences';
import type { World } from '../world';
import { type ReadEvent, readEvents } from './read-events';

export interface Loaded {
  account: Account;
  events: number;
  /** One line each for what was left out. */
  warnings: string[];
}

/** Puts the events of a calendar file into an account's primary calendar, which is made where it doesn't exist. */
export function loadCalendar(world: World, text: string, email: string): Loaded {
  const { events, warnings, zone } = readEvents(text, 'UTC');
  const account = world.accounts.byEmail(email) ?? world.addAccount({ email, timeZone: zone });
  const calendar = world.calendars.get(account.email);
  if (!calendar) throw new Error(`${email} has no calendar`);
  const ids = new Map<string, string>();
  let loaded = 0;
  const attempt = (event: ReadEvent, work: () => void) => {
    try {
      work();
      loaded++;
    } catch (error) {
      warnings.push(`${event.uid}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  for (const event of events.filter(({ slot }) => !slot)) {
    attempt(event, () => {
      if (ids.has(event.uid)) throw new Error('the UID came before');
      const saved = world.writes.insert(account, calendar, event.input, { anyId: true, conferenceDataVersion: 1 });
      ids.set(event.uid, saved.resource.id);
      if (event.input['status'] === 'cancelled')
        world.writes.write(calendar, saved.resource.id, { status: 'cancelled' }, 'patch');
    });
  }
  for (const event of events) {
    const { slot } = event;
    if (!slot) continue;
    attempt(event, () => {
      const master = world.book.stored(calendar.id, ids.get(event.uid) ?? '')?.resource;
      if (!master) throw new Error('a changed occurrence without its series');
      if (!hasSlot(master, slot.moment, slot.allDay))
        throw new Error('a changed occurrence that the series does not have');
      const { iCalUID: _uid, organizer: _organizer, ...changes } = event.input;
      world.writes.write(calendar, instanceId(master.id, slot.moment, slot.allDay), changes, 'update', {
        conferenceDataVersion: 1,
      });
    });
  }
  return { account, events: loaded, warnings };
}
