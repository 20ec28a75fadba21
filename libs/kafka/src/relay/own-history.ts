import type { Message } from '@calendar-sync/contracts-envelope';
import { currentEpoch, type Queryable } from '@calendar-sync/event-sourcing-postgres';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { headerText, readRecord } from '../consume/subscribed-topic';
import type { Publications } from '../publications';
import { isSequencesGoneType } from '../sequences-gone';
import { endsOf, type PartitionEnds, readTail, type TailRange } from './topic-tail';

/** By `<topic>/<partition>`, without the prefix of the environment: the offset up to which this database knows what it wrote. */
export type PublishedUpTo = Readonly<Record<string, number>>;

/** A message of this service on one of its topics that its database has never recorded. */
export interface UnknownMessage {
  topic: string;
  partition: number;
  offset: string;
  epoch: number;
  sequence: number;
  record: KafkaMessage;
}

export interface OwnHistoryOptions {
  kafka: Kafka;
  database: Queryable;
  /** CloudEvents source of this service. */
  source: string;
  topics: readonly string[];
  topicPrefix: string;
}

/**
 * The topics hold what this database doesn't know: it was restored from an older copy. What it recorded since has numbers
 * that consumers have seen on other messages.
 */
export class DatabaseRestored extends Error {
  override readonly name = 'DatabaseRestored';
}

// Where nothing is known of a partition only its end is looked at: what a lost database wrote last stands there.
const UNKNOWN_PAST = 1_000n;

/**
 * Looks at what the topics hold beyond what the database noted as published: repeats of a relay that was killed, or what a
 * restored database has forgotten. Gives the ends of the partitions. Throws DatabaseRestored.
 */
export async function requireOwnHistory(
  options: OwnHistoryOptions,
  epoch: number,
  published: PublishedUpTo,
): Promise<PublishedUpTo> {
  const named = nameWithout(options.topicPrefix);
  const ends = await endsOfOwn(options);
  const [taken] = takenByRetention(ends, published, named);
  if (taken !== undefined) {
    throw new DatabaseRestored(
      `what ${taken} held behind the place that this database knows of was written and is gone`,
    );
  }
  await eachUnknown(options, epoch, rangesAfter(ends, published, named), (unknown) => {
    const { topic, partition, offset, sequence } = unknown;
    throw new DatabaseRestored(
      `${topic}/${partition} holds at ${offset} the number ${sequence} of a key, and this database does not know that message`,
    );
  });
  return Object.fromEntries(ends.map(({ topic, partition, high }) => [`${named(topic)}/${partition}`, Number(high)]));
}

/**
 * Gives what the topics hold and this database has never recorded, in order per key: what a restored database has forgotten.
 * To be called before the epoch is advanced. `complete` is false where retention has taken some of it.
 */
export async function eachLostMessage(
  options: Omit<OwnHistoryOptions, 'topics'> & { publications: Publications },
  take: (topic: string, message: Message) => void,
): Promise<{ complete: boolean }> {
  const { database, publications, topicPrefix } = options;
  const own = { ...options, topics: [...publications.topics.keys()] };
  const { rows } = await database.query<{ published: PublishedUpTo }>('SELECT published FROM relay_state');
  const published = rows[0]?.published ?? {};
  const named = nameWithout(topicPrefix);
  const ends = await endsOfOwn(own);
  const ranges = rangesAfter(ends, published, named);
  await eachUnknown(own, await currentEpoch(database), ranges, ({ topic, record }) => {
    const known = publications.topics.get(topic);
    const read = known === undefined ? undefined : readRecord(known, record);
    if (read?.outcome === 'message') take(topic, read.message);
  });
  const unknownPast = ranges.some(({ topic, partition }) => published[`${named(topic)}/${partition}`] === undefined);
  return { complete: !unknownPast && takenByRetention(ends, published, named).length === 0 };
}

const nameWithout = (prefix: string) => (physical: string) => physical.slice(prefix.length);

const endsOfOwn = ({ kafka, topics, topicPrefix }: OwnHistoryOptions) =>
  endsOf(
    kafka,
    topics.map((topic) => topicPrefix + topic),
  );

const takenByRetention = (
  ends: readonly PartitionEnds[],
  published: PublishedUpTo,
  named: (physical: string) => string,
): string[] =>
  ends
    .filter(({ topic, partition, low }) => (published[`${named(topic)}/${partition}`] ?? low) < low)
    .map(({ topic, partition }) => `${named(topic)}/${partition}`);

function rangesAfter(
  ends: readonly PartitionEnds[],
  published: PublishedUpTo,
  named: (physical: string) => string,
): TailRange[] {
  return ends.flatMap(({ topic, partition, low, high }) => {
    const noted = published[`${named(topic)}/${partition}`];
    const known = noted === undefined ? high - UNKNOWN_PAST : BigInt(noted);
    // A topic that was made anew ends before what was noted: all of it is looked at.
    const from = known > high || known < low ? low : known;
    return from < high ? [{ topic, partition, from, to: high }] : [];
  });
}

async function eachUnknown(
  { kafka, database, source, topicPrefix }: OwnHistoryOptions,
  epoch: number,
  ranges: readonly TailRange[],
  take: (unknown: UnknownMessage) => void,
): Promise<void> {
  let failure: unknown;
  await readTail(
    kafka,
    `${topicPrefix}${source.slice(source.lastIndexOf('/') + 1)}.own-history`,
    ranges,
    async (range, messages) => {
      try {
        const topic = range.topic.slice(topicPrefix.length);
        const own = messages.flatMap((record) => ownMessage(record, source, { topic, partition: range.partition }));
        for (const unknown of await unknownAmong(database, epoch, own)) take(unknown);
        return 'more';
      } catch (error) {
        failure = error;
        return 'enough';
      }
    },
  );
  if (failure !== undefined) throw failure;
}

function ownMessage(
  record: KafkaMessage,
  source: string,
  { topic, partition }: { topic: string; partition: number },
): UnknownMessage[] {
  const epoch = Number(headerText(record, 'ce_epoch'));
  const sequence = Number(headerText(record, 'ce_sequence'));
  const own = headerText(record, 'ce_source') === source && record.key !== null;
  if (!own || !Number.isSafeInteger(epoch) || !Number.isSafeInteger(sequence)) return [];
  return [{ topic, partition, offset: record.offset, epoch, sequence, record }];
}

/** Numbers that were never given, and numbers that another event has. What aged out or was erased keeps its number. */
async function unknownAmong(
  db: Queryable,
  epoch: number,
  messages: readonly UnknownMessage[],
): Promise<UnknownMessage[]> {
  const present = messages.filter((message) => message.epoch >= epoch);
  if (present.length === 0) return [];
  const { rows } = await db.query<{ n: number }>(
    `SELECT w.n::integer FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) WITH ORDINALITY AS w (topic, key, sequence, id, n)
     LEFT JOIN topic_sequences s ON s.topic = w.topic AND s.key = w.key
     LEFT JOIN events e ON e.topic = w.topic AND e.key = w.key AND e.sequence = w.sequence
     WHERE w.sequence > coalesce(s.last, 0) OR e.id::text <> w.id`,
    [
      present.map(({ topic }) => topic),
      present.map(({ record }) => record.key!.toString()),
      present.map(({ sequence }) => sequence),
      present.map(({ record }) =>
        isSequencesGoneType(headerText(record, 'ce_type')) ? null : (headerText(record, 'ce_id') ?? null),
      ),
    ],
  );
  const unknown = new Set(rows.map(({ n }) => n - 1));
  return present.filter((message, at) => message.epoch > epoch || unknown.has(at));
}
