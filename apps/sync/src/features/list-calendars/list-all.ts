import {
  type CalendarProvider,
  type Credentials,
  CursorExpired,
  type ProviderCalendar,
  ProviderUnavailable,
} from '@calendar-sync/calendar-providers-port';
import type { Listing } from './calendar-registry';

/** Every page of the account's list since the cursor, or all of it; with a cursor that is lost, all of it too. */
export async function listAll(
  provider: CalendarProvider,
  credentials: Credentials,
  cursor: string | undefined,
  beforePage: () => Promise<void>,
): Promise<Listing & { cursor: string | undefined }> {
  const calendars: ProviderCalendar[] = [];
  const removed: string[] = [];
  let next: string | undefined;
  try {
    const pages = provider.calendars(credentials, cursor)[Symbol.asyncIterator]();
    for (;;) {
      await beforePage();
      const page = await pages.next();
      if (page.done) break;
      calendars.push(...page.value.calendars);
      removed.push(...page.value.removed);
      next = page.value.nextCursor ?? next;
      if (page.value.nextCursor !== undefined) break;
    }
  } catch (error) {
    if (cursor === undefined || !(error instanceof CursorExpired)) throw error;
    return listAll(provider, credentials, undefined, beforePage);
  }
  // Every account has its primary calendar: an empty list is a mishap, and believing it would let everything go.
  if (cursor === undefined && calendars.length === 0) throw new ProviderUnavailable('the list of calendars is empty');
  return { calendars, removed, full: cursor === undefined, cursor: next };
}
