import { startStack, type Stack, type StackOptions } from '@calendar-sync/local-stack';
import { testDirectory } from '@calendar-sync/test-infrastructure';
import { gatewayClient } from '../clients/gateway.client';
import { type SimulatedPerson, type SimulatorClient, simulatorClient } from '../clients/simulator.client';

export interface TestStack {
  stack: Stack;
  simulator: SimulatorClient;
  people: SimulatedPerson[];
}

/** The whole product on free ports with its own provider, and people whose accounts are connected. */
export async function startTestStack(wish: {
  people: number;
  entriesPerPerson: number;
  seed: number;
  env?: Record<string, string>;
}): Promise<TestStack> {
  const options: StackOptions = {
    dir: testDirectory('stack'),
    ports: 'free',
    durable: false,
    partitions: 4,
    env: { POLL_MIN_SECONDS: '1', POLL_MAX_SECONDS: '3', RATE_LIMIT_PER_MINUTE: '100000', ...wish.env },
  };
  const stack = await startStack(options);
  try {
    const simulator = simulatorClient(stack.urls.simulator!);
    const people = await simulator.seed(wish.people, wish.entriesPerPerson, wish.seed);
    await Promise.all(people.map((person) => gatewayClient(stack, person.user).connect(person)));
    return { stack, simulator, people };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/** Printed with each run and taken from E2E_SEED, so that a failure can be repeated. */
export const runSeed = (): number => {
  const seed = Number(process.env['E2E_SEED'] ?? Math.floor(Math.random() * 1_000_000));
  process.stderr.write(`seed ${seed} (repeat with E2E_SEED=${seed})\n`);
  return seed;
};
