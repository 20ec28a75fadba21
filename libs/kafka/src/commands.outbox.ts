import { randomUUID } from 'node:crypto';
import { encode, type Message, type MessageContract, type Topic } from '@calendar-sync/contracts-envelope';
import { EVENTS_TO_PUBLISH, type Transaction } from '@calendar-sync/event-sourcing-postgres';
import { MAX_MESSAGE_BYTES } from './topics';

export interface EnqueueOptions {
  /** Whose data it carries, so that an erasure finds it. */
  ownerId?: string;
  correlationId?: string;
  traceparent?: string;
}

/**
 * Puts a command into the outbox, in the transaction that decided it. Its number per topic and key is taken under the
 * key's row lock. Throws when the data breaks the contract or is larger than the topic takes. Gives the id of the message.
 */
export async function enqueueCommand<Contract extends MessageContract>(
  tx: Transaction,
  topic: Topic<readonly MessageContract[]>,
  contract: Contract,
  data: NonNullable<Contract['data']>,
  { ownerId, correlationId, traceparent }: EnqueueOptions = {},
): Promise<string> {
  const subject = topic.subjectOf(data);
  // Source, epoch and sequence are not known yet: the first two are the relay's, the third is taken below.
  const message: Message = {
    id: randomUUID(),
    source: '',
    type: contract.type,
    time: new Date().toISOString(),
    key: topic.keyOf(data),
    sequence: 1,
    epoch: 1,
    data,
    ...(subject === undefined ? {} : { subject }),
    ...(ownerId === undefined ? {} : { ownerId }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  const { key, value, headers } = encode(topic, message);
  if (Buffer.byteLength(value) > MAX_MESSAGE_BYTES)
    throw new Error(`${contract.type} is larger than ${topic.name} takes`);
  await tx.query(
    `WITH counter AS (
       INSERT INTO topic_sequences AS s (topic, key, last) VALUES ($1, $2, 1)
       ON CONFLICT (topic, key) DO UPDATE SET last = s.last + 1
       RETURNING last
     )
     INSERT INTO outbox_messages (topic, key, sequence, owner_id, headers, value)
     SELECT $1, $2, last, $3, $4::jsonb || jsonb_build_object('ce_sequence', last::text), $5 FROM counter`,
    [topic.name, key, ownerId ?? null, JSON.stringify(headers), value],
  );
  tx.signal(EVENTS_TO_PUBLISH);
  return message.id;
}
