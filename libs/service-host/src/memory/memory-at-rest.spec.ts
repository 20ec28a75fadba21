import { giveBackMemoryAtRest } from './memory-at-rest';

describe('the memory of a service', () => {
  let utilization = 0;
  const collect = jest.fn();
  const looks = (count: number, busy: number) => {
    utilization = busy;
    jest.advanceTimersByTime(count * 2_000);
    return collect.mock.calls.length;
  };
  beforeEach(() => {
    jest.useFakeTimers();
    collect.mockClear();
    giveBackMemoryAtRest({ utilization: () => utilization, collect });
  });
  afterEach(() => jest.useRealTimers());

  test('is given back once when work has ended', () => {
    expect(looks(3, 0.6)).toBe(0);
    expect(looks(4, 0.03)).toBe(0);
    expect(looks(1, 0.03)).toBe(1);
    expect(looks(1_000, 0.03)).toBe(1);
  });

  test('is given back again after the next work, and not between two pieces of it', () => {
    expect(looks(5, 0.03)).toBe(1);
    for (let pieces = 0; pieces < 10; pieces += 1) {
      looks(4, 0.03);
      expect(looks(1, 0.6)).toBe(1);
    }
    expect(looks(5, 0.03)).toBe(2);
  });
});
