import { atLeast, atLeastOfFloor, atMostFloors, below, higherIsBetter, lowerIsBetter } from './figures';

const rate = (value: number, floor: number) =>
  higherIsBetter({ name: 'reads', unit: '/s', value, floor: { name: 'bare', value: floor } });
const cost = (value: number, floor: number) =>
  lowerIsBetter({ name: 'first sync', unit: 's', value, floor: { name: 'bare', value: floor } });

describe('a figure beside its floor', () => {
  it('is worth half the floor at half its rate', () => {
    expect(rate(500, 1_000).ratio).toBe(0.5);
  });

  it('is worth half the floor at twice its cost', () => {
    expect(cost(8, 4).ratio).toBe(0.5);
  });

  it('has no ratio without a floor', () => {
    expect(higherIsBetter({ name: 'memory', unit: 'MB', value: 900 })).toEqual({
      name: 'memory',
      unit: 'MB',
      value: 900,
    });
  });

  it('has a ratio of nothing where nothing could be measured', () => {
    expect(rate(500, 0).ratio).toBe(0);
    expect(cost(0, 4).ratio).toBe(0);
  });
});

describe('a goal', () => {
  it.each([
    [800, true],
    [799, false],
  ])('of 0.8 of the floor, with %d of 1000, is met: %p', (value, met) => {
    expect(atLeastOfFloor(0.8, rate(value, 1_000)).goal).toEqual({ text: '≥ 0.80 of the floor', met });
  });

  it.each([
    [32, true],
    [33, false],
  ])('of eight times the floor of 4 s, with %d s, is met: %p', (value, met) => {
    expect(atMostFloors(8, cost(value, 4)).goal).toEqual({ text: '≤ 8 × the floor', met });
  });

  it.each([
    [299, true],
    [300, false],
  ])('of below 300 ms, with %d ms, is met: %p', (value, met) => {
    expect(below(300, lowerIsBetter({ name: 'p50', unit: 'ms', value })).goal).toEqual({ text: '< 300 ms', met });
  });

  it.each([
    [20_000, true],
    [19_999, false],
  ])('of at least 20,000 a second, with %d, is met: %p', (value, met) => {
    expect(atLeast(20_000, higherIsBetter({ name: 'entries', unit: '/s', value })).goal).toEqual({
      text: '≥ 20,000 /s',
      met,
    });
  });

  it('against a floor that was not measured is missed', () => {
    expect(atLeastOfFloor(0.8, { name: 'reads', unit: '/s', value: 9 }).goal?.met).toBe(false);
  });
});
