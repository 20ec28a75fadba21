import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { calendarChanges, channelToken, parseVersionedKeys } from '@calendar-sync/contracts-webhook-ingestion';
import { createKafka } from '@calendar-sync/kafka';
import type { Stack } from '@calendar-sync/local-stack';
import { eventually } from '@calendar-sync/test-infrastructure';
import { Client } from 'pg';
import { byTurns, medians } from '../../figures/by-turns';
import { atLeastOfFloor, higherIsBetter, lowerIsBetter } from '../../figures/figures';
import { median, percentile, spread } from '../../figures/statistics';
import type { Bench, Figure, Part } from '../../part';
import { OwnProcess } from '../../setting/own-process';
import { cpuSeconds } from '../../setting/process-cpu';
import { freshDatabase, startProduct } from '../../setting/servers';
import { migrated } from '../../product/built';
import { messagesIn, silent } from '../../product/topic-ends';
import type { BareEdge } from './bare-edge.process';
import type { PushesSent, PushLoad } from './push-load.process';

const CONNECTIONS = 64;
const POOL = 10;

export const edge: Part = {
  name: 'edge',
  about: `Google's pushes answered 2xx a second, each for a channel of its own, over ${CONNECTIONS} kept connections from another process, by a webhook-ingestion process as it runs in production, relay and metrics included; every push that was answered is counted in its database afterwards. Latency is what the caller sees under that load. The floor is a bare Fastify route that checks the same token and commits the same rows in one statement per request, with as many connections to the same Postgres. Processor time is that of the serving process per push, without Postgres.`,
  async run(bench) {
    const stack = await startProduct(bench, {
      services: ['webhook-ingestion'],
      simulator: false,
      env: { DATABASE_CONNECTIONS: String(POOL) },
    });
    const bare = await startBareEdge(bench, stack);
    const service = {
      url: stack.urls['webhook-ingestion'],
      pid: stack.pid('webhook-ingestion')!,
      rest: relayIsDone(bench, stack),
    };
    const runs = {
      service: await loadOn(bench, stack, service),
      bare: await loadOn(bench, stack, { ...bare, rest: async () => undefined }),
    };
    const samples = await byTurns(
      { rounds: bench.quick ? 2 : 5, onRound: (text) => bench.progress(text) },
      { service: runs.service.push, bare: runs.bare.push },
    );
    await everyPushIsStored(stack.databaseUrl('webhook-ingestion'), runs.service.answered());
    await everyPushIsStored(bare.databaseUrl, runs.bare.answered());
    return [
      atLeastOfFloor(
        0.8,
        higherIsBetter({
          name: 'pushes answered',
          unit: '/s',
          value: medians(samples).service,
          floor: { name: 'bare route', value: medians(samples).bare },
          detail: `${spread(samples.service)}; floor ${spread(samples.bare)}`,
        }),
      ),
      latency('latency, p50', 0.5, runs),
      latency('latency, p99', 0.99, runs),
      ...processorTime(runs),
    ];
  },
};

type Load = Awaited<ReturnType<typeof loadOn>>;

/** A generator for one server; every call of `push` is one round. */
async function loadOn(
  bench: Bench,
  stack: Stack,
  { url, pid, rest }: { url: string; pid: number; rest: () => Promise<unknown> },
) {
  const generator = await OwnProcess.start<PushLoad, PushesSent>(bench, join(__dirname, 'push-load.process.js'));
  const keys = parseVersionedKeys(stack.secrets.channelTokenKeys);
  const channels = Array.from({ length: bench.quick ? 2_000 : 40_000 }, () => {
    const channelId = randomUUID();
    return { channelId, token: channelToken(keys, channelId, randomUUID()) };
  });
  const rounds: (PushesSent & { cpu: number })[] = [];
  return {
    rounds,
    answered: () => rounds.reduce((sum, { answered }) => sum + answered, 0),
    push: async () => {
      const before = cpuSeconds(pid);
      const sent = await generator.ask({
        url,
        ...(rounds.length === 0 && { channels }),
        connections: CONNECTIONS,
        forMs: bench.quick ? 500 : 4_000,
      });
      await rest();
      rounds.push({ ...sent, cpu: (cpuSeconds(pid) ?? NaN) - (before ?? NaN) });
      return sent.answered / sent.seconds;
    },
  };
}

const warm = <Round>({ rounds }: { rounds: readonly Round[] }) => rounds.slice(1);

function latency(name: string, share: number, { service, bare }: { service: Load; bare: Load }): Figure {
  const of = (load: Load) => warm(load).map(({ latencies }) => percentile(latencies, share));
  return lowerIsBetter({
    name,
    unit: 'ms',
    value: median(of(service)),
    floor: { name: 'bare route', value: median(of(bare)) },
    detail: `${spread(of(service))}; floor ${spread(of(bare))}`,
  });
}

function processorTime({ service, bare }: { service: Load; bare: Load }): Figure[] {
  const of = (load: Load) => median(warm(load).map(({ cpu, answered }) => (cpu / answered) * 1e6));
  if (Number.isNaN(of(service))) return [];
  return [
    lowerIsBetter({
      name: 'processor time per push',
      unit: 'µs',
      value: of(service),
      floor: { name: 'bare route', value: of(bare) },
      detail: 'the service also publishes each push to Kafka, which the bare route does not',
    }),
  ];
}

async function startBareEdge(bench: Bench, stack: Stack) {
  const databaseUrl = await freshDatabase(stack.postgres!.url, 'bare_edge');
  await migrated('webhook-ingestion', databaseUrl);
  const server = await OwnProcess.start<BareEdge, string>(bench, join(__dirname, 'bare-edge.process.js'));
  const url = await server.ask({ databaseUrl, channelTokenKeys: stack.secrets.channelTokenKeys, connections: POOL });
  return { url, pid: server.pid, databaseUrl };
}

/** What the relay has still to publish would take processor time from the floor's turn. */
function relayIsDone(bench: Bench, stack: Stack): () => Promise<unknown> {
  const admin = createKafka({ brokers: [...stack.brokers], clientId: 'benchmark', logger: silent }).admin();
  const client = new Client({ connectionString: stack.databaseUrl('webhook-ingestion') });
  const opened = Promise.all([admin.connect(), client.connect()]);
  bench.onEnd(async () => void (await Promise.all([admin.disconnect(), client.end()])));
  return async () => {
    await opened;
    const { rows } = await client.query<{ wanted: number }>(
      'SELECT count(*)::int AS wanted FROM events WHERE topic IS NOT NULL',
    );
    const wanted = rows[0]!.wanted;
    await eventually(async () => (await messagesIn(admin, calendarChanges.name)) >= wanted, {
      timeoutMs: 120_000,
      intervalMs: 100,
    });
  };
}

async function everyPushIsStored(databaseUrl: string, answered: number): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ stored: number }>(
      'SELECT count(*)::int AS stored FROM calendar_webhook_logs',
    );
    const { stored } = rows[0]!;
    if (stored !== answered) throw new Error(`${answered} pushes were answered 2xx and ${stored} are stored`);
  } finally {
    await client.end();
  }
}
