import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Service, services } from '@calendar-sync/local-stack';
import { eventually } from '@calendar-sync/test-infrastructure';
import { converged } from '../flow/convergence';
import { type FaultBench, WINDOW } from './fault-bench';
import { allRecords, groupFaults, type TopicRecord, watermarks } from './topic-records';

export interface Expectations {
  /** How many messages are parked in each service, by reason. None unless told. */
  parked?: Partial<Record<Service, Record<string, number>>>;
  /** Keys of topics that are quarantined: what is stored of them need not be on the topic. */
  quarantined?: Partial<Record<Service, number>>;
  /** How many stored events of each service an operator gave up: they are on no topic. */
  givenUp?: Partial<Record<Service, number>>;
  /** Sources beside the services' own, whose messages nobody stored. */
  strangers?: readonly string[];
  /** Services that were restored and published without a new epoch: numbers of theirs mean two things. */
  numberedAnew?: readonly Service[];
  timeoutMs?: number;
}

/**
 * What must hold after every fault. Heals, waits until nothing is on its way, compares the gateway with the provider's
 * truth entry by entry, and checks the invariants. Throws with everything that does not hold.
 */
export async function expectConvergence(bench: FaultBench, expected: Expectations = {}): Promise<void> {
  const { timeoutMs = 180_000 } = expected;
  await bench.heal();
  await eventually(async () => void expect(await notReady(bench)).toEqual([]), { timeoutMs, intervalMs: 250 });
  await converged(bench.stack, bench.simulator, bench.people, WINDOW, timeoutMs);
  await eventually(async () => void expect(await onTheWay(bench)).toEqual([]), { timeoutMs, intervalMs: 250 });
  // Polls go on, and a record may just be on its way between two looks: what does not hold must keep not holding.
  await eventually(async () => void expect(await violations(bench, expected)).toEqual([]), {
    timeoutMs: Math.min(timeoutMs, 90_000),
    intervalMs: 1_000,
  });
  await converged(bench.stack, bench.simulator, bench.people, WINDOW, timeoutMs);
}

const notReady = async (bench: FaultBench): Promise<string[]> => {
  const faults: string[] = [];
  for (const name of bench.stack.serviceProcesses) {
    if (!(await bench.isReady(name))) faults.push(`${name} is not ready`);
  }
  return faults;
};

/** What is stored and not published, published and not consumed. Polling makes a little all the time: it must have been caught up with. */
async function onTheWay(bench: FaultBench): Promise<string[]> {
  const found: string[] = [];
  const ends = await watermarks(bench.stack.brokers);
  for (const service of services) {
    const [outbox] = await bench.query<{ events: number; commands: number }>(
      service,
      `SELECT (SELECT count(*)::int FROM events AS e, (SELECT coalesce(max(cursor_transaction::xid8), '0') AS tx,
           coalesce(max(cursor_position), 0) AS position FROM relay_state WHERE name NOT LIKE '%replay%') AS c
         WHERE e.topic IS NOT NULL AND (e.tx, e.position) > (c.tx, c.position)) AS events,
        (SELECT count(*)::int FROM outbox_messages) AS commands`,
    );
    if (outbox!.events > 0) found.push(`${service} has ${outbox!.events} events unpublished`);
    if (outbox!.commands > 0) found.push(`${service} has ${outbox!.commands} commands unpublished`);
    const offsets = await bench.query<{ topic: string; partition: number; next_offset: string }>(
      service,
      'SELECT topic, partition, next_offset FROM consumer_offsets',
    );
    for (const { topic, partition, next_offset: next } of offsets) {
      const end = ends.find((each) => each.topic === topic && each.partition === partition)?.high ?? 0n;
      if (end > BigInt(next)) found.push(`${service} is ${end - BigInt(next)} behind on ${topic}/${partition}`);
    }
  }
  return found;
}

interface StoredEvent {
  topic: string;
  key: string;
  sequence: string;
  id: string;
}

/** Polls go on while it looks: what is stored and applied is read before the records that it came from, and after those that it must hold. */
async function violations(bench: FaultBench, expected: Expectations): Promise<string[]> {
  const before = new Map(
    (await watermarks(bench.stack.brokers)).map(({ topic, partition, high }) => [`${topic} ${partition}`, high]),
  );
  const applied = new Map<Service, Applied>();
  for (const service of services) applied.set(service, await appliedBy(bench, service, expected));
  const stored = new Map<Service, StoredEvent[]>();
  for (const service of services) {
    stored.set(
      service,
      await bench.query<StoredEvent>(
        service,
        `SELECT e.topic, e.key, e.sequence, e.id FROM events AS e
         LEFT JOIN quarantined_keys AS q ON q.topic = e.topic AND q.key = e.key
         WHERE e.topic IS NOT NULL AND e.metadata->'received' IS NULL AND (q.key IS NULL OR e.sequence < q.sequence)`,
      ),
    );
  }
  const leaks = new Set<string>();
  const records = await allRecords(bench.stack.brokers, (topic, bytes) => {
    for (const [what, secret] of bench.canaries) if (bytes.includes(secret)) leaks.add(`${what} is on ${topic}`);
  });
  return [
    ...unpublished(stored, records, expected),
    ...outOfOrder(records, expected),
    ...appliedWrongly(
      applied,
      records,
      records.filter(({ topic, partition, offset }) => offset < (before.get(`${topic} ${partition}`) ?? 0n)),
      expected,
    ),
    ...(await parkedUnexpectedly(bench, expected)),
    ...(await quarantinedUnexpectedly(bench, expected)),
    ...(await notReady(bench)),
    ...(await groupFaults(bench.stack.brokers)),
    ...leaks,
    ...secretsInLogs(bench),
  ];
}

/** Every stored public event is on its topic. */
function unpublished(
  stored: ReadonlyMap<Service, StoredEvent[]>,
  records: readonly TopicRecord[],
  { givenUp = {} }: Expectations,
): string[] {
  const published = new Set(records.map(({ topic, headers }) => `${topic} ${headers['ce_id']}`));
  return [...stored].flatMap(([service, events]) => {
    const missing = events.filter(({ topic, id }) => !published.has(`${topic} ${id}`));
    if (missing.length === (givenUp[service] ?? 0)) return [];
    const first = missing[0];
    return [
      `${missing.length} of ${events.length} stored events of ${service} are not on their topic, first ${first?.topic} ${first?.key} ${first?.sequence}`,
    ];
  });
}

const isOfReplay = (topic: string) => topic.includes('.replay.');

/** Numbers of each key first appear one after the other, and one number never stands for two messages. */
function outOfOrder(records: readonly TopicRecord[], { numberedAnew = [] }: Expectations): string[] {
  const faults: string[] = [];
  const last = new Map<string, number>();
  const meaning = new Map<string, string>();
  for (const { topic, key, headers, digest } of records) {
    if (isOfReplay(topic) || headers['ce_sequence'] === undefined) continue;
    const sequence = Number(headers['ce_sequence']);
    const line = `${topic} ${key} of ${headers['ce_source']}, epoch ${headers['ce_epoch']}`;
    const name = `${line}, number ${sequence}`;
    const before = meaning.get(name);
    const isExpected = numberedAnew.some((service) => headers['ce_source'] === `/calendar-sync/${service}`);
    if (before !== undefined && before !== `${headers['ce_id']} ${digest}` && !isExpected)
      faults.push(`${name} means two things`);
    meaning.set(name, `${headers['ce_id']} ${digest}`);
    const reached = last.get(line) ?? 0;
    if (sequence > reached + 1 && last.has(line)) faults.push(`${line} jumps from ${reached} to ${sequence}`);
    if (sequence < reached && before === undefined) faults.push(`${line} has ${sequence} only after ${reached}`);
    last.set(line, Math.max(reached, sequence));
  }
  return faults.slice(0, 20);
}

interface Reached {
  topic: string;
  key: string;
  source: string;
  epoch: string;
  last: string;
}

/** What a consumer has kept and how far it is. */
interface Applied {
  kept: { topic: string; count: number; distinct: number }[];
  topics: ReadonlySet<string>;
  reached: ReadonlyMap<string, Reached>;
}

const keyOf = ({ topic, key, source = '' }: { topic: string; key: string; source?: string | undefined }) =>
  `${topic}\n${key}\n${source}`;

async function appliedBy(bench: FaultBench, service: Service, { strangers = [] }: Expectations): Promise<Applied> {
  const topics = await bench.query<{ topic: string }>(service, 'SELECT DISTINCT topic FROM consumer_offsets');
  const rows = await bench.query<Reached>(
    service,
    'SELECT topic, key, source, epoch, last_sequence AS last FROM consumer_sequences',
  );
  return {
    topics: new Set(topics.map(({ topic }) => topic)),
    reached: new Map(rows.map((row) => [keyOf(row), row])),
    kept: await bench.query(
      service,
      `SELECT metadata->'received'->>'topic' AS topic, count(*)::int AS count,
         count(DISTINCT (metadata->'received'->>'epoch', id))::int AS distinct FROM events
       WHERE metadata->'received' IS NOT NULL AND NOT metadata->'received'->>'source' = ANY ($1) GROUP BY 1`,
      [strangers],
    ),
  };
}

/** The highest epoch and number of every key. */
function endsOf(records: readonly TopicRecord[], { strangers = [] }: Expectations) {
  const ends = new Map<string, { topic: string; key: string; epoch: number; sequence: number }>();
  for (const { topic, key, headers } of records) {
    const source = headers['ce_source'];
    if (isOfReplay(topic) || headers['ce_sequence'] === undefined || strangers.includes(source ?? '')) continue;
    const [epoch, sequence] = [Number(headers['ce_epoch']), Number(headers['ce_sequence'])];
    const name = keyOf({ topic, key, source });
    const end = ends.get(name);
    if (!end || isBefore(end, { epoch, sequence })) ends.set(name, { topic, key, epoch, sequence });
  }
  return ends;
}

const isBefore = (
  one: { epoch: number; sequence: number },
  other: { epoch: number; sequence: number } | undefined = { epoch: 0, sequence: 0 },
) => one.epoch < other.epoch || (one.epoch === other.epoch && one.sequence < other.sequence);

/** Each consumer is at the last number of each key: of those that were there before it was asked, if not further; and has kept what it received once. */
function appliedWrongly(
  applied: ReadonlyMap<Service, Applied>,
  records: readonly TopicRecord[],
  thereBefore: readonly TopicRecord[],
  expected: Expectations,
): string[] {
  const faults: string[] = [];
  const publishedOn = new Map<string, Set<string>>();
  for (const { topic, headers } of records) {
    if (expected.strangers?.includes(headers['ce_source'] ?? '')) continue;
    if (!publishedOn.has(topic)) publishedOn.set(topic, new Set());
    publishedOn.get(topic)!.add(`${headers['ce_epoch']} ${headers['ce_id']}`);
  }
  const last = endsOf(records, expected);
  const due = endsOf(thereBefore, expected);
  for (const [service, { kept, topics, reached }] of applied) {
    for (const { topic, count, distinct } of kept) {
      if (count !== distinct) faults.push(`${service} kept ${count - distinct} messages of ${topic} twice`);
      const published = publishedOn.get(topic)?.size ?? 0;
      if (distinct > published) faults.push(`${service} kept ${distinct} messages of ${topic}, which has ${published}`);
    }
    if (expected.parked?.[service] !== undefined) continue;
    for (const [name, { topic, key, epoch, sequence }] of last) {
      if (!topics.has(topic)) continue;
      const row = reached.get(name);
      const at = { epoch: Number(row?.epoch ?? 0), sequence: Number(row?.last ?? 0) };
      if (isBefore({ epoch, sequence }, at) || isBefore(at, due.get(name)))
        faults.push(`${service} is at ${row?.last ?? 'nothing'} of ${sequence} on ${topic} ${key}`);
    }
  }
  return faults.slice(0, 20);
}

async function parkedUnexpectedly(bench: FaultBench, { parked = {} }: Expectations): Promise<string[]> {
  const faults: string[] = [];
  for (const service of services) {
    const rows = await bench.query<{ reason: string; count: number }>(
      service,
      'SELECT reason, count(*)::int AS count FROM parked_messages GROUP BY reason ORDER BY reason',
    );
    const found = JSON.stringify(Object.fromEntries(rows.map(({ reason, count }) => [reason, count])));
    const wanted = JSON.stringify(Object.fromEntries(Object.entries(parked[service] ?? {}).sort()));
    if (found !== wanted) faults.push(`${service} has parked ${found} instead of ${wanted}`);
  }
  return faults;
}

async function quarantinedUnexpectedly(bench: FaultBench, { quarantined = {} }: Expectations): Promise<string[]> {
  const faults: string[] = [];
  for (const service of services) {
    const [row] = await bench.query<{ count: number }>(service, 'SELECT count(*)::int AS count FROM quarantined_keys');
    const wanted = quarantined[service] ?? 0;
    if (row!.count !== wanted) faults.push(`${service} has quarantined ${row!.count} keys instead of ${wanted}`);
  }
  return faults;
}

function secretsInLogs(bench: FaultBench): string[] {
  const { logs } = bench.stack.directory;
  const found: string[] = [];
  for (const name of existsSync(logs) ? readdirSync(logs) : []) {
    if (name.includes('simulator')) continue;
    const text = readFileSync(join(logs, name), 'utf8');
    for (const [what, secret] of bench.canaries) if (text.includes(secret)) found.push(`${what} is in ${name}`);
  }
  return found;
}
