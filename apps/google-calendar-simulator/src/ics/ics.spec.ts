import { type Simulator, startSimulator } from '../simulator';
import { type Item, person, pull } from '../testing/connect';

const FILE = `BEGIN:VCALENDAR
VERSION:2.0
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:weekly@outlook
SUMMARY:Weekly\\, with a comma
DTSTART;TZID=W. Europe Standard Time:20261005T090000
DTEND;TZID=W. Europe Standard Time:20261005T100000
RRULE:FREQ=WEEKLY;UNTIL=20261102T080000Z;BYDAY=MO
EXDATE;TZID=W. Europe Standard Time:20261012T090000
ORGANIZER;CN=Boss:mailto:boss@example.org
ATTENDEE;CN=Me;PARTSTAT=ACCEPTED:mailto:ICS@example.com
ATTENDEE;CUTYPE=ROOM:mailto:room@example.org
X-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.microsoft.com/l/meetup-join/19%
 3ameeting_x%40thread.v2/0
END:VEVENT
BEGIN:VEVENT
UID:weekly@outlook
RECURRENCE-ID;TZID=W. Europe Standard Time:20261019T090000
SUMMARY:Weekly\\, later
DTSTART;TZID=W. Europe Standard Time:20261019T140000
DTEND;TZID=W. Europe Standard Time:20261019T150000
END:VEVENT
BEGIN:VEVENT
UID:broken
SUMMARY:No start
END:VEVENT
BEGIN:VEVENT
UID:zone
DTSTART;TZID=Middle-earth/Shire:20261005T090000
END:VEVENT
BEGIN:VEVENT
UID:days
SUMMARY:Two days
DTSTART;VALUE=DATE:20261010
DURATION:P2D
DESCRIPTION:plain
X-ALT-DESC;FMTTYPE=text/html:<b>rich</b>
TRANSP:TRANSPARENT
STATUS:TENTATIVE
END:VEVENT
BEGIN:VEVENT
UID:utc
SUMMARY:In UTC
DTSTART:20261010T120000Z
DTEND:20261010T130000Z
CLASS:PRIVATE
END:VEVENT
END:VCALENDAR
`.replaceAll('\n', '\r\n');

let simulator: Simulator;
let answer: { events: number; warnings: string[]; calendars: object[] };
let items: Item[];

beforeAll(async () => {
  simulator = await startSimulator();
  const response = await fetch(`${simulator.url}/admin/ics/ics%40example.com`, { method: 'POST', body: FILE });
  answer = (await response.json()) as typeof answer;
  const { api } = await person(simulator.url, 'ics@example.com');
  items = (await pull(api)).items;
});
afterAll(() => simulator.close());

const named = (summary: string) => items.find((item) => item.summary === summary);

describe('a calendar file', () => {
  it('loads what can be read and names what cannot', () => {
    expect(answer.events).toBe(4);
    expect(answer.warnings).toEqual(['broken: no DTSTART', 'zone: an unknown time zone Middle-earth/Shire']);
  });

  it('keeps series with their exclusions, in an IANA zone', () => {
    const series = named('Weekly, with a comma');
    expect(series).toMatchObject({
      iCalUID: 'weekly@outlook',
      start: { dateTime: '2026-10-05T09:00:00+02:00', timeZone: 'Europe/Berlin' },
      recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20261102T080000Z', 'EXDATE:20261012T070000Z'],
      organizer: { email: 'boss@example.org' },
      attendees: [
        { email: 'ics@example.com', displayName: 'Me', responseStatus: 'accepted', self: true },
        { email: 'room@example.org', resource: true },
      ],
    });
    expect(series?.conferenceData?.entryPoints?.[0]?.uri).toBe(
      'https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0',
    );
  });

  it('turns a changed occurrence into an exception', () => {
    expect(named('Weekly, later')).toMatchObject({
      id: expect.stringMatching(/_20261019T070000Z$/),
      originalStartTime: { dateTime: '2026-10-19T09:00:00+02:00' },
      start: { dateTime: '2026-10-19T14:00:00+02:00' },
    });
  });

  it('keeps whole days, durations, HTML, visibility and status', () => {
    expect(named('Two days')).toMatchObject({
      start: { date: '2026-10-10' },
      end: { date: '2026-10-12' },
      description: '<b>rich</b>',
      transparency: 'transparent',
      status: 'tentative',
    });
    expect(named('In UTC')).toMatchObject({
      visibility: 'private',
      start: { dateTime: '2026-10-10T14:00:00+02:00', timeZone: 'Europe/Berlin' },
    });
  });
});
