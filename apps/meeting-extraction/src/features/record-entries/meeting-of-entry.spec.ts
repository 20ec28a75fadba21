import type { EntryV1 } from '@calendar-sync/contracts-sync';
import { aboutOf, verdictOn } from './meeting-of-entry';

const entry: EntryV1 = {
  entryId: '11111111-1111-5111-8111-111111111111',
  calendarId: '22222222-2222-5222-8222-222222222222',
  providerEntryId: 'abc',
  providerCalendarId: 'ada@example.com',
  status: 'confirmed',
  title: 'Standup',
  start: { dateTime: '2026-11-30T09:00:00Z', timeZone: 'UTC' },
  end: { dateTime: '2026-11-30T09:15:00Z', timeZone: 'UTC' },
  location: 'Room 1, or https://zoom.us/j/123456789',
  description: 'long',
  visibility: 'default',
  busy: true,
  kind: 'default',
};

describe('A meeting made of an entry', () => {
  it('holds what a meeting needs and nothing else of the entry', () => {
    expect(verdictOn(entry)).toEqual({
      meeting: {
        title: 'Standup',
        start: entry.start,
        end: entry.end,
        location: entry.location,
        join: { url: 'https://zoom.us/j/123456789', provider: 'zoom', source: 'location', meetingId: '123456789' },
        reasons: expect.arrayContaining(['join_link_in_location']),
      },
    });
  });

  it('knows which instance of which series it is', () => {
    const seriesId = '33333333-3333-5333-8333-333333333333';
    const originalStart = { date: '2026-11-30' };
    expect(aboutOf('ada', { ...entry, seriesId, originalStart })).toMatchObject({
      ownerId: 'ada',
      seriesId,
      originalStart,
    });
  });

  it('is none, with the reason, when the entry is cancelled or nobody meets', () => {
    expect(verdictOn({ ...entry, status: 'cancelled' })).toEqual({ noMeeting: 'entry-cancelled' });
    expect(verdictOn({ ...entry, location: 'Room 1' })).toEqual({ noMeeting: 'solo_without_join_link' });
  });
});
