import type { Topic } from './topic';

/** A message as a consumer's handler sees it: CloudEvents attributes and checked data. */
export interface Message<Data = unknown> {
  id: string;
  /** Who published it, `/calendar-sync/<service>`. Sequences count per source, topic and key. */
  source: string;
  type: string;
  subject?: string;
  /** When the fact was recorded by its owner, RFC 3339. */
  time: string;
  key: string;
  /** Gap-free per source, topic, key and epoch, from 1. */
  sequence: number;
  /** Advanced when the producer's database was restored: sequences then count again. */
  epoch: number;
  ownerId?: string;
  correlationId?: string;
  traceparent?: string;
  /** When the push arrived that all this follows from, RFC 3339; absent of what no push began. */
  causedAt?: string;
  data: Data;
}

export interface EncodedMessage {
  key: string;
  value: string;
  headers: Record<string, string>;
}

export interface ReceivedRecord {
  key: Buffer | string | null;
  value: Buffer | string | null;
  headers?: Record<string, Buffer | string | (Buffer | string)[] | undefined>;
}

export type Decoded =
  | { outcome: 'message'; message: Message }
  | { outcome: 'unknown-type'; message: Message }
  | { outcome: 'poison'; reason: string; key?: string; source?: string };

const schemaUri = (topicName: string, type: string) => `/schemas/${topicName}/${type}`;

/** CloudEvents 1.0 in the Kafka binary content mode: attributes in `ce_` headers, data alone in the value. Throws when the data breaks its contract. */
export function encode(topic: Topic, message: Message): EncodedMessage {
  const contract = topic.contract(message.type);
  if (contract === undefined) throw new Error(`${message.type} is no message of ${topic.name}`);
  const fault = contract.fault(message.data);
  if (fault !== undefined) throw new Error(`${message.type} breaks its contract at ${fault}`);
  return {
    key: message.key,
    value: JSON.stringify(message.data),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: message.id,
      ce_source: message.source,
      ce_type: message.type,
      ce_time: message.time,
      ce_partitionkey: message.key,
      ce_sequence: String(message.sequence),
      ce_epoch: String(message.epoch),
      ce_dataschema: schemaUri(topic.name, message.type),
      ...(message.subject === undefined ? {} : { ce_subject: message.subject }),
      ...(message.ownerId === undefined ? {} : { ce_ownerid: message.ownerId }),
      ...(message.correlationId === undefined ? {} : { ce_correlationid: message.correlationId }),
      ...(message.traceparent === undefined ? {} : { traceparent: message.traceparent }),
      ...(message.causedAt === undefined ? {} : { ce_causedat: message.causedAt }),
    },
  };
}

/** Reads a record of the topic: a message of its contract, a valid envelope of a type not known here, or poison with its reason. Never throws. */
export function decode(topic: Topic, record: ReceivedRecord): Decoded {
  const header = headerReader(record);
  const key = text(record.key);
  const source = header('ce_source');
  const poison = (reason: string): Decoded => ({
    outcome: 'poison',
    reason,
    ...(key && { key }),
    ...(source && { source }),
  });
  if (!key) return poison('the record has no key');
  if (record.value === null) return poison('the value is null: a tombstone carries no fact');
  const type = header('ce_type');
  const id = header('ce_id');
  const time = header('ce_time');
  if (header('ce_specversion') !== '1.0') return poison('the header ce_specversion is missing or not 1.0');
  if (!type || !id || !source || !time)
    return poison('one of the headers ce_type, ce_id, ce_source, ce_time is missing');
  const sequence = counter(header('ce_sequence'));
  const epoch = counter(header('ce_epoch'));
  if (sequence === undefined || epoch === undefined)
    return poison('ce_sequence and ce_epoch must be whole numbers from 1');
  let data: unknown;
  try {
    data = JSON.parse(text(record.value) ?? '');
  } catch {
    return poison('the value is not JSON');
  }
  const subject = header('ce_subject');
  const ownerId = header('ce_ownerid');
  const correlationId = header('ce_correlationid');
  const traceparent = header('traceparent');
  const causedAt = header('ce_causedat');
  const message: Message = {
    id,
    source,
    type,
    time,
    key,
    sequence,
    epoch,
    data,
    ...(subject && { subject }),
    ...(ownerId && { ownerId }),
    ...(correlationId && { correlationId }),
    ...(traceparent && { traceparent }),
    ...(causedAt && { causedAt }),
  };
  const contract = topic.contract(type);
  if (contract === undefined) return { outcome: 'unknown-type', message };
  const fault = contract.fault(data);
  return fault === undefined ? { outcome: 'message', message } : poison(`${type} breaks its contract at ${fault}`);
}

function headerReader(record: ReceivedRecord) {
  return (name: string): string | undefined => {
    const value = record.headers?.[name];
    return text(Array.isArray(value) ? value[0] : value);
  };
}

const text = (value: Buffer | string | null | undefined) =>
  value === null || value === undefined ? undefined : value.toString();

function counter(value: string | undefined): number | undefined {
  const number = Number(value);
  return value !== undefined && Number.isSafeInteger(number) && number >= 1 ? number : undefined;
}
