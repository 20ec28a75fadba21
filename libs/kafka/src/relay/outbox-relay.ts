import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CursorOfAnotherLog,
  currentEpoch,
  type Database,
  EVENTS_TO_PUBLISH,
  type LogCursor,
} from '@calendar-sync/event-sourcing-postgres';
import type { Kafka } from 'kafkajs';
import { describeError, type Logger, type Metrics, noMetrics } from '../observability';
import type { Publications } from '../publications';
import { CommandLane } from './command-lane';
import { type LeftOff, LeaseLost, RelayLease } from './lease';
import { LogLane, OfAnotherVersion } from './log-lane';
import { DepthGauge, type OutboxDepth } from './outbox-depth';
import { RecordMaker } from './outgoing';
import { DatabaseRestored, requireOwnHistory } from './own-history';
import { Quarantine } from './quarantine';
import { ReplayLane } from './replay-lane';
import { RelayStopping, Sender } from './sender';
import { SkippedNumbers } from './skipped-numbers';
import { Wakeable } from './wakeable';
import { workWaiting } from './work-waiting';

export interface OutboxRelayOptions {
  database: Database;
  kafka: Kafka;
  /** CloudEvents source of everything that this service publishes: `/calendar-sync/<service>`. */
  source: string;
  publications: Publications;
  /** Of the environment; empty in production. */
  topicPrefix?: string;
  logger: Logger;
  metrics?: Metrics;
  /** Events read from the log at once; 500 by default. */
  batchSize?: number;
  /** How often the log is looked at without being woken; 250 ms by default. */
  pollMs?: number;
  /** How long a leader that died is waited for; 6000 ms by default. Above the limit of one send. */
  leaseMs?: number;
}

export interface RelayState {
  running: boolean;
  leader: boolean;
  /** Of the last round that ended well, leading or standing by. */
  lastSuccessAt?: Date;
  /** What goes wrong at the moment. */
  problem?: string;
  /** Known to the leader only, at most a few seconds old. */
  outbox?: OutboxDepth;
}

interface Lanes {
  log: LogLane;
  commands: CommandLane;
  replays: ReplayLane;
  quarantine: Quarantine;
}

const RESTORED_AGAIN_MS = 5_000;
const LOOKS = 6;
const FIRST_LOOK_MS = 5;
/** A commit after a pause is published at once; what comes in quick succession together: every send has each consumer fetch, apply and commit. */
const PACE_MS = 25;

/**
 * Publishes what the service recorded: its events, the commands in its outbox, and what consumers ask for again. Many
 * may run; the one with the lease works. At least once, and in order of first appearance per key.
 */
export class OutboxRelay {
  private readonly waker = new Wakeable();
  private readonly metrics: Metrics;
  private readonly depth: DepthGauge;
  private lease: RelayLease;
  private sender: Sender;
  private lanes: Lanes | undefined;
  private running: Promise<void> | undefined;
  private stopListening: (() => void) | undefined;
  private stopping = false;
  private failures = 0;
  private looks = 0;
  private hidden = false;
  private publishedAt = Number.NEGATIVE_INFINITY;
  private refusing = false;
  private readonly foreignTypes = new Set<string>();
  private current: RelayState = { running: false, leader: false };

  constructor(private readonly options: OutboxRelayOptions) {
    this.metrics = options.metrics ?? noMetrics;
    this.depth = new DepthGauge(options.database, this.metrics, options.logger);
    const holder = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
    this.lease = new RelayLease(options.database, holder, this.leaseMs);
    this.sender = this.newSender();
  }

  start(): void {
    if (this.running !== undefined) return;
    this.stopListening = this.options.database.onCommit((written) => {
      if (written.has(EVENTS_TO_PUBLISH)) this.wake();
    });
    this.current.running = true;
    this.running = this.work();
  }

  /** A hint that something was committed; polling finds it in any case. */
  wake(): void {
    this.waker.wake();
  }

  state(): RelayState {
    return { ...this.current };
  }

  /** Ends the batch in hand, gives the lease back, disconnects. */
  async stop(): Promise<void> {
    if (this.running === undefined) return;
    this.stopping = true;
    this.stopListening?.();
    this.sender.interrupt();
    this.wake();
    await this.running;
  }

  private get leaseMs(): number {
    return this.options.leaseMs ?? 6_000;
  }

  private newSender(): Sender {
    const { kafka, logger, topicPrefix = '' } = this.options;
    const onTrouble = (problem: string | undefined) => {
      if (problem === undefined) delete this.current.problem;
      else this.current.problem = problem;
    };
    return new Sender({ kafka, lease: this.lease, logger, metrics: this.metrics, topicPrefix, onTrouble });
  }

  private async work(): Promise<void> {
    while (!this.stopping) {
      try {
        const waitMs = await this.round();
        this.failures = 0;
        delete this.current.problem;
        this.current.lastSuccessAt = new Date();
        if (waitMs > 0) await this.idle(waitMs);
      } catch (error) {
        if (error instanceof RelayStopping) break;
        await this.failed(error);
      }
    }
    await this.end();
  }

  /**
   * A commit wakes it, but another transaction that is still open for a moment may hide what was committed: where that is so, it looks a few
   * times in quick succession after a wake.
   */
  private async idle(waitMs: number): Promise<void> {
    const soon = this.looks > 0 && this.hidden ? FIRST_LOOK_MS * 2 ** (LOOKS - this.looks) : waitMs;
    const woken = await this.waker.sleep(Math.min(waitMs, soon));
    this.looks = woken ? LOOKS : Math.max(0, this.looks - 1);
  }

  /** Gives how long to wait before the next one. */
  private async round(): Promise<number> {
    if (this.lanes === undefined) {
      const leftOff = await this.lease.acquire();
      if (leftOff === undefined) return (this.leaseMs / 3) * (0.75 + Math.random() / 2);
      await this.requireOwnHistory(leftOff);
      this.lanes = await this.openLanes(leftOff.cursor);
      this.led(true);
    }
    const { log, commands, replays, quarantine } = this.lanes;
    await log.keepLease();
    const waiting = await workWaiting(this.options.database, log.cursor);
    this.hidden = waiting.recorded && !waiting.events;
    let done = 0;
    if (waiting.events) {
      await this.keepPace();
      done += await log.step();
      // A full batch has more behind it.
      if (done > 0 && done < this.batchSize) this.publishedAt = performance.now();
    }
    const { epoch } = log.cursor;
    if (waiting.commands) done += await commands.step(epoch);
    if (waiting.releases) done += await quarantine.serveReleases(epoch);
    if (waiting.replays) done += await replays.step(epoch);
    const depth = await this.depth.measure(log.cursor);
    if (depth !== undefined) this.current.outbox = depth;
    return done > 0 ? 0 : (this.options.pollMs ?? 250);
  }

  private async keepPace(): Promise<void> {
    const early = this.publishedAt + PACE_MS - performance.now();
    if (early > 0 && !this.stopping) await delay(early);
  }

  private get batchSize(): number {
    return this.options.batchSize ?? 500;
  }

  /** Before anything is published: a number that a restored database gives again would stand for two messages. */
  private async requireOwnHistory({ published }: LeftOff): Promise<void> {
    const { kafka, database, source, publications, topicPrefix = '' } = this.options;
    const topics = [...publications.topics.keys()];
    const epoch = await currentEpoch(database);
    this.lease.noteWritten(await requireOwnHistory({ kafka, database, source, topics, topicPrefix }, epoch, published));
    this.restored(false);
  }

  private restored(is: boolean): void {
    this.refusing = is;
    this.metrics.gauge(
      'relay_database_restored',
      '1 where the topics hold what this database does not know, so that nothing is published',
      {},
      is ? 1 : 0,
    );
  }

  private async openLanes(cursor: LogCursor): Promise<Lanes> {
    const { database, logger, publications, source, topicPrefix = '' } = this.options;
    const { lease, sender, metrics, batchSize } = this;
    const skipped = await SkippedNumbers.load(database);
    const records = new RecordMaker(publications, source, topicPrefix, skipped);
    const quarantine = new Quarantine({ database, lease, sender, records, skipped, logger, metrics });
    await quarantine.load();
    return {
      log: new LogLane(
        { database, lease, sender, records, quarantine, logger, batchSize, foreignTypes: this.foreignTypes },
        cursor,
      ),
      commands: new CommandLane({ database, sender, source, topicPrefix, logger }),
      replays: new ReplayLane({ database, sender, records, publications, logger, metrics }),
      quarantine,
    };
  }

  private async failed(error: unknown): Promise<void> {
    this.lanes = undefined;
    this.led(false);
    if (error instanceof LeaseLost) {
      this.options.logger.warn({}, 'the relay lost its lease and stands by');
      this.lease.forget();
      return;
    }
    // Whether the lease is still ours is not known: give it back if so, and start over from the stored cursor.
    await this.lease.release().catch(() => undefined);
    if (error instanceof OfAnotherVersion) return this.stepAside(error);
    this.failures += 1;
    if (error instanceof DatabaseRestored || error instanceof CursorOfAnotherLog) return this.refuse(error);
    this.current.problem = describeError(error);
    this.options.logger[this.failures === 1 ? 'warn' : 'debug'](
      { failures: this.failures, cause: describeError(error) },
      'the relay starts over from its cursor',
    );
    await this.pause(Math.min(5_000, 100 * 2 ** Math.min(this.failures, 6)) * (0.5 + Math.random() / 2));
  }

  /** Commits don't shorten it: they may come by the hundred, and nothing can be published in any case. */
  private async pause(ms: number): Promise<void> {
    const until = performance.now() + ms;
    for (let left = ms; left > 0 && !this.stopping; left = until - performance.now()) await this.waker.sleep(left);
  }

  /**
   * While versions change, a newer process may have recorded what this one does not know: it is left to its relay, long enough for it
   * to find the lease free. Whether there is one is not known, so that the same event is waited for once only.
   */
  private async stepAside({ types }: OfAnotherVersion): Promise<void> {
    for (const type of types) this.foreignTypes.add(type);
    this.options.logger.info({ types }, 'another version has recorded what this relay does not know: it stands by');
    await this.pause(2 * this.leaseMs);
  }

  /** Nothing is published until the epoch of the log is advanced: what consumers have applied under these numbers is something else. */
  private async refuse(error: DatabaseRestored | CursorOfAnotherLog): Promise<void> {
    const problem = `this database was restored from an older copy and its epoch was not advanced: nothing is published (${error.message})`;
    if (!this.refusing) this.options.logger.error({ alarm: 'database-restored', cause: error.message }, problem);
    this.current.problem = problem;
    this.restored(true);
    await this.pause(RESTORED_AGAIN_MS);
  }

  private led(leader: boolean): void {
    if (this.current.leader !== leader)
      this.options.logger.info({ leader }, leader ? 'this relay leads' : 'this relay stands by');
    this.current.leader = leader;
    if (!leader) delete this.current.outbox;
    this.metrics.gauge('relay_leader', '1 where this process has the lease of the relay', {}, leader ? 1 : 0);
  }

  private async end(): Promise<void> {
    this.lanes = undefined;
    await this.lease
      .release()
      .catch((error: unknown) =>
        this.options.logger.warn({ cause: describeError(error) }, 'the lease runs out by itself'),
      );
    await this.sender
      .disconnect()
      .catch((error: unknown) =>
        this.options.logger.warn({ cause: describeError(error) }, 'the producer did not disconnect'),
      );
    this.led(false);
    this.current.running = false;
  }
}
