import { advanceEpoch } from '@calendar-sync/event-sourcing-postgres';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { listParked, listQuarantined, releaseQuarantined } from '../index';
import { Bench, headerOf, placed } from '../testing/bench';
import { orders, shopCommands } from '../testing/shop';
import { listening, tally } from '../testing/tally';

const unpublishable = { type: 'Placed' as const, data: { orderId: 'a', number: 1.5, note: '' } };

describe('an event that can not be published and that an operator has passed over', () => {
  let bench: Bench;
  let applied: Awaited<ReturnType<typeof tally>>;
  beforeEach(async () => {
    bench = await Bench.open(await startTestDatabase(), testKafka());
    applied = await tally(bench);
    await bench.append([placed('a', 1), unpublishable, placed('a', 3)]);
    bench.relay().start();
    await eventually(async () => (await listQuarantined(bench.database)).length === 1);
    await releaseQuarantined(bench.database, { topic: orders.name, key: 'a' }, 'skip');
    await eventually(async () => (await bench.held()).length === 3);
  });
  afterEach(() => bench.close());

  const typesOf = async (epoch: string) =>
    (await bench.held())
      .filter((message) => headerOf(message, 'ce_epoch') === epoch)
      .map((message) => headerOf(message, 'ce_type'));

  it('does not stop a replay: the consumer is told that its number is gone', async () => {
    listening(bench, applied.handler, { topics: [orders, shopCommands] });
    await eventually(async () => (await applied.of('a')).length === 2);
    await bench.database.query('UPDATE consumer_sequences SET last_sequence = 0');
    await bench.append([placed('a', 4)]);
    await eventually(async () => (await applied.of('a')).includes(4));
    expect(await applied.of('a')).toEqual([1, 3, 1, 3, 4]);
    await eventually(async () => (await listParked(bench.database)).length === 0);
  });

  it('does not come back into quarantine under a new epoch', async () => {
    await bench.database.transaction((tx) => advanceEpoch(tx));
    await eventually(async () => (await typesOf('2')).length === 3);
    expect(await typesOf('2')).toEqual(['OrderPlaced.v1', 'SequencesGone.v1', 'OrderPlaced.v1']);
    expect(await listQuarantined(bench.database)).toEqual([]);
  });
});
