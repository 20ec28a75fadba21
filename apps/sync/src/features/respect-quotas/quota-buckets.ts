import type { Queryable } from '@calendar-sync/event-sourcing-postgres';

export interface QuotaLimits {
  projectPerMinute: number;
  userPerMinute: number;
}

export interface QuotaUser {
  provider: string;
  /** Whose budget a call spends; the connection until the account is known. */
  account: string;
}

/** A call has to wait for its budget. Not a failure. */
export class QuotaExhausted extends Error {
  override readonly name = 'QuotaExhausted';
  constructor(readonly waitMs: number) {
    super('the budget of calls to the provider is spent for now');
  }
}

/** Google counts over a sliding minute: a bucket that refills while its burst is spent must not exceed the limit together with it. */
const BURST = 0.15;

const SHORTEST_WAIT_MS = 100;

// Nobody waits for the disk: a budget that a crash of the database gives back is at most what half a second took.
const TAKE = `
  WITH quick AS (
    SELECT set_config('synchronous_commit', 'off', true)
  ), wanted AS (
    SELECT bucket, capacity, blocked_until, clock_timestamp() AS at,
      least(capacity, tokens + $2::double precision * capacity * extract(epoch FROM clock_timestamp() - refilled_at)::double precision / 60) AS available
    FROM provider_quota_buckets WHERE bucket = ANY ($1::text[]) ORDER BY bucket FOR UPDATE
  ), verdict AS (
    SELECT count(*) = cardinality($1::text[]) AS known,
      bool_and(available >= 1 AND (blocked_until IS NULL OR blocked_until <= at)) AS free,
      max(greatest(0, (1 - available) / ($2 * capacity) * 60, extract(epoch FROM blocked_until - at)::double precision)) AS wait
    FROM wanted
  ), spent AS (
    UPDATE provider_quota_buckets AS b SET tokens = wanted.available - 1, refilled_at = wanted.at
    FROM wanted, verdict WHERE b.bucket = wanted.bucket AND verdict.known AND verdict.free
  )
  SELECT known, coalesce(free, false) AS free, coalesce(wait, 0) AS wait FROM verdict, quick`;

/** The budgets of calls, shared by all replicas: token buckets as rows on the database's clock. */
export class QuotaBuckets {
  private readonly known = new Set<string>();

  constructor(
    private readonly db: Queryable,
    private readonly limits: QuotaLimits,
  ) {}

  /** Spends one call of the user's and of the project's budget, or neither: then throws QuotaExhausted. */
  async spend(user: QuotaUser): Promise<void> {
    const buckets = [this.projectBucket(user), this.userBucket(user)];
    if (!buckets.every((bucket) => this.known.has(bucket))) await this.create(user);
    let verdict = await this.take(buckets);
    if (!verdict.known) {
      await this.create(user);
      verdict = await this.take(buckets);
    }
    if (!verdict.free) throw new QuotaExhausted(Math.max(SHORTEST_WAIT_MS, Math.ceil(verdict.wait * 1000)));
  }

  /** The provider said how long: nobody calls for this user, or for anybody, until then. */
  async block(tx: Queryable, user: QuotaUser, scope: 'user' | 'project', milliseconds: number): Promise<void> {
    await tx.query(
      `UPDATE provider_quota_buckets
       SET blocked_until = greatest(blocked_until, clock_timestamp() + $2 * interval '1 millisecond') WHERE bucket = $1`,
      [scope === 'user' ? this.userBucket(user) : this.projectBucket(user), milliseconds],
    );
  }

  /** The same for a job, which knows its connection; without one there is no budget yet. */
  async blockFor(connectionId: string, scope: 'user' | 'project', milliseconds: number): Promise<void> {
    const { rows } = await this.db.query<QuotaUser>(
      'SELECT provider, account FROM connections WHERE connection_id = $1',
      [connectionId],
    );
    if (rows[0] !== undefined) await this.block(this.db, rows[0], scope, milliseconds);
  }

  private async take(buckets: string[]) {
    // Refill per minute as a multiple of the burst: (1 - BURST) / BURST of it.
    const { rows } = await this.db.query<{ known: boolean; free: boolean; wait: number }>(TAKE, [
      buckets,
      (1 - BURST) / BURST,
    ]);
    return rows[0]!;
  }

  private async create(user: QuotaUser): Promise<void> {
    const burst = (perMinute: number) => Math.max(1, perMinute * BURST);
    const wanted: [string, number][] = [
      [this.projectBucket(user), burst(this.limits.projectPerMinute)],
      [this.userBucket(user), burst(this.limits.userPerMinute)],
    ];
    await this.db.query(
      `INSERT INTO provider_quota_buckets AS b (bucket, capacity, tokens)
       SELECT bucket, capacity, capacity FROM unnest($1::text[], $2::double precision[]) AS w (bucket, capacity) ORDER BY bucket
       ON CONFLICT (bucket) DO UPDATE SET capacity = excluded.capacity WHERE b.capacity <> excluded.capacity`,
      [wanted.map(([bucket]) => bucket), wanted.map(([, capacity]) => capacity)],
    );
    for (const [bucket] of wanted) this.known.add(bucket);
  }

  private readonly projectBucket = ({ provider }: QuotaUser) => `${provider}/project`;
  private readonly userBucket = ({ provider, account }: QuotaUser) => `${provider}/user/${account}`;
}
