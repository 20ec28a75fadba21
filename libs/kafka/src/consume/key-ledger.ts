import type { Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { Blocker, Numbers, Progress } from './sequence-guard';

interface SequenceRow {
  key: string;
  source: string;
  epoch: string;
  last_sequence: string;
  last_id: string | null;
  latest_time: Date | null;
  asked: boolean;
}

interface BlockerRow {
  key: string;
  source: string | null;
  epoch: string | null;
  sequence: string | null;
  blocks: boolean;
}

interface Account extends Progress {
  key: string;
  source: string;
  /** The replay of a gap was asked for a short while ago. */
  asked: boolean;
  changed: boolean;
  askedNow: boolean;
}

const nameOf = (key: string, source: string) => `${source} ${key}`;

/** How far the keys of a chunk are, locked until its commit, and what is parked of them. */
export class KeyLedger {
  private readonly accounts = new Map<string, Account>();
  private readonly blocking = new Map<string, Blocker[]>();
  private readonly waiting = new Set<string>();

  private constructor(
    private readonly tx: Transaction,
    private readonly topic: string,
  ) {}

  static async open(
    tx: Transaction,
    topic: string,
    owners: readonly { key: string; source: string }[],
    keys: readonly string[],
    askAgainAfterMs: number,
  ): Promise<KeyLedger> {
    const ledger = new KeyLedger(tx, topic);
    await ledger.lock(owners, askAgainAfterMs);
    await ledger.readParked(keys);
    return ledger;
  }

  progress(key: string, source: string): Progress | undefined {
    return this.accounts.get(nameOf(key, source));
  }

  blockers(key: string): readonly Blocker[] {
    return this.blocking.get(key) ?? [];
  }

  block(key: string, blocker: Blocker): void {
    const blockers = this.blocking.get(key) ?? [];
    blockers.push(blocker);
    this.blocking.set(key, blockers);
  }

  /** Messages of this key are parked that may be next. */
  hasWaiting(key: string): boolean {
    return this.waiting.has(key) || this.blocking.has(key);
  }

  take(key: string, { source, epoch, to, id, time }: Numbers): void {
    const account = this.account(key, source, epoch);
    if (account.epoch !== epoch) {
      account.asked = false;
      account.latestTime = undefined;
    }
    account.epoch = epoch;
    account.last = to;
    account.lastId = id;
    if (time !== undefined) account.latestTime = Math.max(time, account.latestTime ?? time);
    account.changed = true;
  }

  /** True when the gap in front of these numbers was not asked for lately; it is noted as asked for now. */
  mayAsk(key: string, { source, epoch }: Numbers): boolean {
    const account = this.account(key, source, epoch);
    if (account.asked) return false;
    account.asked = true;
    account.askedNow = true;
    account.changed = true;
    return true;
  }

  async save(): Promise<void> {
    const changed = [...this.accounts.values()].filter((account) => account.changed);
    if (changed.length === 0) return;
    await this.tx.query(
      `INSERT INTO consumer_sequences AS s (topic, key, source, epoch, last_sequence, gap_asked_at, last_id, latest_time)
       SELECT $1, key, source, epoch, last, CASE WHEN asked THEN clock_timestamp() END, id, time
       FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::boolean[], $7::text[], $8::timestamptz[])
         AS c (key, source, epoch, last, asked, id, time)
       ON CONFLICT (topic, key, source) DO UPDATE SET epoch = excluded.epoch, last_sequence = excluded.last_sequence,
         last_id = excluded.last_id, latest_time = excluded.latest_time,
         gap_asked_at = coalesce(excluded.gap_asked_at, s.gap_asked_at)`,
      [
        this.topic,
        changed.map(({ key }) => key),
        changed.map(({ source }) => source),
        changed.map(({ epoch }) => epoch),
        changed.map(({ last }) => last),
        changed.map(({ askedNow }) => askedNow),
        changed.map(({ lastId }) => lastId ?? null),
        changed.map(({ latestTime }) => (latestTime === undefined ? null : new Date(latestTime).toISOString())),
      ],
    );
  }

  private account(key: string, source: string, epoch: number): Account {
    const name = nameOf(key, source);
    let account = this.accounts.get(name);
    if (account === undefined) {
      account = { key, source, epoch, last: 0, asked: false, changed: false, askedNow: false };
      this.accounts.set(name, account);
    }
    return account;
  }

  /** Live messages, replayed ones and parked ones of a key meet here, each in a transaction of its own. */
  private async lock(owners: readonly { key: string; source: string }[], askAgainAfterMs: number): Promise<void> {
    const pairs = [...new Map(owners.map((owner) => [nameOf(owner.key, owner.source), owner])).values()];
    if (pairs.length === 0) return;
    const values = [this.topic, pairs.map(({ key }) => key), pairs.map(({ source }) => source), askAgainAfterMs];
    const read = async () => {
      const { rows } = await this.tx.query<SequenceRow>(
        `SELECT s.key, s.source, epoch, last_sequence, last_id, latest_time,
           coalesce(gap_asked_at > clock_timestamp() - $4 * interval '1 millisecond', false) AS asked
         FROM consumer_sequences s
         JOIN unnest($2::text[], $3::text[]) AS c (key, source) ON s.key = c.key AND s.source = c.source
         WHERE s.topic = $1 ORDER BY s.key, s.source FOR UPDATE OF s`,
        values,
      );
      return rows;
    };
    let rows = await read();
    if (rows.length < pairs.length) {
      // The first message of a key: without a row there is nothing to lock, and its replay may come by another partition.
      await this.tx.query(
        `INSERT INTO consumer_sequences (topic, key, source, epoch, last_sequence)
         SELECT $1, key, source, 0, 0 FROM unnest($2::text[], $3::text[]) AS c (key, source) ORDER BY key, source
         ON CONFLICT DO NOTHING`,
        values.slice(0, 3),
      );
      rows = await read();
    }
    for (const { key, source, epoch, last_sequence: last, last_id, latest_time, asked } of rows) {
      this.accounts.set(nameOf(key, source), {
        key,
        source,
        epoch: Number(epoch),
        last: Number(last),
        lastId: last_id ?? undefined,
        latestTime: latest_time?.getTime(),
        asked,
        changed: false,
        askedNow: false,
      });
    }
  }

  private async readParked(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const { rows } = await this.tx.query<BlockerRow>(
      `SELECT key, source, epoch, sequence, true AS blocks FROM parked_messages
       WHERE topic = $1 AND key = ANY ($2::text[]) AND reason IN ('poison', 'failed', 'contradicts')
       UNION ALL
       SELECT DISTINCT key, NULL, NULL::bigint, NULL::bigint, false FROM parked_messages
       WHERE topic = $1 AND key = ANY ($2::text[]) AND reason IN ('behind', 'gap')`,
      [this.topic, [...new Set(keys)]],
    );
    for (const { key, source, epoch, sequence, blocks } of rows) {
      if (!blocks) {
        this.waiting.add(key);
        continue;
      }
      this.block(key, {
        source: source ?? undefined,
        epoch: epoch === null ? undefined : Number(epoch),
        sequence: sequence === null ? undefined : Number(sequence),
      });
    }
  }
}
