import { Kafka, logLevel } from 'kafkajs';
import { ownKafkaBroker, testKafka } from '../test-kafka';
import { eventually } from '../eventually';

jest.setTimeout(300_000);

const connect = (brokers: string[]) => new Kafka({ brokers, clientId: 'test', logLevel: logLevel.NOTHING });

describe('the Kafka of a test run', () => {
  it('answers its clients', async () => {
    const admin = connect(testKafka().brokers).admin();
    await admin.connect();
    expect((await admin.describeCluster()).brokers).toHaveLength(1);
    await admin.disconnect();
  });

  it('gives every file a prefix of its own', () => {
    expect(testKafka().topicPrefix).not.toBe(testKafka().topicPrefix);
  });

  it('keeps what was acknowledged when a broker is killed, and comes back at the same address', async () => {
    const broker = await ownKafkaBroker();
    const address = broker.brokers;
    const kafka = connect(address);
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'kept', numPartitions: 1 }] });
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: 'kept', acks: -1, messages: [{ value: 'a' }] });
    await Promise.all([producer.disconnect(), admin.disconnect()]);

    await broker.kill();
    expect(broker.pid).toBeUndefined();
    expect(await broker.start()).toBe('started');
    expect(broker.brokers).toEqual(address);

    const again = connect(address).admin();
    await eventually(() => again.connect().then(() => true), { timeoutMs: 60_000 });
    expect(await eventually(() => again.fetchTopicOffsets('kept'))).toMatchObject([{ high: '1' }]);
    await again.disconnect();
    await broker.stop();
    expect(broker.pid).toBeUndefined();
  });
});
