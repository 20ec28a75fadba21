import { randomUUID } from 'node:crypto';
import { encode } from '@calendar-sync/contracts-envelope';
import { calendarEntries } from '@calendar-sync/contracts-sync';
import { appendToStreams, openDatabase, type RecordedEvent } from '@calendar-sync/event-sourcing-postgres';
import { createKafka, createTopics, type Metrics, noMetrics, OutboxRelay } from '@calendar-sync/kafka';
import { Partitioners } from 'kafkajs';
import { byTurns, medians, seconds } from '../../figures/by-turns';
import { higherIsBetter } from '../../figures/figures';
import { spread } from '../../figures/statistics';
import type { Part } from '../../part';
import { migrated, publicationsOfSync } from '../../product/built';
import { sampleEntry } from '../../product/sample-entries';
import { silent } from '../../product/topic-ends';
import { freshDatabase, startKafka, startPostgres } from '../../setting/servers';

const SOURCE = '/calendar-sync/sync';
const BARE = 'bare.';
/** As many as the relay sends at once. */
const BATCH = 500;

export const relay: Part = {
  name: 'relay',
  about: `Messages a second that sync's relay publishes of a log that was written before, until the broker has acknowledged all: it reads the log, maps events to their contracts, checks them, puts them in order, sends and saves its cursor. From its start on, lease and connection included. Messages are about 2 kB and belong to 500 calendars. The floor is a bare kafkajs producer that sends the same records, made before, in batches of ${BATCH}, from its start on, with acks of all replicas.`,
  async run(bench) {
    const [server, broker] = await Promise.all([startPostgres(bench), startKafka(bench)]);
    const url = await freshDatabase(server.url, 'relay');
    await migrated('sync', url);
    const database = openDatabase({ url, applicationName: 'benchmark', statementTimeoutMs: 60_000 });
    bench.onEnd(() => database.close());
    const kafka = createKafka({ brokers: broker.brokers, clientId: 'benchmark', logger: silent });
    for (const prefix of ['', BARE]) await createTopics(kafka, [calendarEntries], { prefix, replicationFactor: 1 });

    const size = bench.quick ? 1_000 : 10_000;
    const publications = publicationsOfSync();
    let written: RecordedEvent[] = [];
    const write = async () => {
      written = await database.transaction((tx) =>
        appendToStreams(
          tx,
          Array.from({ length: size }, (_, number) => {
            const data = sampleEntry(number);
            return {
              streamId: `calendar-entry-${data.entryId}`,
              ownerId: data.ownerId,
              expectedVersion: 0,
              events: [{ type: 'EntryAdded', data }],
              metadata: { correlationId: randomUUID() },
            };
          }),
          { route: publications.route },
        ),
      );
    };
    const publishedByRelay = async () => {
      await write();
      const all = Promise.withResolvers<void>();
      let sent = 0;
      const metrics: Metrics = {
        ...noMetrics,
        count: (name, _help, _labels, by = 1) => {
          if (name === 'relay_published_total' && (sent += by) >= size) all.resolve();
        },
      };
      const running = new OutboxRelay({ database, kafka, source: SOURCE, publications, logger: silent, metrics });
      try {
        return size / (await seconds(() => (running.start(), all.promise)));
      } finally {
        await running.stop();
      }
    };
    const sentByProducer = async () => {
      const records = written.map((event) => {
        const { topic, message } = publications.toMessage(event, { source: SOURCE, epoch: 1 });
        return encode(topic, message);
      });
      const producer = kafka.producer({
        idempotent: false,
        allowAutoTopicCreation: false,
        createPartitioner: Partitioners.DefaultPartitioner,
      });
      try {
        return (
          size /
          (await seconds(async () => {
            await producer.connect();
            for (let from = 0; from < size; from += BATCH) {
              await producer.send({
                topic: BARE + calendarEntries.name,
                acks: -1,
                messages: records.slice(from, from + BATCH),
              });
            }
          }))
        );
      } finally {
        await producer.disconnect();
      }
    };
    const samples = await byTurns(
      { rounds: bench.quick ? 2 : 7, onRound: (text) => bench.progress(text) },
      {
        relay: publishedByRelay,
        // The same records as in the relay's turn, whichever of the two is first.
        producer: async () => (written.length === 0 && (await write()), sentByProducer()),
      },
    );
    return [
      higherIsBetter({
        name: 'messages published',
        unit: '/s',
        value: medians(samples).relay,
        floor: { name: 'bare producer', value: medians(samples).producer },
        detail: `${spread(samples.relay)}; floor ${spread(samples.producer)}`,
      }),
    ];
  },
};
