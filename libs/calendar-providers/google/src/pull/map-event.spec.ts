import { seenEntry } from './map-event';

const standup = {
  kind: 'calendar#event',
  id: 'abc123',
  etag: '"3225621880126000"',
  status: 'confirmed',
  updated: '2021-02-08T19:02:20.063Z',
  start: { dateTime: '2026-11-23T09:00:00+01:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2026-11-23T09:15:00+01:00', timeZone: 'Europe/Berlin' },
};

describe('mapping a Google event', () => {
  test('defaults that Google leaves out are filled in, and nothing else appears', () => {
    expect(seenEntry(standup)).toEqual({
      providerEntryId: 'abc123',
      etag: '"3225621880126000"',
      updatedAt: Date.parse('2021-02-08T19:02:20.063Z'),
      cancelled: false,
      resource: standup,
      snapshot: {
        status: 'confirmed',
        start: standup.start,
        end: standup.end,
        visibility: 'default',
        busy: true,
        kind: 'default',
        providerUpdatedAt: '2021-02-08T19:02:20.063Z',
      },
    });
  });

  test('what says how one joins, who may do what and what day it is comes along', () => {
    const phone = {
      entryPointType: 'phone',
      uri: 'tel:+1-605-555-0100',
      label: '+1 605-555-0100',
      pin: '123456',
      regionCode: 'US',
    };
    const event = {
      ...standup,
      conferenceData: { entryPoints: [phone] },
      guestsCanInviteOthers: false,
      guestsCanModify: true,
      guestsCanSeeOtherGuests: true,
      locked: true,
      birthdayProperties: { type: 'anniversary', contact: 'people/c1' },
    };
    const { entryPointType: type, ...place } = phone;
    expect(seenEntry(event)?.snapshot).toMatchObject({
      conference: { entryPoints: [{ type, ...place }] },
      guests: { canInviteOthers: false, canModify: true },
      locked: true,
      birthday: { type: 'anniversary', contact: 'people/c1' },
    });
  });

  test('a bare tombstone needs nothing but its id', () => {
    expect(seenEntry({ id: 'abc', status: 'cancelled' })).toEqual({
      providerEntryId: 'abc',
      cancelled: true,
      resource: { id: 'abc', status: 'cancelled' },
    });
  });

  test('a tombstone full of nulls is read like a bare one', () => {
    const nulls = {
      id: 'abc',
      status: 'cancelled',
      summary: null,
      start: null as never,
      end: null as never,
      organizer: null as never,
      attendees: null as never,
    };
    expect(seenEntry(nulls)).toMatchObject({ providerEntryId: 'abc', cancelled: true });
    expect(seenEntry(nulls)?.snapshot).toBeUndefined();
  });

  test('a cancelled occurrence keeps its series and its slot', () => {
    expect(
      seenEntry({
        id: 'abc_20261124T080000Z',
        status: 'cancelled',
        recurringEventId: 'abc',
        originalStartTime: { dateTime: '2026-11-24T09:00:00+01:00', timeZone: 'Europe/Berlin' },
      }),
    ).toMatchObject({
      providerSeriesId: 'abc',
      originalStart: { dateTime: '2026-11-24T09:00:00+01:00', timeZone: 'Europe/Berlin' },
      cancelled: true,
    });
  });

  test('a rich cancelled item carries what it was', () => {
    expect(seenEntry({ ...standup, status: 'cancelled' })).toMatchObject({
      cancelled: true,
      snapshot: { start: standup.start },
    });
  });

  test('all-day dates stay dates', () => {
    expect(
      seenEntry({ ...standup, start: { date: '2026-11-05' }, end: { date: '2026-11-06' } })?.snapshot,
    ).toMatchObject({ start: { date: '2026-11-05' }, end: { date: '2026-11-06' } });
  });

  test('a conference that is still being made has no entry points and says so', () => {
    const conferenceData = {
      createRequest: {
        requestId: 'r',
        conferenceSolutionKey: { type: 'hangoutsMeet' },
        status: { statusCode: 'pending' },
      },
    };
    expect(seenEntry({ ...standup, conferenceData })?.snapshot?.conference).toEqual({
      solution: 'hangoutsMeet',
      status: 'pending',
      entryPoints: [],
    });
  });

  test('a kind of event and a kind of conference that nobody has heard of are passed on', () => {
    const snapshot = seenEntry({
      ...standup,
      eventType: 'siesta',
      conferenceData: {
        conferenceSolution: { key: { type: 'telepathy' } },
        entryPoints: [{ entryPointType: 'mind', uri: 'https://mind.example/1' }],
      },
    })?.snapshot;
    expect(snapshot).toMatchObject({
      kind: 'siesta',
      conference: { solution: 'telepathy', entryPoints: [{ type: 'more', uri: 'https://mind.example/1' }] },
    });
  });

  test('an attendee who has not answered needs action', () => {
    expect(seenEntry({ ...standup, attendees: [{ email: 'a@example.com', self: true }] })?.snapshot?.attendees).toEqual(
      [{ email: 'a@example.com', response: 'needsAction', optional: false, resource: false, self: true }],
    );
  });

  test('an item without an id cannot be kept', () => {
    expect(seenEntry({ status: 'cancelled' })).toBeUndefined();
  });
});
