import { setTimeout as delay } from 'node:timers/promises';
import { pushClient, uuidOf } from '../clients/push.client';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed } from './fault-bench';
import { noteRepeats, repeats } from './repeats';

const seed = faultSeed();
const SECONDS = 60;
const EVERY_MS = 500;
const PER_SECOND = 50;
let bench: FaultBench;

beforeEach(async () => {
  bench = await FaultBench.open(seed, { detours: true });
}, 300_000);
afterEach(() => bench?.close(), 60_000);

/** So many pushes a second until the returned function is called; it gives what they were answered. */
function keepPushing(perSecond: number): () => Promise<number[]> {
  const push = pushClient(bench.stack);
  const CALENDARS = 40;
  const answers: Promise<number>[] = [];
  let going = true;
  const began = Date.now();
  const loop = (async () => {
    while (going) {
      const owed = Math.floor(((Date.now() - began) / 1_000) * perSecond);
      while (answers.length < owed) {
        const number = answers.length;
        answers.push(push(uuidOf(`${seed} ${number % CALENDARS}`), uuidOf(`${seed} channel ${number}`)));
      }
      await delay(50);
    }
  })();
  return async () => {
    going = false;
    await loop;
    return Promise.all(answers);
  };
}

const publicEvents = async (): Promise<number> =>
  (
    await bench.query<{ count: number }>(
      'webhook-ingestion',
      "SELECT count(*)::int AS count FROM events WHERE topic IS NOT NULL AND type = 'NotificationReceived'",
    )
  )[0]!.count;

test('with all broker connections cut every half second for a minute, 50 appends a second reach their topics, and each is applied once', async () => {
  await noteRepeats(bench, 'monitoring');
  await noteRepeats(bench, 'sync');
  const before = await publicEvents();
  bench.keepChanging(5);
  const stopPushing = keepPushing(PER_SECOND);
  let cut = 0;
  for (let round = 0; round < (SECONDS * 1_000) / EVERY_MS; round += 1) {
    await delay(EVERY_MS);
    cut += bench.kafka.cut();
  }
  const answers = await stopPushing();

  expect(answers.filter((status) => status !== 200)).toEqual([]);
  expect(answers.length).toBeGreaterThanOrEqual(SECONDS * PER_SECOND);
  expect((await publicEvents()) - before).toBeGreaterThanOrEqual(SECONDS * PER_SECOND);
  expect(cut).toBeGreaterThan(SECONDS);
  expect(await bench.metric('webhook-ingestion', 'relay_send_failures_total')).toBeGreaterThan(0);
  await expectConvergence(bench);
  expect([...(await repeats(bench, 'monitoring')), ...(await repeats(bench, 'sync'))]).toEqual([]);
});
