import { meetingIdOf, meetings, MeetingScheduledV1, type MeetingV1 } from '@calendar-sync/contracts-meeting-extraction';
import { entryIdOf } from '@calendar-sync/contracts-sync';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { type Gateway, ownerWithCalendar, startGateway } from '../../gateway.fixture';
import type { MeetingListDto } from './meeting.dto';

jest.setTimeout(300_000);

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ database: await startTestDatabase(), kafka: testKafka() });
});
afterAll(() => gateway?.stop());

const at = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
const join = { url: 'https://zoom.us/j/91234567890', provider: 'zoom', source: 'location' as const };
const known = {
  join,
  reasons: ['join_link_in_location'],
  why: [{ code: 'join_link_in_location', sentence: 'A link to join by is its location.' }],
  confidence: 0.98,
  links: [{ ...join, why: [{ code: 'found_in_location', sentence: 'It stands in the location.' }] }],
  dialIns: [{ kind: 'phone', uri: 'tel:+16055550100', number: '+16055550100', pin: '42' }],
  roomKey: 'zoom:91234567890',
  nature: { size: 'one-to-one', reach: 'external', recurring: true, needsResponse: false },
};

it('gives everything that there is to say of a meeting, and each occurrence of a series once, however far ahead', async () => {
  const owner = ownerWithCalendar();
  const { ownerId, calendarId } = owner;
  const entry = owner.entry('weekly');
  const series: MeetingV1 = {
    meetingId: meetingIdOf(entry.entryId),
    entryId: entry.entryId,
    providerEntryId: 'weekly',
    calendarId,
    title: 'Standup',
    start: at('2026-11-23T09:00:00Z'),
    end: at('2026-11-23T09:30:00Z'),
    recurrence: ['RRULE:FREQ=WEEKLY'],
    meetingKey: 'weekly@google.com',
    ...known,
  };
  const entryId = entryIdOf(calendarId, 'weekly_20261123T090000Z');
  const { recurrence: _rules, ...details } = series;
  const occurrence: MeetingV1 = {
    ...details,
    meetingId: meetingIdOf(entryId),
    entryId,
    seriesId: series.entryId,
    originalStart: series.start,
    meetingKey: 'weekly@google.com@2026-11-23T09:00:00Z',
    fromSeries: true,
  };
  for (const meeting of [series, occurrence])
    await gateway.tell(meetings, MeetingScheduledV1, { ownerId, calendarId, meetingId: meeting.meetingId, meeting });

  const token = await gateway.sign({ sub: ownerId });
  const read = async (from: string, to: string) =>
    (await gateway.ask<MeetingListDto>(owner.path('meetings', from, to), { token })).body.items;
  const [shown, ...more] = await eventually(async () => {
    const items = await read('2026-11-23T00:00:00Z', '2026-11-24T00:00:00Z');
    return items.length > 0 && items;
  });
  expect(more).toEqual([]);
  expect(shown).toMatchObject({
    ...known,
    joinUrl: join.url,
    meetingId: occurrence.meetingId,
    meetingKey: occurrence.meetingKey,
  });
  expect(shown).not.toHaveProperty('fromSeries');

  const later = await read('2027-10-01T00:00:00Z', '2027-10-15T00:00:00Z');
  expect(later.map(({ start, meetingKey }) => ['dateTime' in start && start.dateTime, meetingKey])).toEqual([
    ['2027-10-04T09:00:00Z', 'weekly@google.com@2027-10-04T09:00:00Z'],
    ['2027-10-11T09:00:00Z', 'weekly@google.com@2027-10-11T09:00:00Z'],
  ]);
});
