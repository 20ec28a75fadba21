import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { calendarEntries, EntryAddedV1 } from '@calendar-sync/contracts-sync';
import type { Service } from '@calendar-sync/local-stack';
import { eventually } from '@calendar-sync/test-infrastructure';
import { gatewayClient } from './clients/gateway.client';
import type { SimulatedPerson } from './clients/simulator.client';
import { stackCommand } from './clients/stack-command';
import { readTopics } from './clients/topic.reader';
import { foreignMessage, STRANGER, unknownMessage, writeRecords } from './clients/topic.writer';
import { converged } from './flow/convergence';
import { startTestStack, type TestStack } from './flow/test-stack';
import { fetchAlone } from './clients/fetch-alone';

const WINDOW = { from: '2026-11-01T00:00:00Z', to: '2027-02-01T00:00:00Z' };
const CONSUMERS: readonly Service[] = ['gateway', 'meeting-extraction', 'monitoring'];
const at = (time: string) => ({ dateTime: `2026-12-07T${time}:00+01:00` });

let running: TestStack;
let ada: SimulatedPerson;
let bela: SimulatedPerson;

beforeAll(async () => {
  running = await startTestStack({ people: 2, entriesPerPerson: 20, seed: 11 });
  [ada, bela] = running.people as [SimulatedPerson, SimulatedPerson];
  await allConverged();
}, 300_000);

afterAll(async () => {
  await running?.stack.stop();
}, 300_000);

const allConverged = () => converged(running.stack, running.simulator, running.people, WINDOW, 60_000);

const calendarOf = async ({ user, email }: SimulatedPerson): Promise<string> =>
  (await gatewayClient(running.stack, user).calendars()).find((each) => each.providerCalendarId === email)!.calendarId;

const write = (person: SimulatedPerson, summary: string) =>
  running.simulator.insert(person, { summary, start: at('10:00'), end: at('11:00') });

const serves = async ({ user }: SimulatedPerson, title: string) =>
  (await gatewayClient(running.stack, user).entries(WINDOW.from, WINDOW.to)).some((entry) => entry.title === title);

const served = (person: SimulatedPerson, title: string) =>
  eventually(() => serves(person, title), { timeoutMs: 60_000 });

const send = (...records: Parameters<typeof writeRecords>[2]) =>
  writeRecords(running.stack.brokers, calendarEntries, records);

interface Parked {
  id: string;
  key: string;
  reason: string;
}

/** Of one key, as `npm run parked` lists it. */
const parkedOf = async (key: string): Promise<Parked[]> =>
  (await stackCommand(running.stack, 'parked'))
    .split('\n')
    .filter((line) => line.includes(key))
    .map((line) => ({
      id: line.trim().split(/\s+/)[0]!,
      key,
      reason: /\b(poison|failed|behind|gap)\b/.exec(line)![1]!,
    }));

const reasonsOf = (parked: readonly Parked[], service: Service) =>
  parked.filter(({ id }) => id.startsWith(`${service}/`)).map(({ reason }) => reason);

async function query<Row extends object>(service: Service, text: string, values: unknown[] = []): Promise<Row[]> {
  const pool = new Pool({ connectionString: running.stack.databaseUrl(service), max: 1 });
  try {
    return (await pool.query<Row>(text, values)).rows;
  } finally {
    await pool.end();
  }
}

test('what nobody can read holds up its own calendar only, until an operator gives it up', async () => {
  const key = await calendarOf(ada);
  await send({ key, value: '{"broken":' }, { key, value: null });
  await eventually(
    async () => {
      const parked = await parkedOf(key);
      for (const service of CONSUMERS) expect(reasonsOf(parked, service)).toEqual(['poison', 'poison']);
    },
    { timeoutMs: 60_000 },
  );

  await write(ada, 'Waits behind the broken one');
  await write(bela, 'Goes on');
  await served(bela, 'Goes on');
  await eventually(
    async () => {
      const parked = await parkedOf(key);
      for (const service of CONSUMERS) expect(reasonsOf(parked, service)).toContain('behind');
    },
    { timeoutMs: 60_000 },
  );
  expect(await serves(ada, 'Waits behind the broken one')).toBe(false);

  const poison = (await parkedOf(key)).filter(({ reason }) => reason === 'poison').map(({ id }) => id);
  expect(await stackCommand(running.stack, 'parked', 'discard', ...poison)).toContain('6 given up.');
  await served(ada, 'Waits behind the broken one');
  await allConverged();
  await eventually(async () => expect(await parkedOf(key)).toEqual([]));
}, 300_000);

test('a message of a type that is not known yet is counted, its number is taken, and its calendar goes on', async () => {
  const key = await calendarOf(bela);
  await send(unknownMessage(calendarEntries, key, 1), unknownMessage(calendarEntries, key, 2));
  for (const service of CONSUMERS) {
    await eventually(async () => {
      const [progress] = await query<{ last: number }>(
        service,
        'select last_sequence::int as last from consumer_sequences where key = $1 and source = $2',
        [key, STRANGER],
      );
      expect(progress?.last).toBe(2);
    });
    const metrics = await (await fetchAlone(`${running.stack.urls[service]}/metrics`)).text();
    expect(metrics).toMatch(/^kafka_unknown_types_total\{.*topic="sync\.calendar-entries\.v1".*\} 2$/m);
  }
  await write(bela, 'After the unknown');
  await served(bela, 'After the unknown');
  expect(await parkedOf(key)).toEqual([]);
}, 300_000);

test('a message at which a handler fails is parked with its error, tried again on demand, and passed by when given up', async () => {
  const key = await calendarOf(ada);
  const topic = await readTopics(running.stack.brokers);
  const real = await eventually(() =>
    topic.messages(calendarEntries).find((message) => message.key === key && message.type === EntryAddedV1.type),
  );
  await topic.close();
  // It fulfils its contract, and no calendar has such a day.
  const impossible = { dateTime: '2026-13-45T10:00:00Z' };
  const { entry, ...about } = real.data as EntryAddedV1;
  const { attendees: _attendees, conference: _conference, recurrence: _recurrence, ...alone } = entry;
  const data = { ...about, entryId: randomUUID(), entry: { ...alone, start: impossible, end: impossible } };
  await send(
    foreignMessage(calendarEntries, { type: EntryAddedV1.type, key, sequence: 1, data }),
    unknownMessage(calendarEntries, key, 2),
  );
  const failed = await eventually(
    async () => {
      const parked = await parkedOf(key);
      expect(reasonsOf(parked, 'gateway')).toEqual(['failed', 'behind']);
      return parked.filter(({ reason }) => reason === 'failed').map(({ id }) => id);
    },
    { timeoutMs: 60_000 },
  );

  await write(ada, 'Of another source');
  await served(ada, 'Of another source');

  const attempts = async () =>
    (await query<{ attempts: number }>('gateway', "select attempts from parked_messages where reason = 'failed'"))[0]
      ?.attempts;
  const before = (await attempts())!;
  await stackCommand(running.stack, 'parked', 'replay', ...failed);
  await eventually(async () => (await attempts())! > before);

  await stackCommand(running.stack, 'parked', 'discard', ...failed);
  await eventually(async () => expect(await parkedOf(key)).toEqual([]));
  await allConverged();
}, 300_000);

test('a read model that lost its rows is made anew by `rebuild` while changes go on, with the same answers', async () => {
  await query('gateway', 'delete from calendar_entries');
  expect(await serves(bela, 'Goes on')).toBe(false);
  const changing = changes();
  expect(await stackCommand(running.stack, 'rebuild', 'gateway', 'calendar_entries')).toContain(
    'calendar_entries: rebuilt from',
  );
  await changing.end();
  await allConverged();
}, 300_000);

test('every read model made anew while changes go on is, row by row, what it was', async () => {
  const changing = changes();
  const told = (await stackCommand(running.stack, 'rebuild', 'gateway', 'all')).trim().split('\n');
  await changing.end();
  const results = told.filter((line) => line.includes('rebuilt from'));
  expect(results.length).toBeGreaterThan(5);
  expect(results.filter((line) => !/; the same \d+ rows as before$/.test(line))).toEqual([]);
  await allConverged();
}, 300_000);

/** Random changes, some at a time, each lot as soon as the one before is served, until they are ended. */
function changes() {
  const accounts = running.people.map(({ email }) => email);
  let ended = false;
  const going = (async () => {
    for (let burst = 0; burst < 3 || !ended; burst++) {
      await running.simulator.mutate(accounts, 10, burst);
      const title = `Change ${randomUUID()}`;
      await write(bela, title);
      await served(bela, title);
    }
  })();
  return {
    end: () => {
      ended = true;
      return going;
    },
  };
}
