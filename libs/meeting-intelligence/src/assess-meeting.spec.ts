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
