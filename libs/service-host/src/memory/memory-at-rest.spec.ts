import { giveBackMemoryAtRest } from './memory-at-rest';

describe('the memory of a service', () => {
  let utilization = 0;
  const told: boolean[] = [];
  const looks = (count: number, busy: number) => {
    utilization = busy;
    jest.advanceTimersByTime(count * 2_000);
    return told.at(-1);
  };
  beforeEach(() => {
    jest.useFakeTimers();
    told.length = 0;
    giveBackMemoryAtRest({ utilization: () => utilization, preferSmall: (small) => told.push(small) });
  });
  afterEach(() => jest.useRealTimers());

  test('is given back once work has ended, for which a small heap is preferred for a while', () => {
    expect(looks(3, 0.6)).toBeUndefined();
    expect(looks(4, 0.03)).toBeUndefined();
    expect(looks(7, 0.03)).toBe(true);
    expect(looks(1, 0.03)).toBe(false);
    looks(100, 0.03);
    expect(told).toEqual([true, false]);
  });

  test('is taken without hesitation when work comes', () => {
    expect(looks(5, 0.03)).toBe(true);
    expect(looks(1, 0.6)).toBe(false);
    expect(looks(5, 0.03)).toBe(true);
  });
});
