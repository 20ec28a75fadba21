import { randomUUID } from 'node:crypto';
import {
  appendToStreams,
  type Database,
  eventStoreSql,
  openDatabase,
  type StreamAppend,
} from '@calendar-sync/event-sourcing-postgres';
import { calendarEntries } from '@calendar-sync/contracts-sync';
import { byTurns, medians, seconds } from '../../figures/by-turns';
import { atLeastOfFloor, higherIsBetter, lowerIsBetter } from '../../figures/figures';
import { perSecond } from '../../figures/rate';
import { spread } from '../../figures/statistics';
import type { Bench, Figure, Part } from '../../part';
import { sampleEntry } from '../../product/sample-entries';
import { freshDatabase, startPostgres } from '../../setting/servers';
import { plainInserts } from './plain-inserts';

const PARALLEL = 8;

export const store: Part = {
  name: 'store',
  about: `Events appended a second with appendToStreams, each with its public sequence: alone (one transaction after the other), by ${PARALLEL} at a time, and many in one transaction. The floor is one plain INSERT of the same rows, committed by itself, into a table with the same columns and indexes, through the same driver: no counter, no check of versions, no BEGIN. An event is about 2 kB of JSON. Bytes per event are those of the table with its indexes, against its JSON alone.`,
  async run(bench) {
    const server = await startPostgres(bench);
    const url = await freshDatabase(server.url, 'store');
    const database = openDatabase({
      url,
      applicationName: 'benchmark',
      maxConnections: PARALLEL,
      statementTimeoutMs: 60_000,
    });
    bench.onEnd(() => database.close());
    for (const statement of eventStoreSql) await database.query(statement);
    const plain = plainInserts(database);
    await plain.createTable();
    return [
      ...(await transactions(bench, 'single', 1, database, plain)),
      ...(await transactions(bench, `${PARALLEL} in parallel`, PARALLEL, database, plain)),
      ...(await bulk(bench, database, plain)),
      await bytes(database),
    ];
  },
};

type Plain = ReturnType<typeof plainInserts>;

let appended = 0;

/** A stream of its own with one event, published under its calendar's key. */
function newStream(): StreamAppend {
  const entry = sampleEntry((appended += 1));
  return {
    streamId: `calendar-entry-${entry.entryId}`,
    ownerId: entry.ownerId,
    expectedVersion: 0,
    events: [{ type: 'EntryAdded', data: entry, id: randomUUID() }],
    metadata: { correlationId: entry.entryId, causedAt: '2026-01-05T07:00:00.000Z' },
  };
}

const append = (database: Database, streams: readonly StreamAppend[]) =>
  database.transaction((tx) =>
    appendToStreams(tx, streams, {
      route: ({ data }) => {
        const { calendarId, entryId } = data as { calendarId: string; entryId: string };
        return { topic: calendarEntries.name, key: calendarId, subject: entryId };
      },
    }),
  );

async function transactions(
  bench: Bench,
  name: string,
  workers: number,
  database: Database,
  plain: Plain,
): Promise<Figure[]> {
  const forMs = bench.quick ? 150 : 2_000;
  const samples = await byTurns(
    { rounds: bench.quick ? 2 : 5, onRound: (text) => bench.progress(`${name}, ${text}`) },
    {
      store: () => perSecond({ forMs, workers }, () => append(database, [newStream()])),
      plain: () => perSecond({ forMs, workers }, () => plain.insert([newStream()])),
    },
  );
  const { store: value, plain: floor } = medians(samples);
  const figure = higherIsBetter({
    name: `appends, ${name}`,
    unit: '/s',
    value,
    floor: { name: 'plain INSERT', value: floor },
    detail: `${spread(samples.store)}; floor ${spread(samples.plain)}`,
  });
  return [workers === 1 ? atLeastOfFloor(0.6, figure) : figure];
}

async function bulk(bench: Bench, database: Database, plain: Plain): Promise<Figure[]> {
  const size = bench.quick ? 500 : 10_000;
  const rate = async (write: (streams: StreamAppend[]) => Promise<unknown>) => {
    const streams = Array.from({ length: size }, newStream);
    return size / (await seconds(() => write(streams)));
  };
  const samples = await byTurns(
    { rounds: bench.quick ? 2 : 5, onRound: (text) => bench.progress(`bulk, ${text}`) },
    {
      store: () => rate((streams) => append(database, streams)),
      plain: () => rate((streams) => plain.insert(streams)),
    },
  );
  const { store: value, plain: floor } = medians(samples);
  return [
    atLeastOfFloor(
      0.5,
      higherIsBetter({
        name: `events, ${size.toLocaleString('en-US')} in one transaction`,
        unit: '/s',
        value,
        floor: { name: 'plain INSERT', value: floor },
        detail: `${spread(samples.store)}; floor ${spread(samples.plain)}`,
      }),
    ),
  ];
}

async function bytes(database: Database): Promise<Figure> {
  const { rows } = await database.query<{ total: string; json: string; events: string }>(
    `SELECT pg_total_relation_size('events') AS total, sum(length(data::text) + length(metadata::text)) AS json, count(*) AS events
     FROM events`,
  );
  const { total, json, events } = rows[0]!;
  return lowerIsBetter({
    name: 'bytes per event',
    unit: 'B',
    value: Number(total) / Number(events),
    floor: { name: 'its JSON', value: Number(json) / Number(events) },
    detail: `${Number(events).toLocaleString('en-US')} events with five indexes`,
  });
}
