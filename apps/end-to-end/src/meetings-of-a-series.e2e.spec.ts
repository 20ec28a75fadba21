import { meetingIdOf, meetings, type MeetingV1 } from '@calendar-sync/contracts-meeting-extraction';
import { entryIdOf } from '@calendar-sync/contracts-sync';
import { eventually } from '@calendar-sync/test-infrastructure';
import { gatewayClient, type GatewayClient } from './clients/gateway.client';
import type { SimulatedPerson, SimulatorClient } from './clients/simulator.client';
import { readTopics, type TopicReader } from './clients/topic.reader';
import { startTestStack, type TestStack } from './flow/test-stack';

const day = 86_400_000;
const hour = 3_600_000;
/** The day after tomorrow, so that nothing of a series begins while its test runs. */
const firstDay = Math.ceil(Date.now() / day) * day + day;
/** Nine o'clock of the nth day of a series. */
const nine = (n: number) => firstDay + (n - 1) * day + 9 * hour;
const iso = (instant: number) => new Date(instant).toISOString().replace('.000Z', 'Z');
const time = (instant: number) => ({ dateTime: iso(instant), timeZone: 'UTC' });
const zoom = (id: string) => `https://zoom.us/j/${id}`;

let running: TestStack;
let gateway: GatewayClient;
let simulator: SimulatorClient;
let topic: TopicReader;
let person: SimulatedPerson;
let calendarId: string;

beforeAll(async () => {
  running = await startTestStack({ people: 1, entriesPerPerson: 1, seed: 11 });
  simulator = running.simulator;
  person = await simulator.addPerson('series@example.com');
  gateway = gatewayClient(running.stack, person.user);
  await gateway.connect(person);
  const calendars = await eventually(async () => {
    const all = await gateway.calendars();
    return all.length > 0 && all;
  });
  calendarId = calendars.find(({ providerCalendarId }) => providerCalendarId === person.email)!.calendarId;
  topic = await readTopics(running.stack.brokers, [meetings]);
}, 300_000);

afterAll(async () => {
  await topic?.close();
  await running?.stack.stop();
}, 300_000);

interface Told {
  meetingId: string;
  meeting?: MeetingV1;
  changed?: { field: string; old?: unknown; new?: unknown }[];
  reason?: string;
  why?: { code: string; sentence: string }[];
  fromSeries?: boolean;
}

const idOf = (providerEntryId: string) => meetingIdOf(entryIdOf(calendarId, providerEntryId));
const instance = (series: string, n: number) => `${series}_${iso(nine(n)).replace(/[-:]/g, '')}`;
const partFrom = (series: string, n: number) => `${series}_R${iso(nine(n)).replace(/[-:Z]/g, '')}`;

/** What was told of a series, its parts and its days, in words. */
function inWords(series: string): string[] {
  const names = new Map([
    [idOf(series), 'series'],
    ...Array.from({ length: 8 }, (_, n): [string, string] => [idOf(instance(series, n + 1)), `day ${n + 1}`]),
    [idOf(partFrom(series, 6)), 'second part'],
  ]);
  return topic.messages(meetings).flatMap(({ type, data }) => {
    const told = data as Told;
    const name = names.get(told.meetingId);
    if (name === undefined) return [];
    const what = [type.slice('Meeting'.length, -'.v1'.length), name];
    const detail = told.reason ?? told.changed?.map(({ field }) => field).join(', ');
    const fromSeries = told.meeting?.fromSeries ?? told.fromSeries;
    return [[...what, ...(detail ? [detail] : []), ...(fromSeries ? ['as its series has it'] : [])].join(' ')];
  });
}

const days = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('a series of meetings', () => {
  const seen: string[] = [];
  let id: string;

  /** Exactly these are told, in whatever order those of one cause come. */
  const isTold = async (...expected: string[]) => {
    await eventually(() => expect(inWords(id).slice(seen.length).sort()).toEqual([...expected].sort()), {
      timeoutMs: 60_000,
    });
    seen.push(...inWords(id).slice(seen.length));
  };
  const served = async () =>
    (await gateway.meetings(iso(firstDay), iso(firstDay + 10 * day))).map(({ meetingId, title, start, join }) =>
      [meetingId, iso(Date.parse(start.dateTime!)), title, join?.url].join(' '),
    );
  const is = (n: number, title: string, { at = nine(n), link = '111111111' } = {}) =>
    [idOf(instance(id, n)), iso(at), title, zoom(link)].join(' ');
  const isServed = (...expected: string[]) =>
    eventually(async () => expect(await served()).toEqual(expected), { timeoutMs: 60_000 });

  test('is told of, and each of its days, with the reasons', async () => {
    const inserted = await simulator.insert(person, {
      summary: 'Standup',
      location: zoom('111111111'),
      start: time(nine(1)),
      end: time(nine(1) + hour),
      recurrence: ['RRULE:FREQ=DAILY;COUNT=8'],
      attendees: [
        { email: person.email, self: true, responseStatus: 'accepted' },
        { email: 'grace@elsewhere.example' },
      ],
    });
    id = inserted.id;
    await isTold('Scheduled series', ...days(1, 8).map((n) => `Scheduled day ${n} as its series has it`));
    await isServed(...days(1, 8).map((n) => is(n, 'Standup')));

    const first = topic.messages(meetings).find(({ subject }) => subject === idOf(instance(id, 1)))!.data as Told;
    expect(first.meeting).toMatchObject({
      seriesId: entryIdOf(calendarId, id),
      originalStart: { dateTime: iso(nine(1)) },
      reasons: expect.arrayContaining(['join_link_in_location', 'two_or_more_attendees']),
      why: expect.arrayContaining([{ code: 'join_link_in_location', sentence: expect.any(String) }]),
      confidence: expect.any(Number),
      links: [{ url: zoom('111111111'), provider: 'zoom' }],
      nature: { size: 'one-to-one', recurring: true },
    });
    expect(first.meeting?.recurrence).toBeUndefined();
  });

  test('that is edited changes on each of its days', async () => {
    await simulator.patch(person, id, { summary: 'Daily' });
    await isTold('Changed series title', ...days(1, 8).map((n) => `Changed day ${n} title as its series has it`));
    await isServed(...days(1, 8).map((n) => is(n, 'Daily')));
  });

  test('moves on one day: the same meeting at another time', async () => {
    await simulator.patch(person, instance(id, 3), { start: time(nine(3) + 2 * hour), end: time(nine(3) + 3 * hour) });
    await isTold('Rescheduled day 3');
    await isServed(...days(1, 8).map((n) => is(n, 'Daily', n === 3 ? { at: nine(3) + 2 * hour } : {})));
  });

  test('gets another link on one day', async () => {
    await simulator.patch(person, instance(id, 4), { location: zoom('444444444') });
    await isTold('Changed day 4 location, join, links, roomKey');
    await isServed(
      is(1, 'Daily'),
      is(2, 'Daily'),
      is(3, 'Daily', { at: nine(3) + 2 * hour }),
      is(4, 'Daily', { link: '444444444' }),
      ...days(5, 8).map((n) => is(n, 'Daily')),
    );
  });

  test('is cancelled on one day', async () => {
    await simulator.delete(person, instance(id, 5));
    await isTold('Cancelled day 5 entry_cancelled');
    const { why } = topic.messages(meetings).at(-1)!.data as Told;
    expect(why).toEqual([{ code: 'entry_cancelled', sentence: expect.any(String) }]);
    await isServed(
      is(1, 'Daily'),
      is(2, 'Daily'),
      is(3, 'Daily', { at: nine(3) + 2 * hour }),
      is(4, 'Daily', { link: '444444444' }),
      ...days(6, 8).map((n) => is(n, 'Daily')),
    );
  });

  test('is split: the days that follow are the same meetings, of the second part', async () => {
    await simulator.split(person, instance(id, 6), { summary: 'Second half' });
    await isTold(
      'Rescheduled series',
      'Scheduled second part',
      ...days(6, 8).map((n) => `Changed day ${n} title, meetingKey, seriesId as its series has it`),
    );
    await isServed(
      is(1, 'Daily'),
      is(2, 'Daily'),
      is(3, 'Daily', { at: nine(3) + 2 * hour }),
      is(4, 'Daily', { link: '444444444' }),
      ...days(6, 8).map((n) => is(n, 'Second half')),
    );
  });

  test('ends when it is deleted, on each day that was left of it', async () => {
    await simulator.delete(person, id);
    await isTold(
      'Cancelled series entry_cancelled',
      'Cancelled day 1 entry_cancelled as its series has it',
      'Cancelled day 2 entry_cancelled as its series has it',
      'Cancelled day 3 entry_cancelled',
      'Cancelled day 4 entry_cancelled',
    );
    const { why } = topic.messages(meetings).at(-1)!.data as Told;
    expect(why).toEqual([{ code: 'entry_cancelled', sentence: expect.any(String) }]);
    await isServed(...days(6, 8).map((n) => is(n, 'Second half')));
  });
});

test('a series without an end is told of for ninety days, and there beyond when it is asked for', async () => {
  const { id } = await simulator.insert(person, {
    summary: 'Weekly',
    start: time(nine(1)),
    end: time(nine(1) + hour),
    recurrence: ['RRULE:FREQ=WEEKLY'],
    attendees: [{ email: person.email, self: true, responseStatus: 'accepted' }, { email: 'grace@elsewhere.example' }],
  });
  const week = (n: number) => instance(id, 1 + 7 * n);
  const within = Math.floor((Date.now() + 90 * day - nine(1)) / (7 * day));
  const told = () => new Set(topic.messages(meetings).map(({ subject }) => subject));
  await eventually(() => expect(told()).toContain(idOf(week(within))), { timeoutMs: 60_000 });
  expect(told()).not.toContain(idOf(week(within + 2)));

  const later = await gateway.meetings(iso(nine(1 + 7 * 40)), iso(nine(1 + 7 * 42)));
  expect(later.map(({ meetingId, start }) => [meetingId, iso(Date.parse(start.dateTime!))])).toEqual(
    [40, 41].map((n) => [idOf(week(n)), iso(nine(1 + 7 * n))]),
  );
  expect(later[0]).toMatchObject({ why: [{ code: 'two_or_more_attendees' }], reasons: ['two_or_more_attendees'] });
});
