import { asksForEncryption, MessageReader, texts, type PostgresMessage } from './postgres-messages';
import { PostgresSession, type Commit } from './postgres-session';
import { tappedProxy, type Passage, type ProxyTarget, type Tap, type TcpProxy } from './tcp-proxy';
import type { Freight } from './lane';

/** A statement that was sent without BEGIN is a transaction of its own here. */
export interface PostgresProxy extends TcpProxy {
  /**
   * The next `times` COMMITs of transactions in which a statement matched `after` reach the server and are done there;
   * their reply is not delivered: the client's connection is reset instead. Without `after` every COMMIT is meant, and
   * of the statements without BEGIN those that write. What the server didn't commit is answered as ever. A new call
   * takes the place of the last.
   */
  loseCommitReplies(options: { times: number; after?: RegExp }): void;
  /** So many were lost since the proxy was opened. */
  readonly lostReplies: number;
  /**
   * Keeps COMMIT itself from the server, for the next `times` transactions in which a statement matched, until
   * `release()`; `held()` says how many wait now. What a client sent before it died is still delivered then. The
   * server's own limit for idle transactions goes on.
   */
  holdCommits(options: { times: number; after: RegExp }): { held(): number; release(): void };
}

/**
 * A proxy that knows enough of Postgres' protocol to tell when a transaction ends. Unencrypted connections only: it
 * refuses encryption in the server's name. `pass()` also ends losing and holding.
 * https://www.postgresql.org/docs/current/protocol-flow.html
 */
export async function postgresProxy(target: ProxyTarget, options: { port?: number } = {}): Promise<PostgresProxy> {
  const faults = new CommitFaults();
  const proxy = await tappedProxy(target, options, (passage) => new Eavesdropper(passage, faults));
  return {
    port: proxy.port,
    get connections() {
      return proxy.connections;
    },
    cut: proxy.cut,
    refuse: proxy.refuse,
    blackhole: proxy.blackhole,
    delay: proxy.delay,
    pass: () => {
      faults.heal();
      return proxy.pass();
    },
    close: proxy.close,
    loseCommitReplies: (rule) => faults.lose(rule),
    get lostReplies() {
      return faults.lostReplies;
    },
    holdCommits: (rule) => faults.hold(rule),
  };
}

interface Hold {
  times: number;
  after: RegExp;
  waiting: Map<Eavesdropper, () => void>;
}

class CommitFaults {
  lostReplies = 0;
  private losing: { times: number; after?: RegExp } = { times: 0 };
  private holds: Hold[] = [];

  lose(rule: { times: number; after?: RegExp }): void {
    this.losing = { ...rule };
  }

  hold({ times, after }: { times: number; after: RegExp }): { held(): number; release(): void } {
    const hold: Hold = { times, after, waiting: new Map() };
    this.holds.push(hold);
    return { held: () => hold.waiting.size, release: () => this.release(hold) };
  }

  heal(): void {
    this.losing = { times: 0 };
    for (const hold of this.holds) this.release(hold);
  }

  mayLose({ statements, alone }: Commit): boolean {
    const { times, after = alone ? writes : anything } = this.losing;
    return times > 0 && matches(statements, after);
  }

  lost(): void {
    this.losing.times -= 1;
    this.lostReplies += 1;
  }

  holdFor({ statements }: Commit): Hold | undefined {
    const hold = this.holds.find(({ times, after }) => times > 0 && matches(statements, after));
    if (hold) hold.times -= 1;
    return hold;
  }

  closed(connection: Eavesdropper): void {
    for (const { waiting } of this.holds) waiting.delete(connection);
  }

  private release(hold: Hold): void {
    this.holds = this.holds.filter((other) => other !== hold);
    const waiting = [...hold.waiting.values()];
    hold.waiting.clear();
    for (const goOn of waiting) goOn();
  }
}

const writes = /\b(insert|update|delete|merge|copy|truncate|create|alter|drop)\b/i;
const anything = /^/;
const matches = (statements: readonly string[], pattern: RegExp) =>
  statements.some((statement) => statement.search(pattern) >= 0);

/** What goes to the server in one piece: all up to a request's end, or to where the client wants an answer before it. */
interface Step {
  freight: Freight;
  commit: Commit | undefined;
  /** False where the same commit was let through or held in an earlier step. */
  first: boolean;
  endsRequest: boolean;
}

/** One connection. */
class Eavesdropper implements Tap {
  private readonly client = new MessageReader('client');
  private readonly server = new MessageReader('server');
  private readonly session = new PostgresSession();
  private unsent: Buffer[] = [];
  private commitSeen = false;
  private steps: Step[] = [];
  private holding = false;
  /** Per request that the server has yet to answer: what it would commit. */
  private readonly outstanding: (Commit | undefined)[] = [];
  private reply: PostgresMessage[] = [];

  constructor(
    private readonly passage: Passage,
    private readonly faults: CommitFaults,
  ) {}

  fromClient(freight: Freight): void {
    if (typeof freight === 'string') {
      this.steps.push({ freight, commit: undefined, first: false, endsRequest: false });
      return this.forward();
    }
    for (const message of this.client.read(freight)) {
      if (message.type === 'startup' && asksForEncryption(message.bytes)) {
        this.passage.toClient(Buffer.from('N'));
        continue;
      }
      this.session.take(message);
      this.unsent.push(message.bytes);
      if (partsOfRequests.includes(message.type)) continue;
      const endsRequest = endsOfRequests.includes(message.type);
      const commit = this.session.commit();
      this.steps.push({ freight: Buffer.concat(this.unsent), commit, first: !this.commitSeen, endsRequest });
      this.unsent = [];
      this.commitSeen = commit !== undefined && !endsRequest;
      if (endsRequest) this.session.endRequest();
    }
    this.forward();
  }

  fromServer(freight: Freight): void {
    if (typeof freight === 'string') {
      this.deliver();
      this.passage.toClient(freight);
      return;
    }
    for (const message of this.server.read(freight)) {
      const commit = this.outstanding[0];
      if (commit === undefined || (this.reply.length === 0 && !this.faults.mayLose(commit))) {
        this.passage.toClient(message.bytes);
      } else {
        this.reply.push(message);
      }
      if (isQuestion(message)) this.deliver();
      if (message.type !== 'Z') continue;
      this.outstanding.shift();
      if (commit !== undefined && isCommitted(this.reply) && this.faults.mayLose(commit)) {
        this.faults.lost();
        return this.passage.reset();
      }
      this.deliver();
      if (this.outstanding.length + this.steps.length === 0) this.session.idle(message.body.toString() !== 'I');
    }
  }

  closed(): void {
    this.faults.closed(this);
  }

  private deliver(): void {
    for (const { bytes } of this.reply.splice(0)) this.passage.toClient(bytes);
  }

  private forward(): void {
    while (!this.holding) {
      const step = this.steps[0];
      if (step === undefined) return;
      const hold = step.commit && step.first ? this.faults.holdFor(step.commit) : undefined;
      if (hold) {
        this.holding = true;
        hold.waiting.set(this, () => {
          this.holding = false;
          this.send(step);
          this.forward();
        });
        return;
      }
      this.send(step);
    }
  }

  private send(step: Step): void {
    this.steps.shift();
    if (step.endsRequest) this.outstanding.push(step.commit);
    this.passage.toServer(step.freight);
  }
}

/** Parse, Bind, Describe, Execute, Close: nothing is answered until Sync or Flush. */
const partsOfRequests = ['P', 'B', 'D', 'E', 'C'];
/** Query, Sync and FunctionCall: answered with one ReadyForQuery each. */
const endsOfRequests = ['Q', 'S', 'F'];

/** CopyIn and CopyBoth: the server waits for what the client has to say to it. */
const isQuestion = ({ type }: PostgresMessage) => type === 'G' || type === 'W';

function isCommitted(reply: readonly PostgresMessage[]): boolean {
  const ready = reply.at(-1);
  const failed = ({ type, body }: PostgresMessage) =>
    type === 'E' || (type === 'C' && texts(body, 1)[0] === 'ROLLBACK');
  return ready?.type === 'Z' && ready.body.toString() === 'I' && !reply.some(failed);
}
