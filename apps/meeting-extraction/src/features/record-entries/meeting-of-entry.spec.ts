import type { EntryV1 } from '@calendar-sync/contracts-sync';
import { parseMeetingServices } from '@calendar-sync/meeting-intelligence';
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
    const verdict = verdictOn(entry, []);
    expect(verdict).toMatchObject({
      meeting: {
        title: 'Standup',
        start: entry.start,
        end: entry.end,
        location: entry.location,
        join: { url: 'https://zoom.us/j/123456789', provider: 'zoom', source: 'location', meetingId: '123456789' },
        reasons: expect.arrayContaining(['join_link_in_location']),
      },
    });
    expect(JSON.stringify(verdict)).not.toContain('long');
  });

  it('says how sure that is, why in sentences, and every way to join', () => {
    const verdict = verdictOn({ ...entry, iCalUid: 'abc@google.com' }, []);
    expect(verdict).toMatchObject({
      meeting: {
        why: expect.arrayContaining([{ code: 'join_link_in_location', sentence: expect.any(String) }]),
        confidence: expect.any(Number),
        links: [
          {
            url: 'https://zoom.us/j/123456789',
            why: expect.arrayContaining([{ code: expect.any(String), sentence: expect.any(String) }]),
          },
        ],
        meetingKey: 'abc@google.com',
        nature: { size: 'solo', recurring: false },
      },
    });
  });

  it("knows a customer's own services", () => {
    const own = { ...entry, location: 'https://meet.acme.example/room/42' };
    const services = parseMeetingServices([
      { provider: 'acme-meet', host: 'meet.acme.example', path: '/room/{meetingId}' },
    ]);
    expect(verdictOn(own, services)).toMatchObject({ meeting: { join: { provider: 'acme-meet' } } });
    expect(verdictOn(own, [])).toMatchObject({ noMeeting: 'solo_without_join_link' });
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
    expect(verdictOn({ ...entry, status: 'cancelled' }, [])).toEqual({
      noMeeting: 'entry_cancelled',
      why: [{ code: 'entry_cancelled', sentence: 'Its entry was cancelled.' }],
    });
    expect(verdictOn({ ...entry, location: 'Room 1' }, [])).toMatchObject({ noMeeting: 'solo_without_join_link' });
  });
});
