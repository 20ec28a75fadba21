import { readFileSync } from 'node:fs';
import { createKafka } from '@calendar-sync/kafka';
import { eventually, isStopped } from '@calendar-sync/test-infrastructure';
import { converged } from '../flow/convergence';
import { expectConvergence } from './convergence-check';
import type { Failpoint } from './failpoints';
import { FaultBench, faultSeed, WINDOW } from './fault-bench';

const seed = faultSeed();
const patience = { timeoutMs: 120_000, intervalMs: 250 };
const written = [
  ...['consumer_offsets', 'consumer_sequences', 'parked_messages', 'events', 'outbox_messages'],
  ...['calendar_entries', 'calendars', 'connections', 'meetings', 'calendar_sync_status', 'operations'],
];

let bench: FaultBench;
let replica: string;

beforeAll(async () => {
  bench = await FaultBench.open(seed, {
    people: 3,
    entriesPerPerson: 10,
    failpoints: ['consumer.before-transaction', 'consumer.inside-transaction'],
    // Nothing is to be consumed but what the test changes.
    env: { POLL_MIN_SECONDS: '900', POLL_MAX_SECONDS: '1800' },
  });
  await noteWrites();
  const url = new URL(bench.stack.databaseUrl('gateway'));
  url.searchParams.set('options', '-c timezone=UTC -c jit=off -c faults.process=replica');
  replica = await bench.stack.startReplica('gateway', { GATEWAY_DATABASE_URL: url.href });
}, 300_000);
afterAll(() => bench?.close(), 60_000);

/** From now on the gateway's database notes what each of its processes writes and commits. */
async function noteWrites(): Promise<void> {
  await bench.query(
    'gateway',
    'CREATE TABLE writes (id bigint GENERATED ALWAYS AS IDENTITY, process text, what text NOT NULL)',
  );
  await bench.query(
    'gateway',
    `CREATE FUNCTION note_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO writes (process, what)
       VALUES (current_setting('faults.process', true), format('%s %s: %s', TG_OP, TG_TABLE_NAME, left(coalesce(NEW, OLD)::text, 200)));
       RETURN NULL;
     END $$`,
  );
  for (const table of written) {
    await bench.query(
      'gateway',
      `CREATE TRIGGER note_write AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION note_write()`,
    );
  }
}

const writesOfReplica = async (after = 0) =>
  bench.query<{ id: number; what: string }>(
    'gateway',
    `SELECT id::int, what FROM writes WHERE process = 'replica' AND id > $1 ORDER BY id`,
    [after],
  );

const lastWrite = async () =>
  (await bench.query<{ id: number }>('gateway', 'SELECT coalesce(max(id), 0)::int AS id FROM writes'))[0]!.id;

/** Until nobody has written for two looks in a row. */
async function quiet(): Promise<number> {
  let before = -1;
  return eventually(
    async () => {
      const now = await lastWrite();
      const same = now === before;
      before = now;
      return same && { now };
    },
    { timeoutMs: 120_000, intervalMs: 3_000 },
  ).then(({ now }) => now);
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

async function members(): Promise<string> {
  const admin = createKafka({ brokers: [...bench.stack.brokers], clientId: 'fault-suite', logger: silent }).admin();
  await admin.connect();
  try {
    const [group] = (await admin.describeGroups(['gateway'])).groups;
    return `${group!.state} with ${group!.members.length}`;
  } finally {
    await admin.disconnect();
  }
}

test.each<[string, Failpoint]>([
  ['before it opened its transaction', 'consumer.before-transaction'],
  ['inside its transaction, which the database ends meanwhile', 'consumer.inside-transaction'],
])(
  'a projector that was frozen mid-batch %s, and thawed when another had taken over, writes nothing',
  async (_where, failpoint) => {
    const pid = bench.stack.pid(replica)!;
    await eventually(async () => expect(await members()).toBe('Stable with 2'), patience);
    const already = (await writesOfReplica()).at(-1)?.id ?? 0;
    await eventually(
      async () => {
        await bench.mutate(10);
        expect(await writesOfReplica(already)).not.toEqual([]);
      },
      { timeoutMs: 120_000, intervalMs: 2_000 },
    );

    bench.arm(failpoint, { action: 'stop', times: 1, pids: [pid] });
    const before = bench.woven!.strikes(failpoint).length;
    await eventually(
      async () => {
        await bench.mutate(20);
        expect(bench.woven!.strikes(failpoint)).toHaveLength(before + 1);
      },
      { timeoutMs: 120_000, intervalMs: 1_000 },
    );
    expect(await bench.frozenAt(failpoint)).toBe(replica);
    await bench.mutate(20);
    await eventually(async () => expect(await members()).toBe('Stable with 1'), patience);
    await bench.mutate(20);
    await converged(bench.stack, bench.simulator, bench.people, WINDOW, 120_000);
    // It speaks up by the clock, and its news would be consumed rightly.
    await bench.stack.kill('monitoring', 'SIGTERM');
    const taken = await quiet();
    expect(isStopped(pid)).toBe(true);

    bench.thaw(replica);
    await eventually(async () => {
      expect(await members()).toBe('Stable with 2');
      expect(await bench.isReady(replica)).toBe(true);
    }, patience);
    await quiet();
    expect(await writesOfReplica(taken)).toEqual([]);
    if (failpoint === 'consumer.inside-transaction') {
      expect(readFileSync(bench.stack.logFile(replica), 'utf8')).toMatch(/a chunk was not applied and is repeated/);
    }
    expect(bench.stack.pid(replica)).toBe(pid);
    await bench.mutate(20);
    await expectConvergence(bench);
  },
  400_000,
);

/** The letter that the system has for what a process does: T when it is stopped. */
