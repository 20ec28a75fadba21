import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { Bench, placedRecord } from '../testing/bench';
import { orders } from '../testing/shop';
import { listening, tally } from '../testing/tally';

describe('a consumer whose topic is gone for good', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.open(await startTestDatabase(), testKafka());
  });
  afterEach(() => bench.close());

  it('ends its process instead of looking alive for ever', async () => {
    const applied = await tally(bench);
    const fatal: Error[] = [];
    listening(bench, applied.handler, { onFatal: (error) => fatal.push(error) });
    await bench.produce([placedRecord('a', 1)]);
    await eventually(async () => (await applied.count()) === 1);
    const admin = bench.kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [bench.topicPrefix + orders.name] });
    await admin.disconnect();
    await eventually(() => fatal.length === 1, { timeoutMs: 60_000 });
  }, 300_000);
});
