import { randomUUID } from 'node:crypto';
import { encode, type Message, type Topic } from '@calendar-sync/contracts-envelope';
import type { Publications } from '../publications';
import { SequencesGoneV1, withSequencesGone } from '../sequences-gone';
import type { PublishedEvent } from './published-events';
import type { Outgoing } from './sender';
import type { SkippedNumbers } from './skipped-numbers';

/** An event that its publication or its contract refuses. */
export class NotEncodable extends Error {
  override readonly name = 'NotEncodable';

  constructor(
    readonly event: PublishedEvent,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Makes records of events, for the live topic or for the one on which a consumer's replay is answered. */
export class RecordMaker {
  constructor(
    private readonly publications: Publications,
    private readonly source: string,
    private readonly topicPrefix: string,
    private readonly skipped: SkippedNumbers,
  ) {}

  /** False for an event that another version of this service has recorded. */
  knows({ type }: { type: string }): boolean {
    return this.publications.knows(type);
  }

  /** Of an event that an operator had passed over: that its number is gone. Throws NotEncodable. */
  record(event: PublishedEvent, epoch: number, recordTopic = event.topic): Outgoing {
    if (this.skipped.has(event)) {
      const { topic, key, sequence } = event;
      return this.sequencesGone(topic, key, { fromSequence: sequence, toSequence: sequence }, epoch, recordTopic);
    }
    try {
      const { topic, message } = this.publications.toMessage(event, { source: this.source, epoch });
      return this.encoded(topic, message, recordTopic);
    } catch (error) {
      throw new NotEncodable(event, error);
    }
  }

  sequencesGone(
    topicName: string,
    key: string,
    gone: SequencesGoneV1,
    epoch: number,
    recordTopic = topicName,
  ): Outgoing {
    const topic = this.publications.topics.get(topicName);
    if (topic === undefined) throw new Error(`${topicName} is no topic of ${this.source}`);
    const message: Message = {
      id: randomUUID(),
      source: this.source,
      type: SequencesGoneV1.type,
      time: new Date().toISOString(),
      key,
      sequence: gone.toSequence,
      epoch,
      data: gone,
    };
    return this.encoded(withSequencesGone(topic), message, recordTopic);
  }

  private encoded(topic: Topic, message: Message, recordTopic: string): Outgoing {
    return { topic: this.topicPrefix + recordTopic, ...encode(topic, message) };
  }
}
