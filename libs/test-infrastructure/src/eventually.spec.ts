import { eventually } from './eventually';

describe('eventually', () => {
  it('gives what the check returned once it returned something', async () => {
    const answers = [undefined, false, null, 'at last'];
    expect(await eventually(() => answers.shift(), { intervalMs: 1 })).toBe('at last');
  });

  it('repeats expectations until they hold', async () => {
    let count = 0;
    await eventually(() => expect((count += 1)).toBe(3), { intervalMs: 1 });
    expect(count).toBe(3);
  });

  it('fails with the expectation that never held', async () => {
    const never = eventually(() => expect('red').toBe('green'), { timeoutMs: 5, intervalMs: 1 });
    await expect(never).rejects.toThrow(/green/);
  });

  it('takes a check that returns nothing and expects nothing as not yet', async () => {
    await expect(eventually(() => undefined, { timeoutMs: 5, intervalMs: 1 })).rejects.toThrow('still undefined');
  });

  it('takes a zero and an empty text as an answer', async () => {
    expect(await eventually(() => 0)).toBe(0);
    expect(await eventually(() => '')).toBe('');
  });
});
