import { type Message, type ReceivedRecord, ReplayRequestedV1, type Topic } from '@calendar-sync/contracts-envelope';
import type { Transaction } from '@calendar-sync/event-sourcing-postgres';
import { enqueueCommand } from '../commands.outbox';
import { describeError, type Logger, type Metrics } from '../observability';
import { park, type ParkReason } from '../parking/parked-records';
import { requestReplay } from '../relay/replay-lane';
import { isSequencesGone } from '../sequences-gone';
import { HandlerFailed } from './failures';
import type { KeyLedger } from './key-ledger';
import { type Collected, MessageContext } from './message-context';
import { judge, type Numbers, numbersOf } from './sequence-guard';
import type { Read } from './subscribed-topic';

export type Handle = (message: Message, context: MessageContext) => Promise<void>;

export interface ApplierOptions {
  /** The consumer group, without the prefix of the environment. */
  group: string;
  /** Of a topic by name; undefined: nothing handles it but this library. */
  handler(topicName: string): Handle | undefined;
  /** Where the owner of a topic takes `ReplayRequested`; undefined: gaps are only reported. */
  replayCommandsTo?: (topic: Topic) => Topic | undefined;
  logger: Logger;
  metrics: Metrics;
}

/** A record and where it came from. */
export interface Received {
  topic: Topic;
  receivedOn: string;
  partition: number;
  offset: string;
  record: ReceivedRecord;
  read: Read;
}

/** What the chunk or the parked key that is being worked on needs. */
export interface Work {
  tx: Transaction;
  ledger: KeyLedger;
  collected: Collected;
}

const TOPIC_REPLAY_AGAIN = '10 minutes';

/** Applies one message: the guard by sequence, then the handler. */
export class MessageApplier {
  constructor(private readonly options: ApplierOptions) {}

  /**
   * Applies it, drops it as a repeat, or parks it. Gives the key when parked messages of it may be next now.
   * Throws HandlerFailed; with `refusal` the handler isn't asked again and the message is parked with that error.
   */
  async receive(work: Work, received: Received, refusal?: unknown): Promise<string | undefined> {
    const { read, topic } = received;
    if (read.outcome === 'poison') {
      await this.receivePoison(work, received, read);
      return undefined;
    }
    const { message } = read;
    const numbers = numbersOf(message);
    const { ledger } = work;
    const verdict = judge(
      numbers,
      ledger.progress(message.key, message.source),
      ledger.blockers(message.key),
      topic.kind,
    );
    switch (verdict.verdict) {
      case 'duplicate':
        this.options.metrics.count('kafka_duplicates_total', 'Repeats that were dropped', { topic: topic.name });
        return undefined;
      case 'contradiction':
        await this.park(work, received, 'contradicts', contradiction(numbers));
        return undefined;
      case 'behind':
        await this.park(work, received, 'behind');
        return undefined;
      case 'gap':
        await this.park(work, received, 'gap');
        await this.askFor(work, topic, message.key, numbers, verdict.missing);
        return undefined;
      case 'apply':
        if (refusal !== undefined) {
          await this.park(work, received, 'failed', describeError(refusal));
          return undefined;
        }
        if (verdict.skipped > 0) this.reportLostCommands(topic, message, verdict.skipped);
        await this.apply(work, topic, read);
        return ledger.hasWaiting(message.key) ? message.key : undefined;
    }
  }

  /** Runs the handler and takes the number. Throws HandlerFailed. */
  async apply(work: Work, topic: Topic, read: Exclude<Read, { outcome: 'poison' }>): Promise<void> {
    const { message } = read;
    if (isSequencesGone(message)) {
      this.options.logger.warn(
        { topic: topic.name, key: message.key, ...message.data },
        'the owner no longer has these messages: going on behind them',
      );
    } else if (read.outcome === 'unknown-type') {
      this.options.metrics.count('kafka_unknown_types_total', 'Messages of a type not known here, passed over', {
        topic: topic.name,
      });
    } else {
      await this.handle(work, topic, message);
    }
    work.ledger.take(message.key, numbersOf(message));
  }

  /** Asks the owner of the topic for what is missing, once in a while. */
  async askFor(
    { tx, ledger }: Work,
    topic: Topic,
    key: string,
    numbers: Numbers,
    missing: { from: number; to: number },
  ): Promise<void> {
    if (!ledger.mayAsk(key, numbers)) return;
    const { logger, metrics, group, replayCommandsTo } = this.options;
    metrics.count('kafka_gaps_total', 'Numbers of a key that did not come', { topic: topic.name });
    logger.error(
      { alarm: 'sequence-gap', topic: topic.name, key, ...missing },
      'messages of a key are missing: it stops until they come, the others go on',
    );
    const commands = replayCommandsTo?.(topic);
    if (commands === undefined || (await wholeTopicAskedFor(tx, topic.name))) return;
    await enqueueCommand(tx, commands, ReplayRequestedV1, {
      topic: topic.name,
      key,
      fromSequence: missing.from,
      toSequence: missing.to,
      consumer: group,
    });
  }

  /** Asks for every key of the topic from its first message on. Gives false when that was done a short while ago. */
  async askForAll(tx: Transaction, topic: Topic): Promise<boolean> {
    const commands = this.options.replayCommandsTo?.(topic);
    if (commands === undefined || (await wholeTopicAskedFor(tx, topic.name))) return false;
    await enqueueCommand(tx, commands, ReplayRequestedV1, {
      topic: topic.name,
      fromSequence: 1,
      consumer: this.options.group,
    });
    await tx.query('UPDATE consumer_offsets SET replay_asked_at = clock_timestamp() WHERE topic = $1', [topic.name]);
    return true;
  }

  private async handle({ tx, collected }: Work, topic: Topic, message: Message): Promise<void> {
    if (topic.kind === 'commands' && message.type === ReplayRequestedV1.type) {
      await requestReplay(tx, message.data as Parameters<typeof requestReplay>[1]);
      return;
    }
    const handler = this.options.handler(topic.name);
    if (handler === undefined) throw new HandlerFailed(new Error(`nothing handles ${message.type} of ${topic.name}`));
    try {
      await handler(message, new MessageContext(tx, topic.name, message, collected));
    } catch (error) {
      throw new HandlerFailed(error);
    }
  }

  private async receivePoison(
    work: Work,
    received: Received,
    poison: Extract<Read, { outcome: 'poison' }>,
  ): Promise<void> {
    const { key, blocker, reason } = poison;
    const { source, epoch, sequence } = blocker;
    if (key === undefined || source === undefined || epoch === undefined || sequence === undefined) {
      return this.park(work, received, 'poison', reason);
    }
    const numbers: Numbers = { source, epoch, from: sequence, to: sequence };
    const verdict = judge(numbers, work.ledger.progress(key, source), [], received.topic.kind);
    if (verdict.verdict === 'duplicate') {
      this.options.metrics.count('kafka_duplicates_total', 'Repeats that were dropped', { topic: received.topic.name });
      return;
    }
    await this.park(work, received, 'poison', reason);
    if (verdict.verdict === 'gap') await this.askFor(work, received.topic, key, numbers, verdict.missing);
  }

  private async park(work: Work, received: Received, reason: ParkReason, error?: string): Promise<void> {
    const { topic, read, receivedOn, partition, offset, record } = received;
    const numbers = read.outcome === 'poison' ? undefined : numbersOf(read.message);
    const key = read.outcome === 'poison' ? read.key : read.message.key;
    const blocker =
      read.outcome === 'poison'
        ? read.blocker
        : { source: numbers?.source, epoch: numbers?.epoch, sequence: numbers?.from };
    await park(work.tx, {
      topic: topic.name,
      receivedOn,
      partition,
      offset,
      record,
      key,
      ...blocker,
      reason,
      ...(error === undefined ? {} : { error }),
    });
    this.options.metrics.count('kafka_parked_total', 'Messages parked, by reason', { topic: topic.name, reason });
    if (reason === 'behind' || reason === 'gap') return;
    if (key !== undefined) work.ledger.block(key, blocker);
    const where = { topic: topic.name, receivedOn, partition, offset, key, reason, cause: error };
    if (reason === 'contradicts') {
      this.options.logger.error(
        { alarm: 'sequence-contradicted', ...where },
        'a number that was applied comes again on another message: was its owner restored without advancing its epoch? its key stops, the others go on',
      );
      return;
    }
    this.options.logger.error(
      { alarm: 'message-parked', ...where },
      'a message can not be applied: it is parked and its key waits, the others go on',
    );
  }

  private reportLostCommands(topic: Topic, message: Message, missing: number): void {
    this.options.metrics.count(
      'kafka_gaps_total',
      'Numbers of a key that did not come',
      { topic: topic.name },
      missing,
    );
    this.options.logger.error(
      { alarm: 'commands-lost', topic: topic.name, key: message.key, missing },
      'commands never came: they were older than the topic keeps them',
    );
  }
}

async function wholeTopicAskedFor(tx: Transaction, topicName: string): Promise<boolean> {
  const { rows } = await tx.query(
    `SELECT FROM consumer_offsets WHERE topic = $1 AND replay_asked_at > clock_timestamp() - interval '${TOPIC_REPLAY_AGAIN}' LIMIT 1`,
    [topicName],
  );
  return rows.length > 0;
}

export const contradiction = ({ epoch, to }: Numbers) =>
  `number ${to} of epoch ${epoch} was applied already, and this is another message`;
