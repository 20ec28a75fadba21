import { type Message, message, type MessageOf, type Topic } from '@calendar-sync/contracts-envelope';
import { Type } from '@sinclair/typebox';

/**
 * Sent in place of messages that their owner has no longer (aged out, erased) or can't send: whoever waits for these
 * numbers goes on behind them.
 */
export const SequencesGoneV1 = message('SequencesGone.v1', {
  fromSequence: Type.Integer({ minimum: 1 }),
  toSequence: Type.Integer({ minimum: 1 }),
});
export type SequencesGoneV1 = MessageOf<typeof SequencesGoneV1>;

/** The topic as relay and consumers know it: with what they tell each other besides its own messages. */
export function withSequencesGone(topic: Topic): Topic {
  return { ...topic, contract: (type) => (type === SequencesGoneV1.type ? SequencesGoneV1 : topic.contract(type)) };
}

export function isSequencesGone(message: Message): message is Message<SequencesGoneV1> {
  return message.type === SequencesGoneV1.type;
}

export const isSequencesGoneType = (type: string | undefined) => type === SequencesGoneV1.type;
