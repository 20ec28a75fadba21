import { createHash, randomUUID } from 'node:crypto';
import type { EntryAddedV1, EntryV1 } from '@calendar-sync/contracts-sync';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FIRST = Date.UTC(2026, 0, 5, 7);

/** A calendar like any other: whose it is, and its ids. The same number gives the same calendar. */
export const sampleCalendar = (number: number) => ({
  ownerId: `owner-${number}`,
  connectionId: uuid(`connection ${number}`),
  calendarId: uuid(`calendar ${number}`),
});

/**
 * What sync tells of a new entry: a meeting of an hour with six people, a description of a few lines and a link, about 2 kB
 * of JSON, as a full calendar holds them. The same number gives the same content; its id is new.
 */
export function sampleEntry(number: number, calendar = sampleCalendar(number % 500)): EntryAddedV1 {
  const entryId = randomUUID();
  const providerEntryId = entryId.replaceAll('-', '').slice(0, 26);
  const start = FIRST + ((number * 37) % 8_760) * HOUR;
  const entry: EntryV1 = {
    entryId,
    calendarId: calendar.calendarId,
    providerEntryId,
    providerCalendarId: `${calendar.ownerId}@example.org`,
    status: 'confirmed',
    title: `Review ${number}: what changed since last week`,
    start: { dateTime: new Date(start).toISOString(), timeZone: 'Europe/Berlin' },
    end: { dateTime: new Date(start + HOUR).toISOString(), timeZone: 'Europe/Berlin' },
    description: `${words(number, 60)}\n\nJoin: https://meet.example.org/${words(number + 1, 1)}-${number}`,
    location: `Room ${number % 40}, second floor`,
    organizer: { email: 'organizer@example.org', name: 'Olga Organizer' },
    creator: { email: 'organizer@example.org' },
    attendees: Array.from({ length: 6 }, (_, index) => ({
      email: `person.${(number + index) % 1_000}@example.org`,
      name: `Person ${(number + index) % 1_000}`,
      response: index % 2 === 0 ? ('accepted' as const) : ('needsAction' as const),
      optional: index === 5,
      resource: false,
      self: index === 0,
    })),
    conference: {
      solution: 'hangoutsMeet',
      name: 'Google Meet',
      conferenceId: `abc-defg-${number % 1_000}`,
      entryPoints: [{ type: 'video', uri: `https://meet.google.com/abc-defg-${number % 1_000}` }],
    },
    iCalUid: `${providerEntryId}@google.com`,
    link: `https://www.google.com/calendar/event?eid=${providerEntryId}`,
    providerUpdatedAt: new Date(start - 100 * HOUR).toISOString(),
    visibility: 'default',
    busy: true,
    kind: 'default',
  };
  return { ...calendar, entryId, entry };
}

const vocabulary =
  'agenda budget design launch customers release numbers roadmap questions hiring follow up notes draft'.split(' ');

const words = (seed: number, count: number) =>
  Array.from(
    { length: count },
    (_, index) => vocabulary[(seed * 7 + index * (1 + (seed % 5))) % vocabulary.length],
  ).join(' ');

function uuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
