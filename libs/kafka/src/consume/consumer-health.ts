import type { PartitionLag } from './broker-offsets';

export interface ConsumerState {
  /** Joined, reading, and nothing below is a problem. */
  healthy: boolean;
  joined: boolean;
  /** Number of partitions. */
  assigned: number;
  /** Messages not applied yet, as of the last comparison with the broker; undefined before the first. */
  lag?: number;
  lastFetchAgeMs?: number;
  lastHeartbeatAgeMs?: number;
  /** Partitions whose offsets are not known yet. */
  paused: boolean;
  /** Messages that wait for an operator or for missing ones. */
  parked: number;
  /** What is wrong now, for people. */
  problems: string[];
}

const LIMITS = { fetchMs: 30_000, heartbeatMs: 30_000, pausedMs: 30_000, retryingMs: 30_000, standstillMs: 60_000 };

/** What the watchdog looks at. It judges on demand, without a timer that could itself stand still. */
export class ConsumerHealth {
  fatal: string | undefined;
  lastFetch: number | undefined;
  lastHeartbeat: number | undefined;
  private lags: PartitionLag[] | undefined;
  private readonly progressed = new Map<string, number>();

  /** `now` in milliseconds of a clock that nobody sets: that of `performance`, as are all times that it is told. */
  constructor(private readonly now: () => number) {}

  fetched(): void {
    this.lastFetch = this.now();
  }

  beat(): void {
    this.lastHeartbeat = this.now();
  }

  /** An offset moved. */
  applied(topic: string, partition: number): void {
    this.progressed.set(`${topic}/${partition}`, this.now());
  }

  compared(lags: PartitionLag[]): void {
    this.lags = lags;
    // What stood still while somebody else had the partition says nothing about us.
    const mine = new Set(lags.map(({ topic, partition }) => `${topic}/${partition}`));
    for (const name of this.progressed.keys()) if (!mine.has(name)) this.progressed.delete(name);
    for (const { topic, partition, lag } of lags) {
      const name = `${topic}/${partition}`;
      if (lag === 0 || !this.progressed.has(name)) this.progressed.set(name, this.now());
    }
  }

  judge(facts: {
    joined: boolean;
    assigned: number;
    pausedSince: number | undefined;
    retrying: { since: number; cause: string } | undefined;
    parked: number;
  }): ConsumerState {
    const { joined, assigned, pausedSince, retrying, parked } = facts;
    const age = (at: number | undefined) => (at === undefined ? undefined : Math.round(this.now() - at));
    const fetchAge = age(this.lastFetch);
    const heartbeatAge = age(this.lastHeartbeat);
    const problems: string[] = [];
    if (this.fatal !== undefined) problems.push(this.fatal);
    if (!joined) problems.push('not a member of its group');
    if (joined && assigned > 0 && (fetchAge ?? 0) > LIMITS.fetchMs) problems.push(`nothing fetched for ${fetchAge} ms`);
    if (joined && (heartbeatAge ?? 0) > LIMITS.heartbeatMs) problems.push(`no heartbeat for ${heartbeatAge} ms`);
    if ((age(pausedSince) ?? 0) > LIMITS.pausedMs) problems.push('the stored offsets can not be read');
    const retriedFor = age(retrying?.since) ?? 0;
    if (retriedFor > LIMITS.retryingMs) problems.push(`one chunk is repeated for ${retriedFor} ms: ${retrying?.cause}`);
    for (const { topic, partition, lag } of this.lags ?? []) {
      const stands = age(this.progressed.get(`${topic}/${partition}`)) ?? 0;
      if (lag > 0 && stands > LIMITS.standstillMs)
        problems.push(`${topic}/${partition} stands still with ${lag} messages to go`);
    }
    return {
      healthy: problems.length === 0,
      joined,
      assigned,
      paused: pausedSince !== undefined,
      parked,
      problems,
      ...(this.lags === undefined ? {} : { lag: this.lags.reduce((sum, { lag }) => sum + lag, 0) }),
      ...(fetchAge === undefined ? {} : { lastFetchAgeMs: fetchAge }),
      ...(heartbeatAge === undefined ? {} : { lastHeartbeatAgeMs: heartbeatAge }),
    };
  }
}
