import { calendarEntries, entryIdOf } from '@calendar-sync/contracts-sync';
import { eventually } from '@calendar-sync/test-infrastructure';
import { readTopics, type TopicReader } from '../clients/topic.reader';
import { converged } from '../flow/convergence';
import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed, WINDOW } from './fault-bench';
import { hardlyPolled, syncAtRest } from './sync-at-rest';

const PAGE = 5;
const seed = faultSeed();
const patience = { timeoutMs: 90_000, intervalMs: 200 };
let bench: FaultBench;
let topics: TopicReader;

beforeEach(async () => {
  bench = await FaultBench.open(seed, { env: hardlyPolled });
  topics = await readTopics(bench.stack.brokers);
}, 300_000);
afterEach(async () => {
  await topics?.close();
  await bench.close();
}, 300_000);

const truthIsServed = () => converged(bench.stack, bench.simulator, bench.people, WINDOW, patience.timeoutMs);

test('a sync token that is lost in the middle of a pull costs a listing, which finds what was deleted and tells of nothing else', async () => {
  const { simulator } = bench;
  const person = bench.people[0]!;
  const calendarId = await bench.calendarOf(person);
  const ids: string[] = [];
  for (let day = 1; day <= 20; day += 1) {
    const date = `2026-12-${String(day).padStart(2, '0')}`;
    const slot = { start: { dateTime: `${date}T10:00:00Z` }, end: { dateTime: `${date}T11:00:00Z` } };
    ids.push((await simulator.insert(person, { summary: `Own ${day}`, ...slot })).id);
  }
  await truthIsServed();
  await syncAtRest(bench);
  const since = (await simulator.requests()).last;
  const entriesOf = () => topics.messages(calendarEntries).filter(({ key }) => key === calendarId);
  const [told] = await bench.query<{ sequence: string }>(
    'sync',
    'SELECT max(sequence) AS sequence FROM events WHERE topic = $1 AND key = $2',
    [calendarEntries.name, calendarId],
  );

  const [changed, deleted, lastDeleted] = [ids.slice(0, 8), ids.slice(8, 15), ids[15]!];
  await simulator.setFaults({ push: { off: true } });
  for (const id of changed) await simulator.patch(person, id, { summary: 'Changed' });
  for (const id of deleted) await simulator.delete(person, id);
  await simulator.setFaults({ pageSize: PAGE, expireSyncTokenBetweenPages: { account: person.email } });
  await simulator.delete(person, lastDeleted);
  await truthIsServed();
  await syncAtRest(bench);

  const { requests } = await simulator.requests(since);
  const listed = requests.filter(({ operation }) => operation.endsWith('events.list'));
  expect(listed.filter(({ status }) => status === 410)).toHaveLength(1);
  expect(listed[0]).toMatchObject({ status: 200, calendarId: person.email });
  expect(listed.filter((request) => request.calendarId !== person.email)).toEqual([]);

  const expected = [
    ...changed.map((id) => `EntryChanged.v1 ${entryIdOf(calendarId, id)}`),
    ...[...deleted, lastDeleted].map((id) => `EntryCancelled.v1 ${entryIdOf(calendarId, id)}`),
  ];
  await eventually(() => {
    const news = entriesOf().filter(({ sequence }) => sequence > Number(told!.sequence));
    const once = new Map(
      news.map(({ sequence, type, data }) => [sequence, `${type} ${(data as { entryId: string }).entryId}`]),
    );
    expect([...once.values()].sort()).toEqual(expected.sort());
  }, patience);
  await expectConvergence(bench);
});
