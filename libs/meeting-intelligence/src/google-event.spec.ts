import { fromGoogleEvent, GoogleEvent, InvalidGoogleEvent } from './google-event';

describe("An event in Google's shape", () => {
  it('gives an entry without what it leaves out', () => {
    expect(fromGoogleEvent({})).toEqual({ status: 'confirmed' });
    expect(fromGoogleEvent({ summary: null, attendees: [], description: '', start: null, status: null })).toEqual({
      status: 'confirmed',
    });
  });

  it('gives all that it holds', () => {
    expect(
      fromGoogleEvent({
        status: 'tentative',
        eventType: 'default',
        summary: 'Sync',
        transparency: 'transparent',
        start: { dateTime: '2026-11-30T09:00:00Z', timeZone: 'UTC' },
        end: { date: '2026-12-01' },
        organizer: { email: 'a@example.com', displayName: 'A', self: true },
        attendees: [{ email: 'b@example.com' }],
        conferenceData: {
          conferenceSolution: { key: { type: 'hangoutsMeet' }, name: 'Google Meet' },
          entryPoints: [{ entryPointType: 'phone', uri: 'tel:+1', regionCode: 'US' }, { entryPointType: 'video' }],
        },
        attachments: [{ fileUrl: 'https://example.com/a', title: 'A' }, { title: 'no link' }],
        extendedProperties: { private: { a: 'b' } },
        recurringEventId: 'abc',
        originalStartTime: { date: '2026-11-30' },
        iCalUID: 'abc@google.com',
      }),
    ).toEqual({
      status: 'tentative',
      kind: 'default',
      title: 'Sync',
      busy: false,
      start: { dateTime: '2026-11-30T09:00:00Z', timeZone: 'UTC' },
      end: { date: '2026-12-01' },
      organizer: { email: 'a@example.com', name: 'A', self: true },
      attendees: [{ email: 'b@example.com', response: 'needsAction', optional: false, resource: false, self: false }],
      conference: {
        solution: 'hangoutsMeet',
        name: 'Google Meet',
        entryPoints: [{ type: 'phone', uri: 'tel:+1', regionCode: 'US' }],
      },
      attachments: [{ url: 'https://example.com/a', title: 'A' }],
      extendedProperties: { private: { a: 'b' } },
      providerSeriesId: 'abc',
      originalStart: { date: '2026-11-30' },
      iCalUid: 'abc@google.com',
    });
  });

  it.each([
    [null, ''],
    [[], ''],
    [{ summary: 7 }, 'summary'],
    [{ attendees: {} }, 'attendees'],
    [{ attendees: [{ email: 'a' }, { self: 'yes' }] }, 'attendees[1].self'],
    [{ conferenceData: { entryPoints: [{ uri: 1 }] } }, 'conferenceData.entryPoints[0].uri'],
    [{ start: '2026-11-30' }, 'start'],
    [{ recurrence: [1] }, 'recurrence[0]'],
  ])('is refused with the field that is wrong: %j', (event, field) => {
    let refused: unknown;
    try {
      fromGoogleEvent(event as GoogleEvent);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(InvalidGoogleEvent);
    expect((refused as InvalidGoogleEvent).field).toBe(field);
  });
});
