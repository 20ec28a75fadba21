import { eventually } from '@calendar-sync/test-infrastructure';
import { periodic, type PeriodicWork, type Worker } from './periodic';

const HOUR = 3_600_000;

describe('a worker', () => {
  const started: Worker[] = [];
  const logged: object[] = [];
  const start = (work: Partial<PeriodicWork> & Pick<PeriodicWork, 'run'>) => {
    const worker = periodic({
      name: 'example',
      everyMs: HOUR,
      logger: { error: (fields) => void logged.push(fields) },
      ...work,
    });
    started.push(worker);
    worker.start();
    return worker;
  };

  afterEach(async () => {
    await Promise.all(started.splice(0).map((worker) => worker.stop()));
    logged.length = 0;
  });

  it('does its first round at once and goes on without a rest while there is more', async () => {
    let rounds = 0;
    start({ run: async () => (++rounds < 5 ? 'again' : undefined) });
    await eventually(() => rounds === 5);
  });

  it('is woken out of its rest', async () => {
    let rounds = 0;
    const worker = start({ run: async () => void (rounds += 1) });
    await eventually(() => rounds === 1);
    worker.wake();
    await eventually(() => rounds === 2);
  });

  it('does one more round when it is woken during a round, and never two at a time', async () => {
    let rounds = 0;
    let active = 0;
    let most = 0;
    const gate = Promise.withResolvers<void>();
    const worker = start({
      run: async () => {
        rounds += 1;
        most = Math.max(most, (active += 1));
        if (rounds === 1) await gate.promise;
        active -= 1;
      },
    });
    await eventually(() => rounds === 1);
    worker.wake();
    worker.wake();
    gate.resolve();
    await eventually(() => rounds === 2);
    expect(most).toBe(1);
  });

  it('logs a failed round, goes on after a rest, and forgets its failures with the first success', async () => {
    let rounds = 0;
    const worker = start({
      everyMs: 1,
      run: async () => {
        rounds += 1;
        if (rounds <= 2) throw new Error('broken');
      },
    });
    await eventually(() => rounds >= 3 && worker.state().consecutiveFailures === 0);
    expect(logged).toEqual([
      expect.objectContaining({ worker: 'example', consecutiveFailures: 1 }),
      expect.objectContaining({ worker: 'example', consecutiveFailures: 2 }),
    ]);
    expect(worker.state().lastSuccessAt).toBeInstanceOf(Date);
  });

  it('does not spin when it is woken during rounds that fail', async () => {
    let rounds = 0;
    const worker: Worker = start({
      everyMs: HOUR,
      random: () => 1,
      run: async () => {
        rounds += 1;
        worker.wake();
        throw new Error('broken');
      },
    });
    await eventually(() => worker.state().consecutiveFailures === 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(rounds).toBe(1);
  });

  it('waits for the round in hand when it is stopped, tells it so, and starts none after it', async () => {
    let rounds = 0;
    let told = false;
    let ended = false;
    const worker = start({
      run: async (signal) => {
        rounds += 1;
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        told = true;
        await new Promise((resolve) => setImmediate(resolve));
        ended = true;
        return 'again';
      },
    });
    await eventually(() => rounds === 1);
    await worker.stop();
    expect({ told, ended, rounds, running: worker.state().running }).toEqual({
      told: true,
      ended: true,
      rounds: 1,
      running: false,
    });
  });
});
