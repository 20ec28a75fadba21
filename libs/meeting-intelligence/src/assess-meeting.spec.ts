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
const codes = (assessed: Partial<AssessableEntry>) => assessMeeting(entry(assessed)).reasons.map(({ code }) => code);

describe('A meeting', () => {
  it('is attended together, with a link or without one', () => {
    expect(assessMeeting(entry({ attendees: [me, you] })).isMeeting).toBe(true);
    expect(codes({ attendees: [me, you] })).toContain('two_or_more_attendees');
    expect(assessMeeting(entry({ attendees: [me, you], location: zoomLink }))).toMatchObject({
      isMeeting: true,
      joinUrl: zoomLink,
      provider: 'zoom',
      meetingId: '123456789',
    });
  });

  it('may be a block of one person that has a way to join', () => {
    expect(assessMeeting(entry({ location: zoomLink })).isMeeting).toBe(true);
    expect(assessMeeting(entry({ conference: { entryPoints: [{ type: 'phone', uri: 'tel:+1-2' }] } })).isMeeting).toBe(
      true,
    );
  });

  it('is none when nobody but its owner and a room is there', () => {
    const room = attendee('room@resource.calendar.google.com', { resource: true });
    for (const attendees of [undefined, [me], [me, room]]) {
      const alone = { attendees, organizer: { email: 'Me@example.com', self: true } };
      expect(assessMeeting(entry(alone)).isMeeting).toBe(false);
      expect(codes(alone)).toEqual(['solo_without_join_link']);
    }
  });

  it('counts the organizer who hides the guests from each other, but not the calendar that an entry lies on', () => {
    expect(assessMeeting(entry({ attendees: [me], organizer: { email: 'host@example.com' } })).isMeeting).toBe(true);
    expect(
      assessMeeting(entry({ attendees: [me], organizer: { email: 'team@group.calendar.google.com' } })).isMeeting,
    ).toBe(false);
    expect(assessMeeting(entry({ organizer: { email: 'host@example.com' } })).isMeeting).toBe(false);
  });

  it.each([
    ['cancelled', { status: 'cancelled' as const }, 'cancelled'],
    ['declined by its owner', { attendees: [{ ...me, response: 'declined' }, you] }, 'declined_by_self'],
    ['out of office', { kind: 'outOfOffice' }, 'out_of_office'],
    ['focus time', { kind: 'focusTime' }, 'focus_time'],
    ['a working location', { kind: 'workingLocation' }, 'working_location'],
    ['a birthday', { kind: 'birthday' }, 'birthday'],
    ['a holiday', { organizer: { email: 'en.german#holiday@group.v.calendar.google.com' } }, 'public_holiday'],
  ])('is none when it is %s, whatever its links, and these are still told', (_name, more, code) => {
    const assessed = { attendees: [me, you], location: zoomLink, ...more };
    expect(assessMeeting(entry(assessed))).toMatchObject({ isMeeting: false, joinUrl: zoomLink });
    expect(codes(assessed)).toEqual([code]);
  });

  it('stays one when somebody else declines', () => {
    expect(assessMeeting(entry({ attendees: [me, { ...you, response: 'declined' }] })).isMeeting).toBe(true);
  });
});

describe('A link', () => {
  const meet = 'https://meet.google.com/abc-defg-hij';
  const conference = { entryPoints: [{ type: 'video', uri: meet }] };
  const linksOf = (assessed: Partial<AssessableEntry>) => assessMeeting(entry(assessed)).links.map(({ url }) => url);

  it.each([
    'Please ignore the Google Meet link, we use Zoom: ',
    'Bitte nicht den Meet-Link verwenden, sondern Zoom: ',
    'Wir treffen uns auf Zoom, Meet bitte ignorieren: ',
    'Ne pas utiliser le lien Meet, rejoignez Zoom : ',
    'Meetのリンクは使用しないでください。Zoom: ',
    '请勿使用 Meet，Zoom 链接：',
  ])('of a conference steps back when people say so: %s', (words) => {
    expect(linksOf({ description: `${words}${zoomLink}`, conference, hangoutLink: meet })).toEqual([zoomLink, meet]);
  });

  it.each(['If Meet fails: ', 'Zoom backup: ', 'Do not record this. '])(
    'of a conference stays first with %s',
    (words) => {
      expect(linksOf({ description: `${words}${zoomLink}`, conference })).toEqual([meet, zoomLink]);
    },
  );

  it('that a gateway hides is told with its domain, behind those that can be read', () => {
    const hidden = 'https://protect-eu.mimecast.com/s/AbC?domain=zoom.us';
    const { links, roomKey } = assessMeeting(entry({ description: hidden }));
    expect(links).toMatchObject([{ url: hidden, provider: 'zoom', opaque: true }]);
    expect(links[0]!.why.at(-1)).toMatchObject({
      code: 'opaque_wrapper',
      sentence: expect.stringContaining('zoom.us'),
    });
    expect(roomKey).toBeUndefined();
    expect(linksOf({ description: `${hidden} ${meet}` })).toEqual([meet, hidden]);
    expect(linksOf({ description: 'https://protect-eu.mimecast.com/s/AbC?domain=docs.example.com' })).toEqual([]);
  });

  it('that people see instead of it is believed where the gateway names the same domain, and nowhere else', () => {
    const shown = (domain: string) =>
      `<a href="https://protect-eu.mimecast.com/s/AbC?domain=${domain}">${zoomLink}</a>`;
    expect(linksOf({ description: shown('zoom.us') })[0]).toBe(zoomLink);
    expect(linksOf({ description: shown('evil.example') })).toEqual([]);
    expect(linksOf({ description: `<a href="https://evil.example/">${zoomLink}</a>` })).toEqual([]);
  });

  it('of one room keeps two meetings apart, and both share its key', () => {
    const at = (iCalUid: string, more = {}) =>
      assessMeeting(entry({ iCalUid, location: 'https://acme.zoom.us/j/5551234567', ...more }));
    expect(at('a').meetingKey).not.toBe(at('b').meetingKey);
    expect(at('a').roomKey).toBe(at('b', { location: 'https://us02web.zoom.us/j/5551234567?pwd=x' }).roomKey);
  });
});

describe('An entry of one person', () => {
  const alone = (title: string, more: Partial<AssessableEntry>) => assessMeeting(entry({ title, ...more }));

  it.each([
    'Send zoom link to Anna',
    'Zoom-Link an Anna schicken',
    'Envoyer le lien à Paul',
    'Annaにリンクを送る',
    '给客户发会议链接',
    'Prepare for the interview',
  ])('is a note to himself: %s', (title) => {
    expect(alone(title, { description: zoomLink })).toMatchObject({ isMeeting: false, joinUrl: zoomLink });
    expect(alone(title, { description: zoomLink }).reasons[0]!.code).toBe('note_to_self');
  });

  it.each(['Webinar: X', 'Interview with Acme', 'Prep call', 'Check-in', 'Sprechstunde', '面接'])(
    'is something to join: %s',
    (title) => {
      expect(alone(title, { description: zoomLink }).isMeeting).toBe(true);
    },
  );

  it('is a meeting with conference data, whatever its title says', () => {
    const conference = { entryPoints: [{ type: 'video', uri: 'https://meet.google.com/abc-defg-hij' }] };
    expect(alone('Send zoom link to Anna', { conference }).isMeeting).toBe(true);
    expect(
      alone('x', { conference: { status: 'pending', entryPoints: [] } }).reasons.map(({ code }) => code),
    ).toContain('conference_pending');
  });

  it('is none for a link in his signature or in an older message', () => {
    expect(alone('Offer', { description: 'x\n\nBest regards\nMe\nhttps://zoom.us/my/me' }).isMeeting).toBe(false);
    expect(alone('Offer', { description: `x\n\n-----Original Message-----\n${zoomLink}` }).isMeeting).toBe(false);
  });

  it.each([
    ['Canceled: Weekly', 'cancelled_in_title'],
    ['Weekly (abgesagt)', 'cancelled_in_title'],
  ])('that says it is off is off, also with guests: %s', (title, code) => {
    expect(alone(title, { attendees: [me, you] })).toMatchObject({ isMeeting: false, reasons: [{ code }] });
  });
});
