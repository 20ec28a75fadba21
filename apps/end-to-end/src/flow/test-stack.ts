import { startStack, type Stack, type StackOptions } from '@calendar-sync/local-stack';
import { testDirectory } from '@calendar-sync/test-infrastructure';
import { gatewayClient } from '../clients/gateway.client';
import { type SimulatedPerson, type SimulatorClient, simulatorClient } from '../clients/simulator.client';
import type { Window } from './convergence';

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
  /** Around which the calendars are filled; today where absent. */
  day?: string;
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
    const people = await simulator.seed(wish.people, wish.entriesPerPerson, wish.seed, wish.day);
    await Promise.all(people.map((person) => gatewayClient(stack, person.user).connect(person)));
    return { stack, simulator, people };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/** What decides a run at random, from E2E_SEED and E2E_DAY where they are set; printed, so that a failure can be repeated on any day. */
export function randomRun(): { seed: number; day: string } {
  const seed = Number(process.env['E2E_SEED'] ?? Math.floor(Math.random() * 1_000_000));
  const day = process.env['E2E_DAY'] ?? new Date().toISOString().slice(0, 10);
  process.stderr.write(`seed ${seed} on ${day} (repeat with E2E_SEED=${seed} E2E_DAY=${day})\n`);
  return { seed, day };
}

const midnight = (day: string, plusDays: number) => new Date(Date.parse(day) + plusDays * 86_400_000).toISOString();

/** Six months in which most lies that is put around a day. */
export const windowAround = (day: string): Window => ({ from: midnight(day, -40), to: midnight(day, 140) });
