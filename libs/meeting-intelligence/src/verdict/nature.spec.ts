import { AssessableEntry, Attendee } from '../entry';
import { natureOf } from './nature';
import { peopleOf } from './people';

const who = (email: string, more: Partial<Attendee> = {}): Attendee => ({
  email,
  response: 'accepted',
  resource: false,
  self: false,
  ...more,
});
const me = who('me@acme.example', { self: true });
const nature = (attendees: Attendee[], more: Partial<AssessableEntry> = {}) => {
  const entry: AssessableEntry = { status: 'confirmed', attendees, ...more };
  return natureOf(entry, peopleOf(entry));
};

describe('The nature of a meeting', () => {
  it('is of two, of some, or of so many that nobody is missed', () => {
    const others = (count: number) => Array.from({ length: count }, (_, index) => who(`${index}@acme.example`));
    expect(nature([me]).size).toBe('solo');
    expect(nature([me, ...others(1)]).size).toBe('one-to-one');
    expect(nature([me, ...others(1), who('room@x', { resource: true })]).size).toBe('one-to-one');
    expect(nature([me, ...others(2)]).size).toBe('group');
    expect(nature([me, ...others(30)]).size).toBe('large');
    expect(nature([me], { attendeesOmitted: true }).size).toBe('large');
  });

  it('is internal within one organisation and its parts, and a free mail service is none', () => {
    expect(nature([me, who('a@acme.example')]).reach).toBe('internal');
    expect(nature([me, who('a@eu.acme.example')]).reach).toBe('internal');
    expect(nature([me, who('a@acme.example'), who('b@other.example')]).reach).toBe('external');
    expect(nature([me, who('a@gmail.com')]).reach).toBe('external');
    expect(nature([who('me@gmail.com', { self: true }), who('a@gmail.com')]).reach).toBe('unknown');
    expect(nature([me]).reach).toBe('unknown');
    expect(nature([who('a@acme.example'), who('b@acme.example')]).reach).toBe('unknown');
  });

  it('asks its owner for an answer once he was invited and has given none', () => {
    const asked = who('me@acme.example', { self: true, response: 'needsAction' });
    expect(nature([asked, who('a@acme.example')]).needsResponse).toBe(true);
    expect(nature([me, who('a@acme.example')]).needsResponse).toBe(false);
    expect(nature([asked, who('a@acme.example')], { organizer: { self: true } }).needsResponse).toBe(false);
    expect(nature([asked, who('a@acme.example')], { status: 'cancelled' }).needsResponse).toBe(false);
  });

  it('recurs as a series and as an instance of one', () => {
    expect(nature([me], { recurrence: ['RRULE:FREQ=DAILY'] }).recurring).toBe(true);
    expect(nature([me], { providerSeriesId: 'abc' }).recurring).toBe(true);
    expect(nature([me]).recurring).toBe(false);
  });
});
