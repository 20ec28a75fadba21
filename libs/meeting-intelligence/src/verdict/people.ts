import { AssessableEntry } from '../entry';

const groupCalendar = /@(?:group(?:\.v)?|import)\.calendar\.google\.com$/i;
const ROOM = '@resource.calendar.google.com';

export interface People {
  /** The owner's own answer; absent where he was not asked. */
  ownResponse?: string;
  /** Addresses of the owner himself, lower case. */
  own: ReadonlySet<string>;
  /** Everybody but the owner: people, not rooms; lower case. */
  others: ReadonlySet<string>;
  /** Those of the others who have not declined. */
  comingOthers: number;
}

/** Who is there: rooms and shared calendars are nobody, and the owner is one person under whatever address. */
export const peopleOf = ({ organizer, attendees = [], providerCalendarId }: AssessableEntry): People => {
  const own = new Set<string>();
  if (organizer?.self && organizer.email) own.add(organizer.email.toLowerCase());
  if (providerCalendarId?.includes('@') && !groupCalendar.test(providerCalendarId)) {
    own.add(providerCalendarId.toLowerCase());
  }
  for (const { self, email } of attendees) if (self && email !== '') own.add(email.toLowerCase());
  for (const address of own) if (groupCalendar.test(address)) own.delete(address);

  const others = new Set<string>();
  const declined = new Set<string>();
  let ownResponse: string | undefined;
  for (let index = 0; index < attendees.length; index += 1) {
    const attendee = attendees[index]!;
    if (attendee.self) ownResponse = attendee.response;
    const address = attendee.email.toLowerCase();
    if (attendee.resource || address.endsWith(ROOM)) continue;
    if (attendee.self || own.has(address)) {
      ownResponse ??= attendee.response;
      continue;
    }
    const name = address === '' ? `#${index}` : address;
    others.add(name);
    if (attendee.response === 'declined') declined.add(name);
    else if (declined.size > 0) declined.delete(name);
  }
  // Without guests the organizer may just be the calendar that the entry lies on.
  const host = organizer?.email?.toLowerCase();
  if (attendees.length > 0 && host && !organizer?.self && !own.has(host) && !groupCalendar.test(host)) others.add(host);
  const people: People = { own, others, comingOthers: others.size - declined.size };
  if (ownResponse !== undefined) people.ownResponse = ownResponse;
  return people;
};
