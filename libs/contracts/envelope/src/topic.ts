import type { MessageContract, MessageOf } from './message';

export type TopicKind = 'facts' | 'commands';

export interface Topic<Contracts extends readonly MessageContract[] = readonly MessageContract[]> {
  /** `owner.things.vN` */
  readonly name: string;
  readonly description: string;
  readonly kind: TopicKind;
  readonly messages: Contracts;
  /** How long Kafka keeps it, in milliseconds: 7 days for facts, one hour for commands. */
  readonly retentionMs: number;
  /** Messages of one key stay in order: the calendar, or what stands for it where there is none yet. */
  keyOf(data: unknown): string;
  /** What the message is about, as CloudEvents `subject`: an entry, a meeting. */
  subjectOf(data: unknown): string | undefined;
  contract(type: string): MessageContract | undefined;
}

const HOUR = 3_600_000;

export function topic<const Contracts extends readonly MessageContract[]>(
  name: string,
  definition: {
    description: string;
    messages: Contracts;
    key: (data: MessageOf<Contracts[number]>) => string;
    subject?: (data: MessageOf<Contracts[number]>) => string | undefined;
    kind?: TopicKind;
  },
): Topic<Contracts> {
  if (!/^[a-z-]+\.[a-z-]+\.v\d+$/.test(name) && !/^[a-z-]+\.commands\.v\d+$/.test(name)) {
    throw new Error(`${name}: a topic is named owner.things.vN`);
  }
  const kind = definition.kind ?? 'facts';
  const byType = new Map(definition.messages.map((contract) => [contract.type, contract]));
  return {
    name,
    description: definition.description,
    kind,
    messages: definition.messages,
    retentionMs: kind === 'commands' ? HOUR : 7 * 24 * HOUR,
    keyOf: (data) => definition.key(data as MessageOf<Contracts[number]>),
    subjectOf: (data) => definition.subject?.(data as MessageOf<Contracts[number]>),
    contract: (type) => byType.get(type),
  };
}

/** Where the owner of a topic answers one consumer's request for messages that it missed. */
export const replayTopicName = (topicName: string, consumer: string) => `${topicName}.replay.${consumer}`;
