import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReplayRequestedV1 } from '@calendar-sync/contracts-envelope';
import { calendarEntries, EntryAddedV1, syncCommands } from '@calendar-sync/contracts-sync';
import { openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { createKafka, releaseQuarantined } from '@calendar-sync/kafka';
import type { Service } from '@calendar-sync/local-stack';
import { eventually } from '@calendar-sync/test-infrastructure';
import type { SimulatedPerson } from '../clients/simulator.client';
import { stackCommand } from '../clients/stack-command';
import {
  type ForeignRecord,
  foreignMessage,
  STRANGER,
  unknownMessage,
  writeRecords,
  ZSTD,
} from '../clients/topic.writer';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed, WINDOW } from './fault-bench';
import { allRecords } from './topic-records';
import { testInSuiteOnly } from './suite-only';

const seed = faultSeed();
const consumers: readonly Service[] = ['gateway', 'meeting-extraction', 'monitoring'];
const patience = { timeoutMs: 90_000, intervalMs: 200 };
const day = { start: { dateTime: '2026-12-07T10:00:00+01:00' }, end: { dateTime: '2026-12-07T11:00:00+01:00' } };

let bench: FaultBench;
let ada: SimulatedPerson;
let bela: SimulatedPerson;

beforeAll(async () => {
  bench = await FaultBench.open(seed, { entriesPerPerson: 15, failpoints: ['relay.damaged'] });
  [ada, bela] = bench.people as [SimulatedPerson, SimulatedPerson];
}, 300_000);
afterAll(() => bench?.close(), 300_000);

const send = (records: readonly ForeignRecord[], options?: { compression?: number }) =>
  writeRecords(bench.stack.brokers, calendarEntries, records, options);

const insert = (person: SimulatedPerson, summary: string, more: object = {}) =>
  bench.simulator.insert(person, { summary, ...day, ...more });

const serves = async (person: SimulatedPerson, title: string) =>
  (await bench.gateway(person).entries(WINDOW.from, WINDOW.to)).some((entry) => entry.title === title);

/** How many messages of the key each consumer has parked, by reason. */
const parkedOf = async (key: string) =>
  Promise.all(
    consumers.map(async (service) => {
      const rows = await bench.query<{ reason: string; count: number }>(
        service,
        'SELECT reason, count(*)::int AS count FROM parked_messages WHERE key = $1 GROUP BY reason',
        [key],
      );
      return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]));
    }),
  );

/** Up to which number of the stranger's each consumer has taken the key. */
const reached = async (key: string) =>
  Promise.all(
    consumers.map(async (service) => {
      const [row] = await bench.query<{ last: number }>(
        service,
        'SELECT last_sequence::int AS last FROM consumer_sequences WHERE key = $1 AND source = $2',
        [key, STRANGER],
      );
      return row?.last ?? 0;
    }),
  );

const partitionOf = async (key: string) =>
  (await allRecords(bench.stack.brokers)).find((record) => record.topic === calendarEntries.name && record.key === key)!
    .partition;

const idsOfParked = async (reason: string) =>
  (
    await Promise.all(
      consumers.map(async (service) =>
        (await bench.query<{ id: string }>(service, 'SELECT id FROM parked_messages WHERE reason = $1', [reason])).map(
          ({ id }) => `${service}/${id}`,
        ),
      ),
    )
  ).flat();

/** A message that fulfils its contract, of a calendar that nobody has. */
function entryOfNobody(description: string): EntryAddedV1 {
  const [calendarId, entryId] = [randomUUID(), randomUUID()];
  return {
    ownerId: 'nobody',
    connectionId: randomUUID(),
    calendarId,
    entryId,
    entry: {
      entryId,
      calendarId,
      providerEntryId: 'large',
      providerCalendarId: 'nobody@example.com',
      status: 'confirmed',
      description,
      ...day,
      visibility: 'default',
      busy: true,
      kind: 'default',
    },
  };
}

test('what nobody can read is parked once in each service, only its calendar waits, and trying it again changes nothing', async () => {
  const key = await calendarOf(ada);
  const partition = await partitionOf(key);
  const neighbour = randomUUID();
  const { headers } = unknownMessage(calendarEntries, key, 1);
  const added = { ...headers, ce_type: EntryAddedV1.type };
  await send([
    { key, partition, value: '{"broken":', headers: { ...added, ce_id: randomUUID() } },
    { key, partition, value: '{"entryId":7,"entry":[]}', headers: { ...added, ce_sequence: '2', ce_id: randomUUID() } },
    { key, partition, value: null },
    {
      key,
      partition,
      value: '\0\0\0\0\u0001{"entryId":"x"}',
      headers: { ...added, ce_sequence: '3', ce_id: randomUUID() },
    },
    { key, partition, value: JSON.stringify(entryOfNobody('no headers')) },
    { ...unknownMessage(calendarEntries, neighbour, 1), partition },
  ]);
  await eventually(async () => expect(await reached(neighbour)).toEqual([1, 1, 1]), { timeoutMs: 60_000 });
  expect(await parkedOf(key)).toEqual([{ poison: 5 }, { poison: 5 }, { poison: 5 }]);

  await insert(ada, 'Waits behind what nobody can read');
  await insert(bela, 'Of another calendar');
  await eventually(async () => expect(await serves(bela, 'Of another calendar')).toBe(true), patience);
  await eventually(async () => {
    for (const parked of await parkedOf(key)) expect(parked).toEqual({ poison: 5, behind: expect.any(Number) });
  }, patience);
  expect(await serves(ada, 'Waits behind what nobody can read')).toBe(false);
  for (const service of consumers)
    expect(await bench.metric(service, 'kafka_parked_total', { reason: 'poison' })).toBe(5);

  const before = bench.stack.pid('gateway');
  bench.stack.signal('gateway', 'SIGKILL');
  await bench.restarted('gateway', before, 90_000);
  await stackCommand(bench.stack, 'parked', 'replay', '--all');
  await eventually(async () => {
    for (const service of consumers) {
      const [row] = await bench.query<{ tried: boolean }>(
        service,
        `SELECT bool_or(attempts > 1) AS tried FROM parked_messages WHERE reason = 'poison'`,
      );
      expect(row!.tried).toBe(true);
    }
  }, patience);
  for (const parked of await parkedOf(key)) expect(parked).toEqual({ poison: 5, behind: expect.any(Number) });
  expect(await serves(ada, 'Waits behind what nobody can read')).toBe(false);

  await stackCommand(bench.stack, 'parked', 'discard', ...(await idsOfParked('poison')));
  await expectConvergence(bench, { strangers: [STRANGER] });
  expect(await serves(ada, 'Waits behind what nobody can read')).toBe(true);
}, 300_000);

testInSuiteOnly(
  'a message damaged on its way waits with its calendar until its owner has sent a good copy',
  async () => {
    const key = await calendarOf(ada);
    bench.arm('relay.damaged', {
      action: 'throw',
      match: `"topic":"${calendarEntries.name}","key":"${key}"`,
      times: 1,
    });
    await insert(ada, 'Damaged on its way');
    await eventually(
      async () => expect(await parkedOf(key)).toEqual([{ poison: 1 }, { poison: 1 }, { poison: 1 }]),
      patience,
    );
    expect(bench.woven!.strikes('relay.damaged')).toHaveLength(1);
    await insert(ada, 'Behind the damaged one');
    await eventually(async () => {
      for (const parked of await parkedOf(key)) expect(parked).toEqual({ poison: 1, behind: expect.any(Number) });
    }, patience);
    const [damaged] = await bench.query<{ sequence: number }>(
      'gateway',
      `SELECT sequence::int FROM parked_messages WHERE key = $1 AND reason = 'poison'`,
      [key],
    );
    await Promise.all(consumers.map((consumer, index) => askAgain(key, consumer, damaged!.sequence, index + 1)));
    await expectConvergence(bench, { strangers: [STRANGER] });
    expect(await serves(ada, 'Damaged on its way')).toBe(true);
  },
  300_000,
);

/** As a consumer asks the owner, and an operator in its name. */
const askAgain = (key: string, consumer: string, sequence: number, number: number) =>
  writeRecords(bench.stack.brokers, syncCommands, [
    foreignMessage(syncCommands, {
      type: ReplayRequestedV1.type,
      key: `${calendarEntries.name}/${consumer}`,
      sequence: number,
      data: { topic: calendarEntries.name, key, fromSequence: sequence, toSequence: sequence, consumer },
    }),
  ]);

test('a batch packed with zstd, a value of two megabytes and a type that nobody knows are taken as they come', async () => {
  const large = entryOfNobody('é'.repeat(1_000_000));
  const key = large.calendarId;
  const partition = 0;
  await keepBatchesAsTheyAre();
  await send([{ ...unknownMessage(calendarEntries, key, 1), partition }], { compression: ZSTD });
  expect(await packedWithZstd(partition)).toBe(true);
  await send([
    { ...foreignMessage(calendarEntries, { type: EntryAddedV1.type, key, sequence: 2, data: large }), partition },
  ]);
  await send([{ ...unknownMessage(calendarEntries, key, 3), partition }]);
  await eventually(async () => expect(await reached(key)).toEqual([3, 3, 3]), patience);
  const [row] = await bench.query<{ bytes: number }>(
    'gateway',
    `SELECT octet_length(shown->>'description') AS bytes FROM calendar_entries WHERE entry_id = $1`,
    [large.entryId],
  );
  expect(row?.bytes).toBe(2_000_000);
  for (const service of consumers)
    expect(await bench.metric(service, 'kafka_unknown_types_total', { topic: calendarEntries.name })).toBeGreaterThan(
      1,
    );
  await expectConvergence(bench, { strangers: [STRANGER] });
}, 300_000);

testInSuiteOnly(
  'an entry too large to publish holds its own calendar with an alarm, and the others go on',
  async () => {
    const key = await calendarOf(ada);
    const { id } = await insert(ada, 'Larger than a topic takes', { description: 'x'.repeat(6_000_000) });
    const held = () => bench.query<{ topic: string; key: string }>('sync', 'SELECT topic, key FROM quarantined_keys');
    await eventually(async () => expect(await held()).toEqual([{ topic: calendarEntries.name, key }]), patience);
    expect(await bench.metric('sync', 'relay_quarantined_keys')).toBe(1);
    expect(readFileSync(bench.stack.logFile('sync'), 'utf8')).toMatch(/"alarm":"key-quarantined"/);

    await insert(ada, 'Stands behind the large one');
    await insert(bela, 'Passes by the large one');
    await eventually(async () => expect(await serves(bela, 'Passes by the large one')).toBe(true), patience);
    expect(await serves(ada, 'Stands behind the large one')).toBe(false);
    expect(await bench.isReady('sync')).toBe(true);

    await bench.simulator.patch(ada, id, { description: 'Small enough' });
    await eventually(async () => {
      const [row] = await bench.query<{ count: number }>(
        'sync',
        `SELECT count(*)::int AS count FROM events WHERE key = $1 AND type = 'EntryChanged' AND data->'entry'->>'description' = 'Small enough'`,
        [key],
      );
      expect(row!.count).toBe(1);
    }, patience);
    await release(key);
    await expectConvergence(bench, { strangers: [STRANGER], givenUp: { sync: 1 } });
  },
  300_000,
);

async function release(key: string): Promise<void> {
  const database = openDatabase({
    url: bench.stack.databaseUrl('sync'),
    applicationName: 'operator',
    maxConnections: 1,
  });
  try {
    expect(await releaseQuarantined(database, { topic: calendarEntries.name, key }, 'skip')).toBe(true);
  } finally {
    await database.close();
  }
}

/** The topic keeps batches packed as their producer packed them. */
async function keepBatchesAsTheyAre(): Promise<void> {
  const TOPIC = 2;
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const admin = createKafka({ brokers: [...bench.stack.brokers], clientId: 'operator', logger: silent }).admin();
  await admin.connect();
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: TOPIC, name: calendarEntries.name }],
    });
    const kept = resources[0]!.configEntries
      .filter(({ configName, isDefault }) => !isDefault && configName !== 'compression.type')
      .map(({ configName: name, configValue: value }) => ({ name, value }));
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: TOPIC,
          name: calendarEntries.name,
          configEntries: [...kept, { name: 'compression.type', value: 'producer' }],
        },
      ],
    });
  } finally {
    await admin.disconnect();
  }
}

/** Whether what the broker keeps of the partition holds the beginning of a zstd frame. */
async function packedWithZstd(partition: number): Promise<boolean> {
  const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
  const folder = join(bench.stack.directory.kafka, 'data', `${calendarEntries.name}-${partition}`);
  return readdirSync(folder).some((name) => name.endsWith('.log') && readFileSync(join(folder, name)).includes(magic));
}

const calendarOf = (person: SimulatedPerson) => bench.calendarOf(person);
