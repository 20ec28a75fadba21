import type { Stack } from '@calendar-sync/local-stack';
import { eventually } from '@calendar-sync/test-infrastructure';
import { gatewayClient } from '../clients/gateway.client';
import type { SimulatedPerson, SimulatorClient } from '../clients/simulator.client';
import { differences } from '../comparison/differences';
import { fromGateway, fromProvider } from '../comparison/instance';

export interface Window {
  from: string;
  to: string;
}

/** How the gateway's expanded answer differs from the provider's truth, for one person. */
export async function differencesFor(
  stack: Stack,
  simulator: SimulatorClient,
  person: SimulatedPerson,
  { from, to }: Window,
): Promise<string[]> {
  const gateway = gatewayClient(stack, person.user);
  const [truth, served, calendars] = await Promise.all([
    simulator.truth(person.email, from, to),
    gateway.entries(from, to),
    gateway.calendars(),
  ]);
  const ours = new Map(calendars.map(({ providerCalendarId, calendarId }) => [providerCalendarId, calendarId]));
  return differences(
    truth.map((item) => fromProvider(item, ours)),
    served.map(fromGateway),
  ).map((line) => `${person.user}: ${line}`);
}

/** Waits until what is served equals what is true for everyone, and says how many instances were compared. Fails with the differences that remain. */
export async function converged(
  stack: Stack,
  simulator: SimulatorClient,
  people: readonly SimulatedPerson[],
  window: Window,
  timeoutMs = 120_000,
): Promise<number> {
  await eventually(
    async () => {
      for (const person of people) {
        const found = await differencesFor(stack, simulator, person, window);
        if (found.length > 0) throw new Error(`${found.length} differences:\n${found.slice(0, 20).join('\n')}`);
      }
      return true;
    },
    { timeoutMs, intervalMs: 500 },
  );
  const counts = await Promise.all(
    people.map(async ({ email }) => (await simulator.truth(email, window.from, window.to)).length),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
