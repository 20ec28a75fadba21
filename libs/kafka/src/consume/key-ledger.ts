import type { Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { StoredOffset } from './offset-store';
import type { Blocker, Numbers, Progress } from './sequence-guard';

interface SequenceRow {
  topic: string;
  key: string;
  source: string;
  epoch: string;
  last_sequence: string;
  last_id: string | null;
  latest_time: Date | null;
  asked: boolean;
}

interface BlockerRow {
  topic: string;
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

/** What a ledger is to know of: these keys of these sources, and what is parked of these keys. */
export interface Wanted {
  topic: string;
  owners: readonly { key: string; source: string }[];
  keys: readonly string[];
}

/** How far the keys of a topic are, locked until the commit, and what is parked of them. */
export class KeyLedger {
  private readonly accounts = new Map<string, Account>();
  private readonly blocking = new Map<string, Blocker[]>();
  private readonly waiting = new Set<string>();

  private constructor(private readonly topic: string) {}

  static async open(tx: Transaction, wanted: Wanted, askAgainAfterMs: number): Promise<KeyLedger> {
    return (await KeyLedger.openAll(tx, [wanted], askAgainAfterMs)).get(wanted.topic)!;
  }

  /** One for each topic, in a statement or two for all of them. What is parked is read once the keys are locked. */
  static async openAll(
    tx: Transaction,
    wanted: readonly Wanted[],
    askAgainAfterMs: number,
  ): Promise<ReadonlyMap<string, KeyLedger>> {
    const ledgers = new Map(wanted.map(({ topic }) => [topic, new KeyLedger(topic)]));
    await lockKeys(tx, wanted, askAgainAfterMs, ledgers);
    await readParked(tx, wanted, ledgers);
    return ledgers;
  }

  /** Writes down what was taken, and where these partitions stand then. */
  static async saveAll(tx: Transaction, ledgers: Iterable<KeyLedger>, offsets: readonly StoredOffset[]): Promise<void> {
    const changed = [...ledgers].flatMap(({ topic, accounts }) =>
      [...accounts.values()].filter((account) => account.changed).map((account) => ({ topic, ...account })),
    );
    if (changed.length === 0 && offsets.length === 0) return;
    await tx.query(
      `WITH moved AS (
         UPDATE consumer_offsets AS o SET next_offset = n.next, updated_at = clock_timestamp()
         FROM unnest($9::text[], $10::integer[], $11::bigint[]) AS n (topic, partition, next)
         WHERE o.topic = n.topic AND o.partition = n.partition
       )
       INSERT INTO consumer_sequences AS s (topic, key, source, epoch, last_sequence, gap_asked_at, last_id, latest_time)
       SELECT topic, key, source, epoch, last, CASE WHEN asked THEN clock_timestamp() END, id, time
       FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::boolean[], $7::text[], $8::timestamptz[])
         AS c (topic, key, source, epoch, last, asked, id, time)
       ON CONFLICT (topic, key, source) DO UPDATE SET epoch = excluded.epoch, last_sequence = excluded.last_sequence,
         last_id = excluded.last_id, latest_time = excluded.latest_time,
         gap_asked_at = coalesce(excluded.gap_asked_at, s.gap_asked_at)`,
      [
        changed.map(({ topic }) => topic),
        changed.map(({ key }) => key),
        changed.map(({ source }) => source),
        changed.map(({ epoch }) => epoch),
        changed.map(({ last }) => last),
        changed.map(({ askedNow }) => askedNow),
        changed.map(({ lastId }) => lastId ?? null),
        changed.map(({ latestTime }) => (latestTime === undefined ? null : new Date(latestTime).toISOString())),
        offsets.map(({ topic }) => topic),
        offsets.map(({ partition }) => partition),
        offsets.map(({ next }) => String(next)),
      ],
    );
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

  async save(tx: Transaction): Promise<void> {
    await KeyLedger.saveAll(tx, [this], []);
  }

  /** As the database has it. */
  know(row: SequenceRow): void {
    const { key, source, epoch, last_sequence: last, last_id, latest_time, asked } = row;
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

  knowParked({ key, source, epoch, sequence, blocks }: BlockerRow): void {
    if (!blocks) {
      this.waiting.add(key);
      return;
    }
    this.block(key, {
      source: source ?? undefined,
      epoch: epoch === null ? undefined : Number(epoch),
      sequence: sequence === null ? undefined : Number(sequence),
    });
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
}

/** Live messages, replayed ones and parked ones of a key meet here, each in a transaction of its own. */
async function lockKeys(
  tx: Transaction,
  wanted: readonly Wanted[],
  askAgainAfterMs: number,
  ledgers: ReadonlyMap<string, KeyLedger>,
): Promise<void> {
  const owners = new Map(
    wanted.flatMap(({ topic, owners }) =>
      owners.map(({ key, source }) => [`${topic} ${nameOf(key, source)}`, { topic, key, source }] as const),
    ),
  );
  if (owners.size === 0) return;
  const all = [...owners.values()];
  const columns = [all.map(({ topic }) => topic), all.map(({ key }) => key), all.map(({ source }) => source)];
  const read = async () => {
    const { rows } = await tx.query<SequenceRow>(
      `SELECT s.topic, s.key, s.source, epoch, last_sequence, last_id, latest_time,
         coalesce(gap_asked_at > clock_timestamp() - $4 * interval '1 millisecond', false) AS asked
       FROM consumer_sequences s
       JOIN unnest($1::text[], $2::text[], $3::text[]) AS c (topic, key, source)
         ON s.topic = c.topic AND s.key = c.key AND s.source = c.source
       ORDER BY s.topic, s.key, s.source FOR UPDATE OF s`,
      [...columns, askAgainAfterMs],
    );
    return rows;
  };
  let rows = await read();
  if (rows.length < all.length) {
    // The first message of a key: without a row there is nothing to lock, and its replay may come by another partition.
    await tx.query(
      `INSERT INTO consumer_sequences (topic, key, source, epoch, last_sequence)
       SELECT topic, key, source, 0, 0 FROM unnest($1::text[], $2::text[], $3::text[]) AS c (topic, key, source)
       ORDER BY topic, key, source ON CONFLICT DO NOTHING`,
      columns,
    );
    rows = await read();
  }
  for (const row of rows) ledgers.get(row.topic)!.know(row);
}

async function readParked(
  tx: Transaction,
  wanted: readonly Wanted[],
  ledgers: ReadonlyMap<string, KeyLedger>,
): Promise<void> {
  const all = wanted.flatMap(({ topic, keys }) => [...new Set(keys)].map((key) => ({ topic, key })));
  if (all.length === 0) return;
  const { rows } = await tx.query<BlockerRow>(
    `WITH parked AS (
       SELECT p.topic, p.key, source, epoch, sequence, reason FROM parked_messages AS p
       JOIN unnest($1::text[], $2::text[]) AS c (topic, key) ON p.topic = c.topic AND p.key = c.key
     )
     SELECT topic, key, source, epoch, sequence, true AS blocks FROM parked WHERE reason IN ('poison', 'failed', 'contradicts')
     UNION ALL
     SELECT DISTINCT topic, key, NULL, NULL::bigint, NULL::bigint, false FROM parked WHERE reason IN ('behind', 'gap')`,
    [all.map(({ topic }) => topic), all.map(({ key }) => key)],
  );
  for (const row of rows) ledgers.get(row.topic)!.knowParked(row);
}
