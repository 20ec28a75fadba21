import type { Database, Transaction } from '@calendar-sync/event-sourcing-postgres';
import { HandlerFailed, isTransient } from '../consume/failures';
import { KeyLedger } from '../consume/key-ledger';
import { contradiction, type MessageApplier, type Work } from '../consume/message-applier';
import { Collected } from '../consume/message-context';
import { RememberingTransaction } from '../consume/remembering-transaction';
import { isCovered, judge, type Numbers, numbersOf } from '../consume/sequence-guard';
import { readRecord, type SubscribedTopic } from '../consume/subscribed-topic';
import { describeError, type Logger, type Metrics } from '../observability';
import { Wakeable } from '../relay/wakeable';
import { type ParkedRow, recordOf } from './parked-records';

export interface ParkedDrainOptions {
  database: Database;
  applier: MessageApplier;
  topics: readonly SubscribedTopic[];
  everyMs: number;
  askAgainAfterMs: number;
  logger: Logger;
  metrics: Metrics;
}

interface KeyRow {
  topic: string;
  key: string;
}

const PAGE = 100;
const FAILED_IN_A_ROW = 5;

// In the order of application: what has no numbers stands before everything else of its key.
const IN_ORDER = '(sequence IS NOT NULL), source, epoch, sequence, id';

const DRAINABLE = `
  WITH heads AS (
    SELECT DISTINCT ON (topic, key) topic, key, source, epoch, sequence, reason, replay_requested_at, discarded_at
    FROM parked_messages WHERE topic = ANY ($1::text[]) AND key IS NOT NULL
    ORDER BY topic, key, ${IN_ORDER}
  )
  SELECT h.topic, h.key FROM heads h LEFT JOIN consumer_sequences s USING (topic, key, source)
  WHERE h.replay_requested_at IS NOT NULL OR h.reason = 'behind'
    OR s.epoch > h.epoch OR (s.epoch = h.epoch AND h.sequence <= s.last_sequence AND h.reason <> 'contradicts')
    OR ((h.reason = 'gap' OR h.discarded_at IS NOT NULL) AND (s.epoch IS NULL OR h.sequence <= s.last_sequence + 1
      OR s.gap_asked_at IS NULL OR s.gap_asked_at < clock_timestamp() - $2 * interval '1 millisecond'))
  LIMIT 200`;

/**
 * Applies what is parked, in order per key and in transactions of its own: what an operator asked to be tried again, what
 * stood behind it, and what waited for numbers that have come.
 */
export class ParkedDrain {
  private readonly waker = new Wakeable();
  private running: Promise<void> | undefined;
  private stopping = false;
  /** How many were parked when last looked. */
  parked = 0;

  constructor(private readonly options: ParkedDrainOptions) {}

  start(): void {
    this.running ??= this.work();
  }

  wake(): void {
    this.waker.wake();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
  }

  private async work(): Promise<void> {
    while (!this.stopping) {
      const started = performance.now();
      try {
        await this.round();
      } catch (error) {
        this.options.logger.warn(
          { cause: describeError(error) },
          'parked messages could not be looked at, trying again',
        );
      }
      if (this.stopping) return;
      // Many parked messages make the look dear: it then comes more seldom.
      await this.waker.sleep(Math.max(this.options.everyMs, 10 * (performance.now() - started)));
    }
  }

  private async round(): Promise<void> {
    const { database, topics, metrics, askAgainAfterMs } = this.options;
    const names = [...new Set(topics.map(({ topic }) => topic.name))];
    const { rows } = await database.query<{ parked: number }>(
      'SELECT count(*)::integer AS parked FROM parked_messages WHERE topic = ANY ($1::text[])',
      [names],
    );
    this.parked = rows[0]?.parked ?? 0;
    metrics.gauge('kafka_parked', 'Messages that wait to be applied', {}, this.parked);
    if (this.parked === 0) return;
    const { rows: keys } = await database.query<KeyRow>(DRAINABLE, [names, askAgainAfterMs]);
    let failed = 0;
    for (const { topic, key } of keys) {
      if (this.stopping) return;
      try {
        await this.drainKey(topic, key);
        failed = 0;
      } catch (error) {
        // One key's trouble must not keep the others; that of several in a row is the database's.
        failed += 1;
        if (failed >= FAILED_IN_A_ROW) throw error;
        this.options.logger.warn(
          { topic, key, cause: describeError(error) },
          'parked messages of a key could not be applied, trying again',
        );
      }
    }
    await this.retryKeyless(names);
  }

  private async drainKey(topicName: string, key: string): Promise<void> {
    let page = PAGE;
    while (!this.stopping) {
      const progress = { at: undefined as ParkedRow | undefined };
      try {
        const more = await this.options.database.transaction((tx) =>
          this.drainPage(tx, topicName, key, page, progress),
        );
        if (!more) return;
      } catch (error) {
        if (!(error instanceof HandlerFailed) || isTransient(error)) throw error;
        if (page > 1) page = 1;
        else if (progress.at === undefined) throw error;
        else return this.keepFailed(progress.at, error.cause);
      }
    }
  }

  /** Gives whether there may be more to apply. */
  private async drainPage(
    transaction: Transaction,
    topicName: string,
    key: string,
    page: number,
    progress: { at: ParkedRow | undefined },
  ): Promise<boolean> {
    const { applier, topics, askAgainAfterMs } = this.options;
    const topic = topics.find((subscribed) => subscribed.topic.name === topicName)?.topic;
    if (topic === undefined) return false;
    const tx = new RememberingTransaction(transaction);
    const { rows: sources } = await tx.query<{ source: string }>(
      'SELECT DISTINCT source FROM parked_messages WHERE topic = $1 AND key = $2 AND source IS NOT NULL AND sequence IS NOT NULL',
      [topicName, key],
    );
    const ledger = await KeyLedger.open(
      tx,
      { topic: topicName, owners: sources.map(({ source }) => ({ key, source })), keys: [] },
      askAgainAfterMs,
    );
    const { rows } = await tx.query<ParkedRow>(
      `SELECT * FROM parked_messages WHERE topic = $1 AND key = $2 ORDER BY ${IN_ORDER} LIMIT $3 FOR UPDATE`,
      [topicName, key, page],
    );
    const work: Work = { tx, ledger, collected: new Collected() };
    const done: string[] = [];
    try {
      for (const row of rows) {
        progress.at = row;
        const given = givenUp(row);
        if (given !== undefined) {
          const verdict = judge(given, ledger.progress(key, given.source), [], topic.kind);
          if (verdict.verdict === 'gap') {
            await applier.askFor(work, topic, key, given, verdict.missing);
            break;
          }
          if (verdict.verdict === 'apply') ledger.take(key, given);
          done.push(row.id);
          continue;
        }
        const read = readRecord(topic, recordOf(row));
        if (read.outcome === 'poison') {
          const { source, epoch, sequence } = read.blocker;
          const numbered = source !== undefined && epoch !== undefined && sequence !== undefined;
          if (numbered && isCovered({ epoch, to: sequence }, ledger.progress(key, source))) {
            done.push(row.id);
            continue;
          }
          if (row.replay_requested_at !== null) await this.note(tx, row, 'poison', read.reason);
          break;
        }
        const numbers = numbersOf(read.message);
        const verdict = judge(numbers, ledger.progress(key, numbers.source), [], topic.kind);
        if (verdict.verdict === 'duplicate') {
          done.push(row.id);
          continue;
        }
        if (verdict.verdict === 'contradiction') {
          if (row.reason !== 'contradicts') await this.noteContradiction(tx, row, contradiction(numbers));
          break;
        }
        if ((row.reason === 'poison' || row.reason === 'failed') && row.replay_requested_at === null) break;
        if (verdict.verdict === 'gap') {
          await applier.askFor(work, topic, key, numbers, verdict.missing);
          if (row.reason === 'behind')
            await tx.query(`UPDATE parked_messages SET reason = 'gap' WHERE id = $1`, [row.id]);
          break;
        }
        await applier.apply(work, topic, read);
        done.push(row.id);
      }
      await work.collected.flush(tx);
      await ledger.save(tx);
      if (done.length > 0) await tx.query('DELETE FROM parked_messages WHERE id = ANY ($1::bigint[])', [done]);
    } catch (error) {
      throw tx.explain(error);
    }
    this.options.metrics.count('kafka_unparked_total', 'Parked messages dealt with', { topic: topicName }, done.length);
    return done.length > 0 && done.length === rows.length;
  }

  private async keepFailed(row: ParkedRow, cause: unknown): Promise<void> {
    await this.options.database.transaction((tx) => this.note(tx, row, 'failed', describeError(cause)));
    this.options.logger.error(
      { alarm: 'message-parked', parkedId: row.id, key: row.key, cause: describeError(cause) },
      'a parked message failed again and stays',
    );
  }

  private async noteContradiction(tx: Transaction, row: ParkedRow, error: string): Promise<void> {
    await this.note(tx, row, 'contradicts', error);
    this.options.logger.error(
      { alarm: 'sequence-contradicted', parkedId: row.id, key: row.key, cause: error },
      'the number of a parked message was applied from another one: was its owner restored without advancing its epoch?',
    );
  }

  private async note(
    tx: Transaction,
    { id }: ParkedRow,
    reason: 'poison' | 'failed' | 'contradicts',
    error: string,
  ): Promise<void> {
    await tx.query(
      `UPDATE parked_messages SET reason = $2, error = $3, attempts = attempts + 1, attempted_at = clock_timestamp(),
         replay_requested_at = NULL WHERE id = $1`,
      [id, reason, error.replaceAll('\0', '\uFFFD').slice(0, 4_000)],
    );
  }

  /** Without a key nothing can be said about order, nor applied: it stays until it is discarded. */
  private async retryKeyless(names: readonly string[]): Promise<void> {
    await this.options.database.query(
      `UPDATE parked_messages SET attempts = attempts + 1, attempted_at = clock_timestamp(), replay_requested_at = NULL
       WHERE topic = ANY ($1::text[]) AND key IS NULL AND replay_requested_at IS NOT NULL`,
      [names],
    );
  }
}

/** The number of a message that an operator gave up before it was next: it is passed over once it is. */
function givenUp({ discarded_at: at, source, epoch, sequence }: ParkedRow): Numbers | undefined {
  if (at === null || source === null || epoch === null || sequence === null) return undefined;
  return { source, epoch: Number(epoch), from: Number(sequence), to: Number(sequence), time: at.getTime() };
}
