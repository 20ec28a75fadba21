import fc from 'fast-check';
import { calendarIdOf, entryIdOf } from './identity';

describe('our ids', () => {
  // Written down: they stand in topics, in databases of consumers and in links. A change here loses every history.
  it('are the same for ever', () => {
    const calendarId = calendarIdOf('owner-1', 'google', '104857600000000000001', 'ada@example.org');
    expect(calendarId).toBe('d0e107f5-ca97-585a-a427-586d16868767');
    expect(entryIdOf(calendarId, '6oqj4c9g60o3gb9k74o66b9k6oqj4c9g')).toBe('51094a87-1cfa-52cc-a46b-ab6977bd82c8');
  });

  it('are version 5 UUIDs', () => {
    expect(calendarIdOf('o', 'google', 'a', 'c')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('tell two owners of one Google calendar apart', () => {
    expect(calendarIdOf('ada', 'google', '1', 'team@group.calendar.google.com')).not.toBe(
      calendarIdOf('bob', 'google', '1', 'team@group.calendar.google.com'),
    );
  });

  it('never meet for different parts, even when the parts run into each other', () => {
    const part = fc.string({ unit: fc.constantFrom('a', '|', ':', '1', '2') });
    const parts = fc.tuple(part, part, part, part);
    fc.assert(
      fc.property(parts, parts, (one, two) => {
        fc.pre(one.join('\0') !== two.join('\0'));
        expect(calendarIdOf(...one)).not.toBe(calendarIdOf(...two));
      }),
    );
  });

  it('of entries are apart from those of calendars and of entries of other calendars', () => {
    const one = calendarIdOf('o', 'google', 'a', 'one');
    const two = calendarIdOf('o', 'google', 'a', 'two');
    expect(entryIdOf(one, 'e')).not.toBe(entryIdOf(two, 'e'));
  });
});
