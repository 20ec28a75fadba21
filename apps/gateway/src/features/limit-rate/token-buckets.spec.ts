import { TokenBuckets } from './token-buckets';

describe('the rate limit of a subject', () => {
  it('gives a full minute of requests at once and then one for each that was refilled', () => {
    const buckets = new TokenBuckets(60);
    const first = Array.from({ length: 60 }, () => buckets.take('ada', 0));
    expect(first.every(({ taken }) => taken)).toBe(true);
    expect(buckets.take('ada', 0)).toEqual({ taken: false, left: 0, retryAfterMs: 1_000 });
    expect(buckets.take('ada', 400)).toEqual({ taken: false, left: 0, retryAfterMs: 600 });
    expect(buckets.take('ada', 1_000).taken).toBe(true);
    expect(buckets.take('ada', 1_000).taken).toBe(false);
  });

  it('never saves up more than one minute', () => {
    const buckets = new TokenBuckets(2);
    buckets.take('ada', 0);
    const later = 3_600_000;
    expect([1, 2, 3].map(() => buckets.take('ada', later).taken)).toEqual([true, true, false]);
  });

  it("leaves another subject's share alone", () => {
    const buckets = new TokenBuckets(1);
    buckets.take('ada', 0);
    expect(buckets.take('ada', 0).taken).toBe(false);
    expect(buckets.take('bob', 0).taken).toBe(true);
  });
});
