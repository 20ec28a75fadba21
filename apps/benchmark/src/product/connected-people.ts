import type { Bench } from '../part';
import { connectAll, type Product, settled } from './product';
import type { Person } from './simulated-google';

/** A calendar of a connected person, with an entry of its own that can be changed. */
export interface OwnCalendar {
  person: Person;
  providerCalendarId: string;
  providerEntryId: string;
  /** The start of that entry, RFC 3339. */
  start: string;
}

export interface Connected {
  people: Person[];
  /** All but those of holidays, which nobody can change and Google doesn't watch. */
  calendars: OwnCalendar[];
  /** From the first request to connect until everything had come to rest. */
  seconds: number;
}

/** People with so many calendars each (one of holidays among them), connected, every calendar pulled, watched and at rest. */
export async function connectPeople(
  bench: Bench,
  product: Product,
  { people: count, calendarsEach, entriesEach }: { people: number; calendarsEach: number; entriesEach: number },
): Promise<Connected> {
  const { google } = product;
  bench.progress(`fills the calendars of ${count} people`);
  const people = await google.seed(count, entriesEach, 'example.com');
  const calendars: OwnCalendar[] = [];
  const start = new Date(Date.now() + 86_400_000).toISOString();
  for (const person of people) {
    const ids = [person.email];
    for (let more = 3; more <= calendarsEach; more += 1) ids.push(await google.addCalendar(person, `Team ${more}`));
    for (const providerCalendarId of ids) {
      const { id } = await google.insert(person, providerCalendarId, {
        summary: 'first',
        start: { dateTime: start, timeZone: 'UTC' },
        end: { dateTime: new Date(Date.parse(start) + 1_800_000).toISOString(), timeZone: 'UTC' },
        // Nobody of whom the provider keeps a calendar: a change here changes nothing in another one.
        attendees: [{ email: 'guest@customer.example' }, { email: 'host@customer.example' }],
        location: 'https://meet.google.com/abc-defg-hij',
      });
      calendars.push({ person, providerCalendarId, providerEntryId: id, start });
    }
  }
  const began = Date.now();
  bench.progress(`connects ${count} people`);
  await connectAll(product, people);
  await settled(product, count * calendarsEach, bench.progress);
  return { people, calendars, seconds: (Date.now() - began) / 1_000 };
}
