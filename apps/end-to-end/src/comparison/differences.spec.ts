import { entryIdOf } from '@calendar-sync/contracts-sync';
import { differences } from './differences';
import { fromGateway, fromProvider } from './instance';

const CALENDAR = '6ca1cebc-4e41-5c53-9d62-9b2f0ab12013';
const ours = new Map([['ada@example.com', CALENDAR]]);
const truth = {
  calendarId: 'ada@example.com',
  id: 'standup_20261123T080000Z',
  recurringEventId: 'standup',
  originalStartTime: { dateTime: '2026-11-23T09:00:00+01:00' },
  status: 'confirmed',
  summary: 'Standup',
  start: { dateTime: '2026-11-23T09:30:00+01:00' },
  end: { dateTime: '2026-11-23T09:45:00+01:00' },
  attendees: [{ email: 'b@example.com', responseStatus: 'accepted' }, { email: 'a@example.com' }],
};
const served = {
  providerCalendarId: 'ada@example.com',
  providerEntryId: 'standup_20261123T080000Z',
  seriesId: entryIdOf(CALENDAR, 'standup'),
  originalStart: { dateTime: '2026-11-23T08:00:00Z' },
  status: 'confirmed',
  title: 'Standup',
  start: { dateTime: '2026-11-23T08:30:00Z' },
  end: { dateTime: '2026-11-23T08:45:00Z' },
  attendees: [
    { email: 'a@example.com', response: 'needsAction' },
    { email: 'b@example.com', response: 'accepted' },
  ],
  kind: 'default',
  visibility: 'default',
  busy: true,
};

describe('comparing what is served with what is true', () => {
  test('the same instance in two spellings is the same', () => {
    expect(differences([fromProvider(truth, ours)], [fromGateway(served)])).toEqual([]);
  });

  test.each([
    ['a missing instance', [], 'missing: standup_20261123T080000Z'],
    ['a wrong start', [{ ...served, start: { dateTime: '2026-11-23T09:30:00Z' } }], 'start is'],
    ['an instance cut off from its series', [{ ...served, seriesId: undefined }], 'series is'],
    ['a lost attendee', [{ ...served, attendees: [] }], 'attendees is'],
    ['an instance served twice', [served, served], 'served twice'],
    ['an instance too many', [served, { ...served, providerEntryId: 'ghost' }], 'served but not true: ghost'],
  ])('%s is found', (_what, answer, words) => {
    expect(differences([fromProvider(truth, ours)], answer.map(fromGateway)).join('\n')).toContain(words);
  });

  test('an all-day date is not the instant of its midnight', () => {
    const allDay = { ...truth, start: { date: '2026-11-23' } };
    expect(
      differences(
        [fromProvider(allDay, ours)],
        [fromGateway({ ...served, start: { dateTime: '2026-11-23T00:00:00Z' } })],
      ).join(),
    ).toContain('start is');
  });
});
