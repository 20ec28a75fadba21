import { median, number, percentile, spread } from './statistics';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

describe('a percentile', () => {
  it('is the sample below or at which the share lies', () => {
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
  });

  it('is a sample, however few there are', () => {
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([9, 7], 0)).toBe(7);
  });

  it('of nothing fails', () => {
    expect(() => percentile([], 0.5)).toThrow('nothing was measured');
  });
});

describe('a median', () => {
  it('is the middle one', () => expect(median([9, 1, 5])).toBe(5));
  it('is between the middle two', () => expect(median([9, 1, 5, 3])).toBe(4));
  it('of nothing fails', () => expect(() => median([])).toThrow('nothing was measured'));
});

describe('a number', () => {
  it.each([
    [12_345.6, '12,346'],
    [123.4, '123'],
    [12.34, '12.3'],
    [1.234, '1.23'],
    [0.5, '0.50'],
    [8, '8'],
  ])('%d is shown as %s', (value, shown) => expect(number(value)).toBe(shown));

  it('has its spread beside it', () => expect(spread([30, 1_000, 20])).toBe('20–1,000'));
});
