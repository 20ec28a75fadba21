import { encode, type Message } from '@calendar-sync/contracts-envelope';
import { calendarEntries, EntryAddedV1 } from '@calendar-sync/contracts-sync';
import { randomUUID } from 'node:crypto';
import { type Database, openDatabase, type ReceivedMessage } from '@calendar-sync/event-sourcing-postgres';
import {
  createKafka,
  createTopics,
  type Kafka,
  KafkaConsumerStrategy,
  type MessageContext,
} from '@calendar-sync/kafka';
import { byTurns, medians, seconds } from '../../figures/by-turns';
import { higherIsBetter } from '../../figures/figures';
import { spread } from '../../figures/statistics';
import type { Bench, Figure, Part } from '../../part';
import { entriesOfGateway, migrated, readModelsOfGateway } from '../../product/built';
import { sampleEntry } from '../../product/sample-entries';
import { silent } from '../../product/topic-ends';
import { freshDatabase, startKafka, startPostgres } from '../../setting/servers';
import { bulkInserts } from './bulk-inserts';

/** Messages per transaction, as the services have it. */
const CHUNK = 200;
const SOURCE = '/calendar-sync/sync';

export const projection: Part = {
  name: 'projection',
  about: `New entries a second that the gateway applies: every message is kept in its log and folded into its read models, ${CHUNK} to a transaction. "Folded" is that work alone, on messages in memory; the floor is a bare insert of the same rows, made before, into tables with the same indexes, as many to a transaction. "From the topic" is the whole consumer, from the first message that its handler gets to the last commit: decoding, contract, order per key, offsets; the floor is a bare kafkajs consumer that parses each record and inserts the same rows. Messages are about 2 kB and belong to 500 calendars.`,
  async run(bench) {
    const [server, broker] = await Promise.all([startPostgres(bench), startKafka(bench)]);
    const kafka = createKafka({ brokers: broker.brokers, clientId: 'benchmark', logger: silent });
    bench.progress('the tables of the gateway');
    await migrated('gateway', await freshDatabase(server.url, 'template_gateway'));
    const setting: Setting = {
      bench,
      kafka,
      databases: 0,
      size: bench.quick ? 1_000 : 10_000,
      newDatabase: async () =>
        openDatabase({
          url: await freshDatabase(server.url, `round_${(setting.databases += 1)}`, 'template_gateway'),
          applicationName: 'benchmark',
        }),
    };
    return [await folded(setting), await fromTheTopic(setting)];
  },
};

interface Setting {
  bench: Bench;
  kafka: Kafka;
  databases: number;
  size: number;
  /** With the gateway's tables, empty. */
  newDatabase(): Promise<Database>;
}

function newMessages(size: number): ReceivedMessage[] {
  const sequences = new Map<string, number>();
  return Array.from({ length: size }, (_, number) => {
    const data = sampleEntry(number);
    const sequence = (sequences.get(data.calendarId) ?? 0) + 1;
    sequences.set(data.calendarId, sequence);
    return {
      id: randomUUID(),
      source: SOURCE,
      topic: calendarEntries.name,
      type: EntryAddedV1.type,
      subject: data.entryId,
      time: '2026-01-05T07:00:00.000Z',
      key: data.calendarId,
      sequence,
      epoch: 1,
      ownerId: data.ownerId,
      correlationId: data.entryId,
      data,
    };
  });
}

const chunksOf = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, index) =>
    items.slice(index * CHUNK, (index + 1) * CHUNK),
  );

/** A round in a database of its own. */
async function inNewDatabase(setting: Setting, round: (database: Database) => Promise<number>): Promise<number> {
  const database = await setting.newDatabase();
  try {
    return setting.size / (await round(database));
  } finally {
    await database.close();
  }
}

async function folded(setting: Setting): Promise<Figure> {
  const { bench, size } = setting;
  const readModels = readModelsOfGateway();
  const samples = await byTurns(
    { rounds: bench.quick ? 2 : 5, onRound: (text) => bench.progress(`folded, ${text}`) },
    {
      gateway: () =>
        inNewDatabase(setting, (database) => {
          const chunks = chunksOf(newMessages(size));
          return seconds(async () => {
            for (const chunk of chunks) await database.transaction((tx) => readModels.flush(tx, chunk));
          });
        }),
      bare: () =>
        inNewDatabase(setting, (database) => {
          const messages = newMessages(size);
          const inserts = bulkInserts(entriesOfGateway(), messages);
          const chunks = chunksOf(messages.map(({ id }) => id));
          return seconds(async () => {
            for (const chunk of chunks) await database.transaction((tx) => inserts.insert(tx, chunk));
          });
        }),
    },
  );
  return higherIsBetter({
    name: 'messages folded',
    unit: '/s',
    value: medians(samples).gateway,
    floor: { name: 'bare insert', value: medians(samples).bare },
    detail: `${spread(samples.gateway)}; floor ${spread(samples.bare)}`,
  });
}

async function fromTheTopic(setting: Setting): Promise<Figure> {
  const { bench, size } = setting;
  const samples = await byTurns(
    { rounds: bench.quick ? 2 : 5, onRound: (text) => bench.progress(`from the topic, ${text}`) },
    {
      gateway: () =>
        inNewDatabase(setting, async (database) => {
          const prefix = await filledTopic(setting, newMessages(size));
          return consumedByGateway(setting, database, prefix);
        }),
      bare: () =>
        inNewDatabase(setting, async (database) => {
          const messages = newMessages(size);
          return consumedBare(setting, database, await filledTopic(setting, messages), messages);
        }),
    },
  );
  return higherIsBetter({
    name: 'messages from the topic',
    unit: '/s',
    value: medians(samples).gateway,
    floor: { name: 'bare consumer', value: medians(samples).bare },
    detail: `${spread(samples.gateway)}; floor ${spread(samples.bare)}`,
  });
}

/** Topics under a prefix of their own that hold the messages; gives the prefix. */
async function filledTopic({ kafka, databases }: Setting, messages: readonly ReceivedMessage[]): Promise<string> {
  const prefix = `round-${databases}.`;
  await createTopics(kafka, [calendarEntries], {
    prefix,
    replicationFactor: 1,
    replaysFor: { consumer: 'gateway', topics: [calendarEntries] },
  });
  // On a slow machine sends are repeated, and each record may be there once only.
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
  await producer.connect();
  try {
    for (const chunk of chunksOf(messages)) {
      await producer.send({
        topic: prefix + calendarEntries.name,
        messages: chunk.map((message) => encode(calendarEntries, message)),
      });
    }
  } finally {
    await producer.disconnect();
  }
  return prefix;
}

/** Seconds from the first message handled to the last one committed. */
async function consumedByGateway({ kafka, size }: Setting, database: Database, topicPrefix: string): Promise<number> {
  const readModels = readModelsOfGateway();
  const all = Promise.withResolvers<number>();
  let began = 0;
  let committed = 0;
  const consumer = new KafkaConsumerStrategy({
    kafka,
    database,
    group: 'gateway',
    topics: [calendarEntries],
    topicPrefix,
    logger: silent,
    onFatal: all.reject,
  });
  const receive = async (message: Message, context: MessageContext) => {
    if (began === 0) began = performance.now();
    context.transaction.afterCommit(() => {
      committed += 1;
      if (committed === size) all.resolve((performance.now() - began) / 1_000);
    });
    context.collect(readModels, { ...message, topic: context.topic });
  };
  consumer.addHandler(calendarEntries.name, receive, true);
  consumer.listen();
  try {
    return await all.promise;
  } finally {
    await consumer.close();
  }
}

async function consumedBare(
  { kafka, size }: Setting,
  database: Database,
  topicPrefix: string,
  messages: readonly ReceivedMessage[],
): Promise<number> {
  const inserts = bulkInserts(entriesOfGateway(), messages);
  const all = Promise.withResolvers<number>();
  let began = 0;
  let committed = 0;
  const consumer = kafka.consumer({
    groupId: `${topicPrefix}bare`,
    sessionTimeout: 60_000,
    maxWaitTimeInMs: 250,
    maxBytesPerPartition: 262_144,
  });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic: topicPrefix + calendarEntries.name, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        if (began === 0) began = performance.now();
        const ids = batch.messages.map((record) => {
          JSON.parse(record.value!.toString());
          return record.headers!['ce_id']!.toString();
        });
        try {
          for (const chunk of chunksOf(ids)) await database.transaction((tx) => inserts.insert(tx, chunk));
        } catch (error) {
          all.reject(error); // kafkajs would begin the batch again, for ever
          throw error;
        }
        committed += ids.length;
        if (committed === size) all.resolve((performance.now() - began) / 1_000);
      },
    });
    return await all.promise;
  } finally {
    await consumer.disconnect();
  }
}
