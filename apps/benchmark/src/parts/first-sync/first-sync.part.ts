import { calendarEntries, calendarIdOf, entryIdOf } from '@calendar-sync/contracts-sync';
import { eventually } from '@calendar-sync/test-infrastructure';
import { Client } from 'pg';
import { byTurns, seconds } from '../../figures/by-turns';
import { atMostFloors, lowerIsBetter } from '../../figures/figures';
import { median, number, spread } from '../../figures/statistics';
import type { Part } from '../../part';
import { copyIn, copyLine } from '../../product/copy-in';
import { connectAll, type Product, settled, startWholeProduct } from '../../product/product';
import type { GoogleEvent, Person, SimulatedGoogle } from '../../product/simulated-google';
import { processesOf, secondsBetween, sum, usage } from '../../product/stack-processes';
import { lastAppended } from '../../product/topic-records';
import { freshDatabase } from '../../setting/servers';

/** Of one account: its calendar that holds the entries, and which of them the product tells last. */
interface Import {
  person: Person;
  calendarId: string;
  entries: number;
  lastEntryId: string;
}

export const firstSync: Part = {
  name: 'first-sync',
  about:
    'From the request to connect an account whose calendar holds 10,000 entries until the gateway answers for the last of ' +
    'them: connected, listed, pulled in pages, every entry decided, kept with its history, published, put to ' +
    'meeting-extraction and folded into the read models. The floor fetches the same pages and puts the same JSON into one ' +
    'table of one text column with one COPY. Each round has an account of its own.',
  async run(bench) {
    const rounds = bench.quick ? 1 : 3;
    const size = bench.quick ? 500 : 10_000;
    const product = await startWholeProduct(bench);
    const database = await openFloor(bench, product);
    const imports: Import[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      bench.progress(`fills calendar ${round + 1} of ${rounds + 1}`);
      imports.push(await filled(product.google, size, `import${round}.example.com`));
    }
    const [warmUp, ...measured] = imports as [Import, ...Import[]];
    bench.progress('warm-up');
    await firstSyncOf(product, warmUp);
    await fetchAndCopy(product.google, database, warmUp);
    await settled(product, 2, bench.progress);

    const began: number[] = [];
    const processor: Map<string, number>[] = [];
    const processes = processesOf(product.stack);
    const [forProduct, forFloor] = [[...measured], [...measured]];
    const samples = await byTurns(
      { rounds, warmUp: 0, onRound: bench.progress },
      {
        product: () =>
          seconds(async () => {
            began.push(Date.now());
            const before = usage(processes);
            await firstSyncOf(product, forProduct.shift()!);
            processor.push(secondsBetween(before, usage(processes)));
          }),
        floor: () => seconds(() => fetchAndCopy(product.google, database, forFloor.shift()!)),
      },
    );
    await settled(product, 2 * imports.length, bench.progress);
    for (const each of measured) await isComplete(product, each);
    const legs = await legsOf(product, measured, began, await lastAppended(bench, product.stack, calendarEntries));
    const entries = median(measured.map(({ entries }) => entries));
    return [
      atMostFloors(
        8,
        lowerIsBetter({
          name: `${number(entries)} entries`,
          unit: 's',
          value: median(samples.product),
          floor: { name: 'pages fetched, one COPY', value: median(samples.floor) },
          detail: `${spread(samples.product)} s, floor ${spread(samples.floor)} s; after ${legs}; processor: ${processorOf(processor)}`,
        }),
      ),
    ];
  },
};

async function filled(google: SimulatedGoogle, size: number, domain: string): Promise<Import> {
  // A series brings exceptions along: about a quarter on top of what is asked for.
  const [person] = await google.seed(1, Math.round(size / 1.25), domain);
  if (person === undefined) throw new Error('nobody was seeded');
  const calendarId = calendarIdOf(person.email, 'google', person.sub, person.email);
  let entries = 0;
  let last: GoogleEvent | undefined;
  for await (const { items } of google.pages(person, person.email)) {
    entries += items.length;
    // Within a page masters go before their exceptions.
    last = items.findLast(({ recurringEventId }) => recurringEventId !== undefined) ?? items.at(-1) ?? last;
  }
  if (last === undefined) throw new Error('the calendar is empty');
  return { person, calendarId, entries, lastEntryId: entryIdOf(calendarId, last.id) };
}

/** The gateway is asked once its database has the entry: it looks for an id that it has never heard of among the instances of all series. */
async function firstSyncOf(product: Product, { person, lastEntryId }: Import): Promise<void> {
  await connectAll(product, [person]);
  const stored = async () =>
    (await product.look('gateway', 'SELECT FROM calendar_entries WHERE entry_id = $1', [lastEntryId])).length === 1;
  await eventually(stored, { timeoutMs: 180_000, intervalMs: 20 });
  if (!(await product.gateway(person).knows(lastEntryId))) throw new Error('the gateway does not tell of an entry');
}

async function fetchAndCopy(google: SimulatedGoogle, database: Client, { person }: Import): Promise<void> {
  const lines: Buffer[] = [];
  for await (const { items } of google.pages(person, person.email)) lines.push(...items.map(copyLine));
  await copyIn(database, 'COPY raw_entries FROM STDIN', lines);
}

async function openFloor(bench: Parameters<Part['run']>[0], { stack }: Product): Promise<Client> {
  const server = stack.postgres;
  if (server === undefined) throw new Error('the stack has no Postgres of its own');
  const database = new Client({ connectionString: await freshDatabase(server.url, 'floor') });
  bench.onEnd(() => database.end());
  await database.connect();
  await database.query('CREATE TABLE raw_entries (entry jsonb NOT NULL)');
  return database;
}

async function isComplete({ look }: Product, { calendarId, entries }: Import): Promise<void> {
  const [row] = await look<{ count: number }>(
    'gateway',
    'SELECT count(*)::int FROM calendar_entries WHERE calendar_id = $1',
    [calendarId],
  );
  if (row!.count !== entries) throw new Error(`the gateway holds ${row!.count} of ${entries} entries`);
}

/** Seconds until the last entry was readable, of each process and of all; medians over the rounds. */
function processorOf(rounds: readonly ReadonlyMap<string, number>[]): string {
  const names = [...rounds[0]!.keys()];
  const each = names.map((name) => `${name} ${number(median(rounds.map((round) => round.get(name)!)))} s`);
  return [...each, `all ${number(median(rounds.map((round) => sum([...round.values()]))))} s`].join(', ');
}

/** When each part of the work was done, in seconds since the request to connect; medians over the rounds. */
async function legsOf(
  { look }: Product,
  imports: readonly Import[],
  began: readonly number[],
  published: ReadonlyMap<string, number>,
): Promise<string> {
  const legs = new Map<string, number[]>();
  for (const [round, { calendarId }] of imports.entries()) {
    const at = async (service: 'sync' | 'meeting-extraction' | 'gateway', text: string) =>
      (await look<{ at: Date }>(service, text, [calendarId]))[0]?.at?.getTime() ?? Number.NaN;
    const received = (topic: string) =>
      `SELECT max(recorded_at) AS at FROM events WHERE key = $1::text AND metadata->'received'->>'topic' = '${topic}'`;
    const extracted = 'SELECT max(recorded_at) AS at FROM events WHERE key = $1::text';
    const times = {
      'the first page asked for': await at(
        'sync',
        'SELECT min(started_at) AS at FROM pull_runs WHERE calendar_id = $1',
      ),
      'all stored': await at('sync', 'SELECT min(finished_at) AS at FROM pull_runs WHERE calendar_id = $1'),
      published: published.get(calendarId) ?? Number.NaN,
      extracted: await at('meeting-extraction', `${extracted} AND NOT data->'about' ? 'fromSeries'`),
      'entries readable': await at('gateway', received('sync.calendar-entries.v1')),
      'meetings readable': await at(
        'gateway',
        `${received('meeting-extraction.meetings.v1')} AND data->'meeting'->'fromSeries' IS NULL`,
      ),
      'occurrences of series published': await at('meeting-extraction', extracted),
    };
    for (const [name, time] of Object.entries(times)) {
      legs.set(name, [...(legs.get(name) ?? []), (time - began[round]!) / 1_000]);
    }
  }
  return [...legs].map(([name, times]) => `${number(median(times))} s ${name}`).join(', ');
}
