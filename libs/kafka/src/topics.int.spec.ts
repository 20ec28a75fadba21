import { eventually, testKafka } from '@calendar-sync/test-infrastructure';
import { createKafka, createTopics } from './index';
import { recordingLogger } from './testing/bench';
import { orders, shopCommands } from './testing/shop';

describe('topics', () => {
  const { brokers, topicPrefix: prefix } = testKafka();
  const kafka = createKafka({ brokers, clientId: 'topics', logger: recordingLogger() });

  it('are created once, with a topic for the replays of a consumer, and left as they are', async () => {
    const options = {
      prefix,
      replicationFactor: 1,
      partitions: 4,
      replaysFor: { consumer: 'counter', topics: [orders, shopCommands] },
    };
    const first = await createTopics(kafka, [orders, shopCommands], options);
    expect(first.created).toEqual(
      ['shop.orders.v1', 'shop.commands.v1', 'shop.orders.v1.replay.counter'].map((name) => prefix + name),
    );
    expect(await createTopics(kafka, [orders, shopCommands], options)).toEqual({ created: [], drift: [] });
  });

  it('are there for everybody once they are created, however many create them at once', async () => {
    const twins = ['one', 'two', 'three', 'four'].map((name) => ({ ...orders, name: `shop.twin-${name}.v1` }));
    const creators = Array.from({ length: 4 }, () =>
      createKafka({ brokers, clientId: 'many', logger: recordingLogger() }),
    );
    await Promise.all(
      creators.map(async (creator) => {
        await createTopics(creator, twins, { prefix, replicationFactor: 1 });
        const admin = creator.admin({ retry: { retries: 0 } });
        await admin.connect();
        const { topics } = await admin.fetchTopicMetadata({ topics: twins.map(({ name }) => prefix + name) });
        await admin.disconnect();
        expect(topics.map(({ partitions }) => partitions.length)).toEqual(twins.map(() => 12));
      }),
    );
  });

  it('are reported where they differ, and not changed', async () => {
    const name = prefix + orders.name;
    const admin = kafka.admin();
    await admin.connect();
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: 2, name, configEntries: [{ name: 'retention.ms', value: '1000' }] }],
    });
    // The change takes a moment to be seen.
    const drift = await eventually(async () => {
      const found = await createTopics(kafka, [orders], { prefix, replicationFactor: 1, partitions: 6 });
      expect(found.drift).toContainEqual({
        topic: name,
        setting: 'retention.ms',
        expected: '604800000',
        found: '1000',
      });
      return found.drift;
    });
    expect(drift).toContainEqual({ topic: name, setting: 'partitions', expected: '6', found: '4' });
    const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
    await admin.disconnect();
    expect(topics[0]?.partitions).toHaveLength(4);
  });
});
