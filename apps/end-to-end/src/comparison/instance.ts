import { entryIdOf } from '@calendar-sync/contracts-sync';

/** One instance of a calendar as both sides can be asked for it: by value, free of each side's own ids. */
export interface ComparableInstance {
  providerCalendarId: string;
  id: string;
  /** Our id of the master, empty for what belongs to no series. */
  series: string;
  originalStart: string;
  status: string;
  title: string;
  description: string;
  location: string;
  start: string;
  end: string;
  organizer: string;
  attendees: string[];
  conference: string[];
  kind: string;
  visibility: string;
  busy: boolean;
}

type Time = { date?: string; dateTime?: string } | undefined;

/** An instant for a time with an offset, the bare date for an all-day one: the two are never equal. */
export const timeOf = (time: Time): string =>
  time?.date ?? (time?.dateTime ? new Date(time.dateTime).toISOString() : '');

export interface TrueInstance {
  calendarId: string;
  id: string;
  recurringEventId?: string;
  originalStartTime?: { date?: string; dateTime?: string };
  status: string;
  summary?: string;
  description?: string;
  location?: string;
  start: { date?: string; dateTime?: string };
  end: { date?: string; dateTime?: string };
  organizer?: { email?: string };
  attendees?: { email?: string; responseStatus?: string }[];
  conferenceData?: { entryPoints?: { uri?: string }[] };
  eventType?: string;
  visibility?: string;
  transparency?: string;
}

/** What the provider says is true. `ours`: our id of each calendar, by the provider's. */
export const fromProvider = (item: TrueInstance, ours: ReadonlyMap<string, string>): ComparableInstance => ({
  providerCalendarId: item.calendarId,
  id: item.id,
  series: item.recurringEventId ? entryIdOf(ours.get(item.calendarId) ?? '', item.recurringEventId) : '',
  originalStart: timeOf(item.originalStartTime),
  status: item.status,
  title: item.summary ?? '',
  description: item.description ?? '',
  location: item.location ?? '',
  start: timeOf(item.start),
  end: timeOf(item.end),
  organizer: item.organizer?.email ?? '',
  attendees: (item.attendees ?? []).map((who) => `${who.email} ${who.responseStatus ?? 'needsAction'}`).sort(),
  conference: (item.conferenceData?.entryPoints ?? []).map(({ uri }) => uri ?? '').sort(),
  kind: item.eventType ?? 'default',
  visibility: item.visibility ?? 'default',
  busy: item.transparency !== 'transparent',
});

export interface ServedInstance {
  providerCalendarId: string;
  providerEntryId: string;
  seriesId?: string;
  originalStart?: { date?: string; dateTime?: string };
  status: string;
  title?: string;
  description?: string;
  location?: string;
  start: { date?: string; dateTime?: string };
  end: { date?: string; dateTime?: string };
  organizer?: { email?: string };
  attendees?: { email: string; response: string }[];
  conference?: { entryPoints: { uri: string }[] };
  kind: string;
  visibility: string;
  busy: boolean;
}

/** What the gateway serves. */
export const fromGateway = (item: ServedInstance): ComparableInstance => ({
  providerCalendarId: item.providerCalendarId,
  id: item.providerEntryId,
  series: item.seriesId ?? '',
  originalStart: timeOf(item.originalStart),
  status: item.status,
  title: item.title ?? '',
  description: item.description ?? '',
  location: item.location ?? '',
  start: timeOf(item.start),
  end: timeOf(item.end),
  organizer: item.organizer?.email ?? '',
  attendees: (item.attendees ?? []).map((who) => `${who.email} ${who.response}`).sort(),
  conference: (item.conference?.entryPoints ?? []).map(({ uri }) => uri).sort(),
  kind: item.kind,
  visibility: item.visibility,
  busy: item.busy,
});
