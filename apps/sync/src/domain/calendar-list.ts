export interface ListedCalendar {
  providerCalendarId: string;
  title: string;
  description?: string;
  timeZone: string;
  accessRole: string;
  primary: boolean;
  hidden: boolean;
  color?: string;
}

export interface KnownCalendar {
  calendarId: string;
  connectionId: string;
  active: boolean;
  /** On the list, and yet gone when it was pulled: left alone for a while. */
  resting?: boolean;
  listed: ListedCalendar;
}

export type CalendarDecision =
  | { kind: 'added'; calendar: ListedCalendar }
  | { kind: 'changed'; calendarId: string; calendar: ListedCalendar; changed: string[] }
  | { kind: 'removed'; calendarId: string };

/**
 * What a listing says about the calendars of a connection. Only a full listing says that a calendar is gone by leaving it out.
 * A calendar that came back, or comes through another connection of the same account, is added again; one that rests only
 * once the provider has something new to say of it. Of a calendar that shows nothing but busy times there is nothing to sync.
 */
export function compareListing(
  listing: { calendars: ListedCalendar[]; removed: string[]; full: boolean },
  known: KnownCalendar[],
  connectionId: string,
): CalendarDecision[] {
  const byProviderId = new Map(known.map((calendar) => [calendar.listed.providerCalendarId, calendar]));
  const latest = new Map(listing.calendars.map((calendar) => [calendar.providerCalendarId, calendar]));
  const unreadable = listing.calendars.filter(({ accessRole }) => accessRole === 'freeBusyReader');
  const removed = new Set([...listing.removed, ...unreadable.map(({ providerCalendarId }) => providerCalendarId)]);
  for (const id of removed) latest.delete(id);

  const decisions: CalendarDecision[] = [];
  for (const calendar of latest.values()) {
    const before = byProviderId.get(calendar.providerCalendarId);
    const isSame = before?.connectionId === connectionId;
    if (isSame && !before.active && before.resting && listing.full && differing(before.listed, calendar).length === 0)
      continue;
    if (!isSame || !before.active) {
      decisions.push({ kind: 'added', calendar });
      continue;
    }
    const changed = differing(before.listed, calendar);
    if (changed.length > 0) decisions.push({ kind: 'changed', calendarId: before.calendarId, calendar, changed });
  }
  for (const { active, calendarId, connectionId: through, listed } of known) {
    if (!active || through !== connectionId) continue;
    const gone = removed.has(listed.providerCalendarId) || (listing.full && !latest.has(listed.providerCalendarId));
    if (gone) decisions.push({ kind: 'removed', calendarId });
  }
  return decisions;
}

const fields = ['title', 'description', 'timeZone', 'accessRole', 'primary', 'hidden', 'color'] as const;

const differing = (before: ListedCalendar, after: ListedCalendar) =>
  fields.filter((field) => before[field] !== after[field]);
