import fc from 'fast-check';
import { AssessableEntry, assessMeeting, Attendee } from './index';

const entry = (more: Partial<AssessableEntry> = {}): AssessableEntry => ({
  status: 'confirmed',
  kind: 'default',
  ...more,
});
const attendee = (email: string, more: Partial<Attendee> = {}): Attendee => ({
  email,
  response: 'accepted',
  resource: false,
  self: false,
  ...more,
});
const me = attendee('me@example.com', { self: true });
const you = attendee('you@example.com');
const zoomLink = 'https://zoom.us/j/123456789';
const meetLink = 'https://meet.google.com/abc-defg-hij';
const video = (uri: string, more: object = {}) => ({
  entryPoints: [
    { type: 'phone', uri: 'tel:+1-2' },
    { type: 'video', uri, ...more },
  ],
});

describe('A meeting', () => {
  it('is attended together, with a link or without one', () => {
    expect(assessMeeting(entry({ attendees: [me, you] }))).toEqual({
      isMeeting: true,
      reasons: ['has-other-attendees'],
      candidates: [],
    });
    expect(assessMeeting(entry({ attendees: [me, you], location: zoomLink })).reasons).toEqual([
      'has-join-link',
      'has-other-attendees',
    ]);
  });

  it('may be a block of one person that has a way to join', () => {
    expect(assessMeeting(entry({ location: zoomLink }))).toMatchObject({ isMeeting: true, reasons: ['has-join-link'] });
    expect(assessMeeting(entry({ conference: { entryPoints: [{ type: 'phone', uri: 'tel:+1-2' }] } })).reasons).toEqual(
      ['has-dial-in'],
    );
  });

  it('is none when nobody but its owner and a room is there', () => {
    const room = attendee('room@resource.calendar.google.com', { resource: true });
    for (const attendees of [undefined, [me], [me, room]]) {
      expect(assessMeeting(entry({ attendees, organizer: { email: 'Me@example.com', self: true } }))).toMatchObject({
        isMeeting: false,
        reasons: ['solo-without-link'],
      });
    }
  });

  it('counts the organizer who hides the guests from each other, but not the calendar that an entry lies on', () => {
    expect(assessMeeting(entry({ attendees: [me], organizer: { email: 'host@example.com' } })).isMeeting).toBe(true);
    expect(
      assessMeeting(entry({ attendees: [me], organizer: { email: 'team@group.calendar.google.com' } })).isMeeting,
    ).toBe(false);
    expect(assessMeeting(entry({ organizer: { email: 'host@example.com' } })).isMeeting).toBe(false);
  });

  it('is believed in where the provider cut the list of attendees', () => {
    expect(assessMeeting(entry({ attendees: [me], attendeesOmitted: true })).reasons).toEqual(['has-other-attendees']);
  });

  it.each([
    ['cancelled', { status: 'cancelled' as const }, 'cancelled'],
    ['declined by its owner', { attendees: [{ ...me, response: 'declined' }, you] }, 'declined-by-owner'],
    ['out of office', { kind: 'outOfOffice' }, 'out-of-office'],
    ['focus time', { kind: 'focusTime' }, 'focus-time'],
    ['a working location', { kind: 'workingLocation' }, 'working-location'],
    ['a birthday', { kind: 'birthday' }, 'birthday'],
    ['a holiday', { organizer: { email: 'en.german#holiday@group.v.calendar.google.com' } }, 'holiday'],
  ])('is none when it is %s, whatever its links', (_name, more, reason) => {
    const assessed = assessMeeting(entry({ attendees: [me, you], location: zoomLink, ...more }));
    expect(assessed).toMatchObject({ isMeeting: false, reasons: [reason], candidates: [{ url: zoomLink }] });
    expect(assessed.join).toBeUndefined();
  });

  it('stays one when somebody else declines', () => {
    expect(assessMeeting(entry({ attendees: [me, { ...you, response: 'declined' }] })).isMeeting).toBe(true);
  });

  it('is judged by its content when a mail made it, or when its kind is newer than we are', () => {
    expect(assessMeeting(entry({ kind: 'fromGmail', location: 'Gate 12' })).isMeeting).toBe(false);
    expect(assessMeeting(entry({ kind: 'fromGmail', description: `Join ${zoomLink}` })).isMeeting).toBe(true);
    expect(assessMeeting(entry({ kind: 'somethingNew', attendees: [me, you] })).isMeeting).toBe(true);
  });

  it('waits for its link while the conference is pending, but not when that failed', () => {
    const pending = assessMeeting(entry({ conference: { status: 'pending', entryPoints: [] } }));
    expect(pending).toEqual({ isMeeting: true, reasons: ['conference-pending'], candidates: [] });
    expect(assessMeeting(entry({ conference: { status: 'failure', entryPoints: [] } })).isMeeting).toBe(false);
  });
});

describe('The link to join by', () => {
  it('comes from the conference, then the Meet mirror, then the location, then the description', () => {
    const teamsLink = 'https://teams.live.com/meet/9345678901234';
    const webexLink = 'https://acme.webex.com/meet/jane';
    const all = entry({
      conference: video(zoomLink),
      hangoutLink: meetLink,
      location: teamsLink,
      description: webexLink,
    });
    const { join, candidates } = assessMeeting(all);
    expect(join?.url).toBe(zoomLink);
    expect(candidates.map(({ source, url }) => [source, url])).toEqual([
      ['conferenceData', zoomLink],
      ['hangoutLink', meetLink],
      ['location', teamsLink],
      ['description', webexLink],
    ]);
  });

  it('takes what the conference says beside the link', () => {
    expect(assessMeeting(entry({ conference: video(zoomLink, { passcode: '42' }) })).join).toEqual({
      url: zoomLink,
      provider: 'zoom',
      source: 'conferenceData',
      meetingId: '123456789',
      passcode: '42',
    });
  });

  it('is the video entry point even of a service that is not known', () => {
    const conference = video('https://video.example.org/room/7', { meetingCode: '7' });
    expect(assessMeeting(entry({ conference })).join).toMatchObject({ provider: 'other', meetingId: '7' });
    expect(assessMeeting(entry({ conference: video('javascript:alert(1)') })).join).toBeUndefined();
  });

  it('is the one with the passcode when the same meeting is linked twice', () => {
    const { join } = assessMeeting(entry({ location: zoomLink, description: `${zoomLink}?pwd=x` }));
    expect(join).toMatchObject({ url: `${zoomLink}?pwd=x`, source: 'description' });
    const other = assessMeeting(entry({ location: zoomLink, description: 'https://zoom.us/j/987654321?pwd=x' }));
    expect(other.join?.url).toBe(zoomLink);
  });

  it.each([
    ['at the end of a sentence', `Join us at ${zoomLink}.`, zoomLink],
    ['in brackets', `(${zoomLink})`, zoomLink],
    ['behind its text', `Join the call<${zoomLink}>`, zoomLink],
    ['in markdown', `[Join](${zoomLink})`, zoomLink],
    ['in HTML', `<p>Hi</p><a href="${zoomLink}?pwd=a&amp;tk=b">Join</a>`, `${zoomLink}?pwd=a&tk=b`],
    [
      'in HTML that was escaped twice',
      `&lt;a href=&quot;${zoomLink}?pwd=a&amp;amp;tk=b&quot;&gt;`,
      `${zoomLink}?pwd=a&tk=b`,
    ],
    ['before a line break of iCalendar', `${zoomLink}\\nDial in: 1`, zoomLink],
    ['in full-width punctuation', `会议链接：${zoomLink}。`, zoomLink],
    ['with invisible characters', `https://zoom\u200b.us/j/123\u200b456789`, zoomLink],
    ['without a scheme', 'Join: zoom.us/j/123456789', zoomLink],
    ['without a scheme in brackets', '(acme.zoom.us/j/123456789)', 'https://acme.zoom.us/j/123456789'],
    ['behind a comma', `https://example.com/agenda,${zoomLink}`, zoomLink],
    ['with a passcode that ends in a dash', `${zoomLink}?pwd=ab-`, `${zoomLink}?pwd=ab-`],
    ['after links that lead elsewhere', `https://zoom.us/rec/share/1 https://example.com ${zoomLink}`, zoomLink],
    [
      'after a broken wrapper',
      `https://www.google.com/url?q=%E0%A4%A https://www.google.com/url?q= ${zoomLink}`,
      zoomLink,
    ],
  ])('is found %s', (_name, description, expected) => {
    expect(assessMeeting(entry({ description })).join?.url).toBe(expected);
  });

  it('is not made of an e-mail address or a path', () => {
    expect(
      assessMeeting(entry({ description: 'mail me@zoom.us/j/123456789 or see docs/zoom.us/j/123456789' })).candidates,
    ).toEqual([]);
  });

  it('is answered for any text, and no link in it is invented', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '&amp;',
        '\\n',
        'https://',
        'zoom.us/j/',
        '123456789',
        '<a href="',
        '%E0%A4%A',
        'https://www.google.com/url?q=',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
        (description) => {
          const { candidates } = assessMeeting(entry({ description }));
          for (const { url } of candidates) expect(new URL(url).hostname).toMatch(/(^|\.)zoom\.us$/);
        },
      ),
    );
  });
});
