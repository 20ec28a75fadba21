import { calendarEntries } from '@calendar-sync/contracts-sync';
import { eventually } from '@calendar-sync/test-infrastructure';
import { gatewayClient, type GatewayClient } from './clients/gateway.client';
import { readTopics, type TopicReader } from './clients/topic.reader';
import type { SimulatedPerson, SimulatorClient } from './clients/simulator.client';
import { converged } from './flow/convergence';
import { startTestStack, type TestStack } from './flow/test-stack';

const FROM = '2026-11-01T00:00:00Z';
const TO = '2027-02-01T00:00:00Z';
const at = (time: string) => ({ dateTime: `2026-12-07T${time}:00+01:00`, timeZone: 'Europe/Berlin' });

let running: TestStack;
let ada: SimulatedPerson;
let gateway: GatewayClient;
let simulator: SimulatorClient;
let topic: TopicReader;

beforeAll(async () => {
  running = await startTestStack({
    people: 1,
    entriesPerPerson: 10,
    seed: 7,
    env: { POLL_MIN_SECONDS: '2', POLL_MAX_SECONDS: '4' },
  });
  ada = running.people[0]!;
  simulator = running.simulator;
  gateway = gatewayClient(running.stack, ada.user);
  topic = await readTopics(running.stack.brokers);
  await converged(running.stack, simulator, running.people, { from: FROM, to: TO });
}, 300_000);

afterAll(async () => {
  await topic?.close();
  await running?.stack.stop();
}, 300_000);

const served = async (providerEntryId: string) =>
  (await gateway.entries(FROM, TO)).find((entry) => entry.providerEntryId === providerEntryId);
const messagesOf = (entryId: string) => topic.messages(calendarEntries).filter(({ subject }) => subject === entryId);
const appears = (id: string) => eventually(() => served(id), { timeoutMs: 60_000 });
const disappears = (id: string) => eventually(async () => (await served(id)) === undefined, { timeoutMs: 60_000 });

describe.each([
  ['with pushes', {}],
  ['with pushes switched off, by polling', { push: { off: true } }],
])('a change at the provider, %s,', (_how, faults) => {
  beforeAll(() => simulator.setFaults(faults));

  test('is served and published: added, changed with old and new value, cancelled', async () => {
    const { id } = await simulator.insert(ada, { summary: 'Review', start: at('10:00'), end: at('11:00') });
    const { entryId, title } = await appears(id);
    expect(title).toBe('Review');

    await simulator.patch(ada, id, { summary: 'Design review' });
    await eventually(async () => (await served(id))?.title === 'Design review', { timeoutMs: 60_000 });

    await simulator.delete(ada, id);
    await disappears(id);

    await eventually(() => messagesOf(entryId).length >= 3);
    expect(messagesOf(entryId).map(({ type }) => type)).toEqual([
      'EntryAdded.v1',
      'EntryChanged.v1',
      'EntryCancelled.v1',
    ]);
    expect(messagesOf(entryId)[1]!.data).toMatchObject({
      changed: expect.arrayContaining([{ field: 'title', old: 'Review', new: 'Design review' }]),
    });
  });

  test('of one instance of a series moves that instance only, and a cancelled instance goes', async () => {
    const { id } = await simulator.insert(ada, {
      summary: 'Standup',
      start: at('09:00'),
      end: at('09:15'),
      recurrence: ['RRULE:FREQ=DAILY;COUNT=4'],
    });
    await appears(`${id}_20261208T080000Z`);
    await simulator.patch(ada, `${id}_20261208T080000Z`, {
      start: { dateTime: '2026-12-08T15:00:00+01:00' },
      end: { dateTime: '2026-12-08T15:15:00+01:00' },
    });
    await simulator.delete(ada, `${id}_20261209T080000Z`);
    await disappears(`${id}_20261209T080000Z`);
    const starts = (await gateway.entries(FROM, TO))
      .filter(({ providerEntryId }) => providerEntryId.startsWith(`${id}_`))
      .map(({ start }) => new Date(start.dateTime!).toISOString());
    expect(starts).toEqual(['2026-12-07T08:00:00.000Z', '2026-12-08T14:00:00.000Z', '2026-12-10T08:00:00.000Z']);
  });

  test('of a meeting reaches the meetings, with the link to join it', async () => {
    const { id } = await simulator.insert(ada, {
      summary: 'Customer call',
      location: 'https://us02web.zoom.us/j/84512345678?pwd=abc',
      start: at('16:00'),
      end: at('17:00'),
      attendees: [
        { email: ada.email, self: true, responseStatus: 'accepted' },
        { email: 'customer@elsewhere.example' },
      ],
    });
    const { entryId } = await appears(id);
    const meeting = await eventually(
      async () => (await gateway.meetings(FROM, TO)).find((each) => each.entryId === entryId),
      { timeoutMs: 60_000 },
    );
    expect(meeting.join?.url).toBe('https://us02web.zoom.us/j/84512345678?pwd=abc');
  });
});

test('the history of an entry reads like a story', async () => {
  await simulator.clearFaults();
  const { id } = await simulator.insert(ada, { summary: 'Plan', start: at('13:00'), end: at('14:00') });
  const { entryId } = await appears(id);
  await simulator.patch(ada, id, { location: 'Room 4' });
  await eventually(async () => (await gateway.history(entryId)).length >= 2, { timeoutMs: 60_000 });
  const history = await gateway.history(entryId);
  expect(history.map(({ what }) => what)).toEqual(['added', 'changed']);
  expect(history[1]!.summary).toContain('Room 4');
});

test("nobody sees another owner's entries", async () => {
  const stranger = gatewayClient(running.stack, 'stranger');
  expect(await stranger.entries(FROM, TO)).toEqual([]);
  const [entry] = await gateway.entries(FROM, TO);
  await expect(stranger.history(entry!.entryId)).rejects.toMatchObject({ status: 404 });
});

test('a disconnected account is hidden, its channels are stopped, and connecting it again shows it again', async () => {
  const before = (await gateway.entries(FROM, TO)).length;
  const [connection] = await gateway.connections();
  await gateway.disconnect(connection!.connectionId);
  await eventually(async () => (await gateway.entries(FROM, TO)).length === 0, { timeoutMs: 60_000 });
  await gateway.connect(ada);
  await eventually(async () => (await gateway.entries(FROM, TO)).length === before, { timeoutMs: 60_000 });
});
