import type { Message, MessageContract, MessageOf, Topic } from '@calendar-sync/contracts-envelope';
import type { EventToAppend, RecordedEvent, Route, RouteEvent, Upcast } from '@calendar-sync/event-sourcing-postgres';

export interface Published<Data> {
  readonly topic: Topic;
  readonly contract: MessageContract;
  readonly toData: (data: Data) => unknown;
}

export const keepPrivate = 'private';

export type Publication<Data> = Published<Data> | typeof keepPrivate;

/** Every private event by name: what is forgotten doesn't compile. */
export type PublicationMap<Event extends { type: string; data: unknown }> = {
  readonly [Type in Event['type']]: Publication<Extract<Event, { type: Type }>['data']>;
};

export interface Publications {
  /** For `appendToStreams`: topic and key of an event that is published, nothing for one that stays private. */
  readonly route: RouteEvent;
  readonly topics: ReadonlyMap<string, Topic>;
  /** False for an event of a version of the service that is not this one. */
  knows(type: string): boolean;
  /** The message of a recorded event, with its sequence. Throws for an event that is not published. */
  toMessage(event: RecordedEvent, envelope: { source: string; epoch: number }): { topic: Topic; message: Message };
}

/** The private event is published on the topic as a message of the contract. The mapping must be pure: a replay runs it again. */
export function publish<Contract extends MessageContract, Data>(
  topic: Topic<readonly MessageContract[]>,
  contract: Contract,
  toData: (data: Data) => MessageOf<Contract>,
): Published<Data> {
  if (topic.contract(contract.type) === undefined) throw new Error(`${contract.type} is no message of ${topic.name}`);
  return { topic, contract, toData };
}

/** What is said of an event that is not in the map. */
export const notKnown = (type: string) => `${type} is neither published nor marked private`;

/** `upcast` brings stored events of older shapes to the one of today before they are mapped: a replay meets them. */
export function publications<Event extends { type: string; data: unknown }>(
  map: PublicationMap<Event>,
  { upcast }: { upcast?: Upcast } = {},
): Publications {
  const byType = new Map<string, Publication<unknown>>(Object.entries(map));
  const publishedAs = (type: string): Published<unknown> | undefined => {
    const publication = byType.get(type);
    if (publication === undefined) throw new Error(notKnown(type));
    return publication === keepPrivate ? undefined : publication;
  };
  const topics = new Map<string, Topic>();
  for (const publication of byType.values()) {
    if (publication !== keepPrivate) topics.set(publication.topic.name, publication.topic);
  }
  return {
    topics,
    knows: (type) => byType.has(type),
    route(event: EventToAppend): Route | undefined {
      const published = publishedAs(event.type);
      if (published === undefined) return undefined;
      const data = published.toData(event.data);
      const subject = published.topic.subjectOf(data);
      return {
        topic: published.topic.name,
        key: published.topic.keyOf(data),
        ...(subject === undefined ? {} : { subject }),
      };
    },
    toMessage(event, { source, epoch }) {
      const published = publishedAs(event.type);
      if (published === undefined || event.key === undefined || event.sequence === undefined) {
        throw new Error(`${event.type} ${event.id} was recorded as private`);
      }
      const { ownerId, subject, metadata } = event;
      return {
        topic: published.topic,
        message: {
          id: event.id,
          source,
          type: published.contract.type,
          time: event.recordedAt.toISOString(),
          key: event.key,
          sequence: event.sequence,
          epoch,
          data: published.toData(
            upcast === undefined ? event.data : upcast(event.type, event.schemaVersion, event.data),
          ),
          ...(subject === undefined ? {} : { subject }),
          ...(ownerId === undefined ? {} : { ownerId }),
          ...(metadata.correlationId === undefined ? {} : { correlationId: metadata.correlationId }),
          ...(metadata.traceparent === undefined ? {} : { traceparent: metadata.traceparent }),
          ...(metadata.causedAt === undefined ? {} : { causedAt: metadata.causedAt }),
        },
      };
    },
  };
}
