import { byTurns, medians } from './by-turns';

describe('measuring by turns', () => {
  const counting = () => {
    const order: string[] = [];
    const sample = (name: string) => async () => order.push(name);
    return { order, measurements: { product: sample('product'), floor: sample('floor') } };
  };

  it('lets neither be always first', async () => {
    const { order, measurements } = counting();
    await byTurns({ rounds: 2, warmUp: 0 }, measurements);
    expect(order).toEqual(['product', 'floor', 'floor', 'product']);
  });

  it('throws away what it warmed up with', async () => {
    const { measurements } = counting();
    expect(await byTurns({ rounds: 1, warmUp: 1 }, measurements)).toEqual({ product: [4], floor: [3] });
  });

  it('ends with the first that fails', async () => {
    const failing = async () => {
      throw new Error('no connection');
    };
    await expect(byTurns({ rounds: 3 }, { failing })).rejects.toThrow('no connection');
  });

  it('is summed up by medians', () => {
    expect(medians({ product: [3, 1, 2], floor: [10, 30] })).toEqual({ product: 2, floor: 20 });
  });
});
