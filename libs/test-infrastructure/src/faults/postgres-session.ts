import { texts, type PostgresMessage } from './postgres-messages';

/** A transaction that its client asks to commit. */
export interface Commit {
  statements: readonly string[];
  /** Without BEGIN: what was sent is a transaction of its own. */
  alone: boolean;
}

/** What one client has asked so far: the statements of its open transaction, and those sent since the last request. */
export class PostgresSession {
  private readonly prepared = new Map<string, string>();
  private readonly portals = new Map<string, string>();
  private open: string[] | undefined;
  private sent: string[] = [];
  private ended: Commit | 'rolled-back' | undefined;

  take({ type, body }: PostgresMessage): void {
    if (!'PBEQ'.includes(type)) return;
    const [first = '', second = ''] = texts(body, 2);
    if (type === 'P') this.prepared.set(first, second);
    else if (type === 'B') this.portals.set(first, this.prepared.get(second) ?? '');
    else this.execute(type === 'Q' ? first : (this.portals.get(first) ?? ''));
  }

  /** What would be committed by all that was sent. */
  commit(): Commit | undefined {
    if (this.ended !== undefined) return this.ended === 'rolled-back' ? undefined : this.ended;
    return this.open === undefined && this.sent.length > 0 ? { statements: this.sent, alone: true } : undefined;
  }

  endRequest(): void {
    this.sent = [];
    this.ended = undefined;
  }

  /** What the server says when nothing is outstanding: it knows of transactions that the texts didn't show, or that failed. */
  idle(inTransaction: boolean): void {
    if (this.sent.length > 0) return;
    if (inTransaction) this.open ??= [];
    else this.open = undefined;
  }

  private execute(text: string): void {
    this.sent.push(text);
    this.open?.push(text);
    for (const statement of text.split(';')) {
      if (begin.test(statement)) this.open ??= [text];
      else if (end.test(statement)) {
        if (rollback.test(statement)) this.ended = 'rolled-back';
        else if (this.open !== undefined) this.ended = { statements: this.open, alone: false };
        this.open = undefined;
      }
    }
  }
}

const begin = /^\s*(begin|start\s+transaction)\b/i;
const end = /^\s*(commit|end|rollback|abort)(\s+(work|transaction))?\s*$/i;
const rollback = /^\s*(rollback|abort)\b/i;
