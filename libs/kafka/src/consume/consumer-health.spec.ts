import { ConsumerHealth } from './consumer-health';

const facts = { joined: true, assigned: 2, pausedSince: undefined, retrying: undefined, parked: 0 };

describe('the health of a consumer', () => {
  let now = 0;
  let health: ConsumerHealth;
  beforeEach(() => {
    now = 1_000;
    health = new ConsumerHealth(() => now);
    health.fetched();
    health.beat();
  });

  it('is good while it is joined, fetches and beats', () => {
    expect(health.judge(facts)).toMatchObject({
      healthy: true,
      lastFetchAgeMs: 0,
      lastHeartbeatAgeMs: 0,
      problems: [],
    });
  });

  it('is bad when it is no member, or nothing was fetched for long', () => {
    expect(health.judge({ ...facts, joined: false }).problems).toEqual(['not a member of its group']);
    now += 31_000;
    health.beat();
    expect(health.judge(facts).problems).toEqual(['nothing fetched for 31000 ms']);
  });

  it('is bad when a partition has messages to go and does not move', () => {
    health.compared([{ topic: 't', partition: 0, lag: 5 }]);
    expect(health.judge(facts)).toMatchObject({ healthy: true, lag: 5 });
    now += 61_000;
    health.fetched();
    health.beat();
    health.compared([{ topic: 't', partition: 0, lag: 5 }]);
    expect(health.judge(facts).problems).toEqual(['t/0 stands still with 5 messages to go']);
    health.applied('t', 0);
    expect(health.judge(facts).healthy).toBe(true);
  });

  it('asks nothing of a partition that somebody else has now, and nothing of the past when it comes back', () => {
    health.compared([{ topic: 't', partition: 0, lag: 5 }]);
    health.compared([]);
    now += 61_000;
    health.fetched();
    health.beat();
    expect(health.judge(facts).problems).toEqual([]);
    health.compared([{ topic: 't', partition: 0, lag: 5 }]);
    expect(health.judge(facts).problems).toEqual([]);
  });

  it('is bad when one chunk is repeated for long, or the consumer is dead', () => {
    const retrying = { since: now, cause: 'deadlock' };
    expect(health.judge({ ...facts, retrying }).healthy).toBe(true);
    now += 29_000;
    expect(health.judge({ ...facts, retrying }).healthy).toBe(true);
    now += 2_000;
    health.fetched();
    health.beat();
    expect(health.judge({ ...facts, retrying }).problems).toEqual(['one chunk is repeated for 31000 ms: deadlock']);
    health.fatal = 'Error: gone';
    expect(health.judge(facts).problems).toEqual(['Error: gone']);
  });

  it('is bad when the stored offsets can not be read for long', () => {
    const pausedSince = now;
    now += 31_000;
    health.fetched();
    health.beat();
    expect(health.judge({ ...facts, pausedSince }).problems).toEqual(['the stored offsets can not be read']);
  });
});
