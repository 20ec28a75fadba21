import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Service, services } from '@calendar-sync/local-stack';
import { type Balancer, balancer, eventually, weave, type Weaving } from '@calendar-sync/test-infrastructure';
import { gatewayClient } from '../clients/gateway.client';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed, WINDOW } from './fault-bench';
import { guardWeavings, removedGuard } from './guards/guards';
import { seededRandom } from './seeded-random';
import { allRecords } from './topic-records';

const LONGEST_PAUSE_SECONDS = 10;

/** A version of sync that records and publishes with every pull what this one has never heard of. */
const newerSync: Weaving[] = [
  {
    module: 'libs/contracts/sync/dist/calendar-syncs.topic.js',
    find: "exports.calendarSyncs = (0, contracts_envelope_1.topic)('sync.calendar-syncs.v1', {",
    replace:
      "exports.CalendarSeenV1 = (0, contracts_envelope_1.message)('CalendarSeen.v1', { calendarId: contracts_envelope_1.Uuid }); exports.calendarSyncs = (0, contracts_envelope_1.topic)('sync.calendar-syncs.v1', {",
  },
  {
    module: 'libs/contracts/sync/dist/calendar-syncs.topic.js',
    find: 'exports.NotificationFailedV1,',
    replace: 'exports.NotificationFailedV1, exports.CalendarSeenV1,',
  },
  {
    module: 'apps/sync/dist/publishing/sync.publications.js',
    find: 'CalendarSynced: (0, kafka_1.publish)(',
    replace:
      'CalendarSeen: (0, kafka_1.publish)(contracts_sync_1.calendarSyncs, contracts_sync_1.CalendarSeenV1, ({ calendarId }) => ({ calendarId })), CalendarSynced: (0, kafka_1.publish)(',
  },
  {
    module: 'apps/sync/dist/features/pull-changes/finish-pull.js',
    find: '...requests.map((operation) =>',
    replace:
      "{ streamId: `calendar-seen-${pull.pullId}`, ownerId, expectedVersion: 0, events: [{ type: 'CalendarSeen', data: about }] }, ...requests.map((operation) =>",
  },
].map((weaving, index) => ({ name: `newer sync (${index + 1})`, ...weaving }));

const seed = faultSeed();
let bench: FaultBench;
let front: Balancer;
let edge: Balancer;

const replicasOf = (service: Service) =>
  (bench?.stack?.serviceProcesses ?? []).filter((name) => name === service || name.startsWith(`${service}-`));
const targetsOf = (service: Service) => () => replicasOf(service).map((name) => bench.stack.urlOf(name));

beforeEach(async () => {
  front = await balancer(targetsOf('gateway'), { lookTimeoutMs: 2_000 });
  edge = await balancer(targetsOf('webhook-ingestion'), { lookTimeoutMs: 2_000 });
  bench = await FaultBench.open(seed, { env: { WEBHOOK_PUBLIC_URL: `${edge.url}/webhooks/google` } });
  await Promise.all(services.map((service) => bench.stack.startReplica(service)));
  await allServe();
}, 300_000);
afterEach(async () => {
  await bench.close();
  await front.close();
  await edge.close();
}, 60_000);

test('a rolling restart of everything under load, into a version that says more, fails no request and holds nothing up', async () => {
  const newer = weave(join(bench.stack.directory.path, 'newer'), [...newerSync, ...guardWeavings(removedGuard())]);
  const before = failedAtBalancers();
  const stopChanging = bench.keepChanging(5);
  const users = useTheGateway();
  const began = new Date();
  try {
    for (const service of ['sync', ...services.filter((each) => each !== 'sync')] as Service[]) {
      for (const name of replicasOf(service)) {
        await replace(service, name, service === 'sync' ? newer.env : {});
        // Beside the older one, whose relay leads.
        if (service === 'sync') await newsIsPassedOver();
      }
    }
  } finally {
    await users.stop();
  }
  const ended = new Date();
  await stopChanging();
  const { requests, operations, failures } = users.seen;

  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(100);
  expect(failedAtBalancers()).toEqual(before);
  await eventually(async () => expect(await unansweredPushes(began)).toEqual([]), { timeoutMs: 10_000 });
  for (const service of services) {
    expect(`${service}: ${await longestPause(service, began, ended)}`).toEqual(`${service}: fine`);
  }
  await expectConvergence(bench);
  const person = bench.people[0]!;
  for (const operation of operations)
    expect((await bench.gateway(person).operation(operation)).status).toBe('succeeded');
  const types = (await allRecords(bench.stack.brokers)).map(({ headers }) => headers['ce_type']);
  expect(types).toContain('CalendarSeen.v1');
  await newsIsPassedOver();
  expect(alarms()).toEqual([]);
});

/** As an orchestrator does: the old one is asked to go, and the next goes when the new one serves. */
async function replace(service: Service, name: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { port } = new URL(bench.stack.urlOf(name));
  await bench.stack.kill(name, 'SIGTERM');
  await eventually(() => expect(bench.stack.exitOf(name)).toEqual({ code: 0, signal: null }), { timeoutMs: 5_000 });
  bench.stack.addService(service, { name, port, env });
  await bench.stack.start(name);
  await allServe();
}

/** Until each reader has met the new type. */
const newsIsPassedOver = () =>
  eventually(
    async () => {
      for (const reader of ['gateway', 'monitoring'] as const) {
        const met = replicasOf(reader).map((name) => bench.metric(name, 'kafka_unknown_types_total'));
        expect(Math.max(...(await Promise.all(met)))).toBeGreaterThan(0);
      }
    },
    { timeoutMs: 60_000, intervalMs: 250 },
  );

const allServe = () => eventually(() => front.ready().length === 2 && edge.ready().length === 2, { timeoutMs: 60_000 });

/** Two readers and one who asks for pulls and waits for them, through the balancer, until they are stopped. */
function useTheGateway() {
  const random = seededRandom(seed);
  const seen = { requests: 0, operations: [] as string[], failures: [] as string[] };
  let going = true;
  const person = bench.people[0]!;
  const client = gatewayClient(bench.stack, person.user, front.url);
  const reads = [
    () => client.entries(WINDOW.from, WINDOW.to),
    () => client.meetings(WINDOW.from, WINDOW.to),
    () => client.calendars(),
    () => client.connections(),
    () => client.syncState(),
  ];
  const again = async (pauseMs: number, request: () => Promise<unknown>) => {
    while (going) {
      try {
        await request();
      } catch (error) {
        seen.failures.push(`${new Date().toISOString()} ${String(error)}`);
      }
      seen.requests += 1;
      await delay(pauseMs);
    }
  };
  const read = () => reads[Math.floor(random() * reads.length)]!();
  const order = async () => seen.operations.push((await client.requestSync(5)).operationId);
  const all = Promise.all([again(50, read), again(50, read), again(500, order)]);
  return {
    seen,
    stop: async () => {
      going = false;
      await all;
    },
  };
}

const failedAtBalancers = () => [front, edge].map(({ lost, unserved }) => ({ lost, unserved }));

/** Pushes since then that had to be repeated, or never came. */
async function unansweredPushes(since: Date): Promise<string[]> {
  const channels = await bench.simulator.channels();
  return channels.flatMap(({ id, deliveries }) =>
    deliveries
      .filter(({ at, outcome, attempts }) => at >= since.getTime() && (attempts !== 1 || outcome !== 'delivered'))
      .map(({ messageNumber, outcome, attempts }) => `${id} ${messageNumber}: ${outcome} after ${attempts}`),
  );
}

/** Between two things that the service recorded: its own facts, or where it only reads, messages. */
async function longestPause(service: Service, from: Date, to: Date): Promise<string> {
  const [row] = await bench.query<{ seconds: number }>(
    service,
    `SELECT max(extract(epoch FROM at - before))::float8 AS seconds FROM (
       SELECT at, lag(at) OVER (ORDER BY at) AS before FROM (
         SELECT recorded_at AS at FROM events WHERE recorded_at BETWEEN $1 AND $2
         UNION ALL SELECT $1::timestamptz UNION ALL SELECT $2::timestamptz
       ) AS moments
     ) AS pauses`,
    [from, to],
  );
  const { seconds } = row!;
  return seconds < LONGEST_PAUSE_SECONDS ? 'fine' : `a pause of ${seconds} s`;
}

/** What any service asked a person to look at. */
const alarms = (): string[] =>
  bench.stack.serviceProcesses.flatMap((name) =>
    readFileSync(bench.stack.logFile(name), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"alarm"')),
  );
