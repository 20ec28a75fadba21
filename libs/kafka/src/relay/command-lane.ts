import type { Database } from '@calendar-sync/event-sourcing-postgres';
import type { Logger } from '../observability';
import { MessageTooLarge, type Outgoing, type Sender, TopicUnknown } from './sender';

interface OutboxRow {
  id: string;
  topic: string;
  key: string;
  headers: Record<string, string>;
  value: string;
}

const BATCH = 200;
const MISSING_AGAIN_MS = 5_000;

/**
 * Commands for other services. A row is deleted once it is acknowledged: what it holds (a sealed grant) stays nowhere.
 * Under one key the ids follow the sequence, because both are taken while the key's counter is locked.
 */
export class CommandLane {
  private readonly refused = new Set<string>();
  private readonly missing = new Map<string, number>();

  constructor(
    private readonly options: {
      database: Database;
      sender: Sender;
      source: string;
      topicPrefix: string;
      logger: Logger;
    },
  ) {}

  /** Gives how many were sent. */
  async step(epoch: number): Promise<number> {
    const { database } = this.options;
    const { rows } = await database.query<OutboxRow>(
      `SELECT id, topic, key, headers, value FROM outbox_messages
       WHERE NOT id = ANY ($1::bigint[]) AND NOT topic = ANY ($2::text[]) ORDER BY id LIMIT ${BATCH}`,
      [[...this.refused], this.missingTopics()],
    );
    let sent = 0;
    // Topic by topic: one that isn't there must not keep the others.
    for (const topic of new Set(rows.map((row) => row.topic))) {
      sent += await this.sendTo(
        topic,
        rows.filter((row) => row.topic === topic),
        epoch,
      );
    }
    return sent;
  }

  private async sendTo(topic: string, rows: readonly OutboxRow[], epoch: number): Promise<number> {
    const { database, sender, source, topicPrefix, logger } = this.options;
    const outgoing = rows.map(({ key, headers, value }): Outgoing => ({
      topic: topicPrefix + topic,
      key,
      value,
      headers: { ...headers, ce_source: source, ce_epoch: String(epoch) },
    }));
    let sent = rows;
    try {
      await sender.send(outgoing, { foreign: true });
    } catch (error) {
      if (error instanceof TopicUnknown) {
        this.missing.set(topic, performance.now());
        logger.error(
          { alarm: 'topic-missing', topic, waiting: rows.length },
          'commands wait for a topic that is not there',
        );
        return 0;
      }
      if (!(error instanceof MessageTooLarge)) throw error;
      const at = outgoing.indexOf(error.outgoing);
      const refused = rows[at];
      if (refused === undefined) throw error;
      this.refused.add(refused.id);
      logger.error(
        { alarm: 'command-refused', topic, key: refused.key, outboxId: refused.id, reason: error.message },
        'a command is too large for its topic and stays in the outbox',
      );
      sent = rows.slice(0, at);
    }
    await database.query('DELETE FROM outbox_messages WHERE id = ANY ($1::bigint[])', [sent.map(({ id }) => id)]);
    return rows.length;
  }

  private missingTopics(): string[] {
    for (const [topic, since] of this.missing) {
      if (performance.now() - since > MISSING_AGAIN_MS) this.missing.delete(topic);
    }
    return [...this.missing.keys()];
  }
}
