import { Kafka, logLevel, type Admin, type Producer } from 'kafkajs';
import { eventually } from '../eventually';
import { tcpProxy, type TcpProxy } from '../faults/tcp-proxy';
import { ownKafkaBroker } from '../test-kafka';
import { freePorts } from './free-port';
import { kafkaBroker, type Detour, type KafkaBroker } from './kafka-broker';

const client = (port: number | string) =>
  new Kafka({
    brokers: [`127.0.0.1:${port}`],
    clientId: 'test',
    logLevel: logLevel.NOTHING,
    retry: { retries: 12, initialRetryTime: 50, maxRetryTime: 500 },
  });

describe('a Kafka with a detour', () => {
  let proxy: TcpProxy;
  let detour: Detour;
  let broker: KafkaBroker;
  let admin: Admin;
  let direct: Producer;
  let around: Producer;
  const send = (producer: Producer, value: string) =>
    producer.send({ topic: 'kept', acks: -1, messages: [{ key: 'k', value }] });
  const stored = async () => Number((await admin.fetchTopicOffsets('kept'))[0]?.high);

  beforeAll(async () => {
    const [listen] = (await freePorts(1)) as [number];
    proxy = await tcpProxy({ port: listen });
    detour = { listen, advertise: proxy.port };
    broker = await ownKafkaBroker({ detour });
    admin = client(broker.brokers[0]!.split(':')[1]!).admin();
    await eventually(() => admin.connect().then(() => true), { timeoutMs: 60_000 });
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'kept', numPartitions: 1 }] });
    direct = client(broker.brokers[0]!.split(':')[1]!).producer({ retry: { retries: 0 } });
    around = client(proxy.port).producer({ retry: { retries: 0 } });
    await direct.connect();
    await around.connect();
  }, 300_000);
  afterAll(async () => {
    await Promise.allSettled([direct.disconnect(), around.disconnect(), admin.disconnect()]);
    await proxy.close();
    await broker.stop();
  });

  it('sends and fetches through the proxy alone', async () => {
    await send(around, 'a');
    const consumer = client(proxy.port).consumer({ groupId: 'around', maxWaitTimeInMs: 200 });
    const seen: string[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic: 'kept', fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void seen.push(String(message.value)) });
    await eventually(() => seen.includes('a'), { timeoutMs: 60_000 });
    expect(proxy.connections).toBeGreaterThan(1);
    await consumer.disconnect();
  }, 300_000);

  it('connects again after a cut', async () => {
    const before = await stored();
    expect(proxy.cut()).toBeGreaterThan(0);
    await eventually(() => send(around, 'b').then(() => true), { timeoutMs: 60_000 });
    expect(await stored()).toBeGreaterThan(before);
  }, 300_000);

  it('is closed to those on it while it refuses, and to nobody else', async () => {
    await proxy.refuse();
    const before = await stored();
    await expect(send(around, 'c')).rejects.toThrow();
    await send(direct, 'd');
    expect(await stored()).toBe(before + 1);
    await proxy.pass();
    await eventually(() => send(around, 'e').then(() => true), { timeoutMs: 60_000 });
  }, 300_000);

  it('is taken over with its detour, and started anew where another is wanted', async () => {
    const same = kafkaBroker(broker.dir, { detour });
    expect(await same.start()).toBe('adopted');
    expect(same.brokers).toEqual(broker.brokers);
    const [listen] = (await freePorts(1)) as [number];
    const other = kafkaBroker(broker.dir, { detour: { ...detour, listen } });
    expect(await other.start()).toBe('started');
  }, 300_000);

  it('keeps its ports when it is restarted', async () => {
    const again = kafkaBroker(broker.dir, { detour, port: Number(broker.brokers[0]!.split(':')[1]) });
    await again.start();
    await again.restart();
    await eventually(() => send(around, 'f').then(() => true), { timeoutMs: 60_000 });
    await eventually(() => send(direct, 'g').then(() => true), { timeoutMs: 60_000 });
  }, 300_000);
});
