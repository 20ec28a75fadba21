import { parse, v5 as uuidV5 } from 'uuid';

// Bytes, because reading them anew for each id took longer than the id.
const CALENDAR_SYNC = parse('5b3f5c1e-6a57-5f0e-9f43-0f9d5a1f7c11');

const name = (...parts: string[]) => parts.map((part) => `${part.length}:${part}`).join('|');

/** Ours for one owner's view of one calendar; the same again after a reconnect. Account: the token's `sub`, else the primary calendar's id. */
export const calendarIdOf = (ownerId: string, provider: string, account: string, providerCalendarId: string) =>
  uuidV5(Buffer.from(name('calendar', ownerId, provider, account, providerCalendarId)), CALENDAR_SYNC);

/** Ours for an entry, an exception, or an instance of a series that has none yet (by the provider's instance id). */
export const entryIdOf = (calendarId: string, providerEntryId: string) =>
  uuidV5(Buffer.from(name('entry', calendarId, providerEntryId)), CALENDAR_SYNC);
