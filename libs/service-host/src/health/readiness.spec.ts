import { Readiness } from './readiness';

describe('readiness', () => {
  it('is given when every part works', async () => {
    const readiness = new Readiness();
    readiness.add('database', () => undefined);
    await expect(readiness.report()).resolves.toEqual({ ready: true, parts: { database: 'ok' } });
  });

  it('is refused with the reason of each part that does not work', async () => {
    const readiness = new Readiness();
    readiness.add('consumer', () => 'not a member of its group');
    readiness.add('relay', () => undefined);
    await expect(readiness.report()).resolves.toEqual({
      ready: false,
      parts: { consumer: 'not a member of its group', relay: 'ok' },
    });
  });

  it('is not refused for a part that the service can do without, but shows it', async () => {
    const readiness = new Readiness();
    readiness.add('relay', () => 'no broker answers', { necessary: false });
    await expect(readiness.report()).resolves.toEqual({ ready: true, parts: { relay: 'no broker answers' } });
  });

  it('tells of a failure its code only', async () => {
    const readiness = new Readiness();
    readiness.add('database', () =>
      Promise.reject(Object.assign(new Error('password=canary at 10.0.0.1'), { code: 'ECONNREFUSED' })),
    );
    await expect(readiness.report()).resolves.toEqual({
      ready: false,
      parts: { database: 'not reachable (ECONNREFUSED)' },
    });
  });

  it('is refused when a part does not answer', async () => {
    jest.useFakeTimers();
    try {
      const readiness = new Readiness();
      readiness.add('database', () => new Promise(() => undefined));
      const report = readiness.report();
      await jest.advanceTimersByTimeAsync(2_000);
      await expect(report).resolves.toEqual({ ready: false, parts: { database: 'no answer within 2000 ms' } });
    } finally {
      jest.useRealTimers();
    }
  });
});
