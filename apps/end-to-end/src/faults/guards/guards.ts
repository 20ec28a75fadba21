import type { Weaving } from '@calendar-sync/test-infrastructure';
import { clockGuards } from './clock.guards';
import { consumingGuards } from './consuming.guards';
import { databaseGuards } from './database.guards';
import { parkingGuards } from './parking.guards';
import { providerGuards } from './provider.guards';
import { publishingGuards } from './publishing.guards';
import { pullingGuards } from './pulling.guards';
import { restartingGuards } from './restarting.guards';
import { restoringGuards } from './restoring.guards';
import { watchingGuards } from './watching.guards';
import type { Guards } from './guard';

export const guards: Guards = {
  ...consumingGuards,
  ...parkingGuards,
  ...publishingGuards,
  ...pullingGuards,
  ...watchingGuards,
  ...providerGuards,
  ...databaseGuards,
  ...clockGuards,
  ...restoringGuards,
  ...restartingGuards,
};

/** The guard that this run does without, as `npm run test:faults -- --without-guard=NAME` sets it. */
export function removedGuard(): string | undefined {
  const name = process.env['WITHOUT_GUARD'];
  if (name === undefined || name === '') return undefined;
  if (guards[name] === undefined) throw new Error(`no guard is named ${name}: ${Object.keys(guards).join(', ')}`);
  return name;
}

export const guardWeavings = (name: string | undefined): Weaving[] =>
  name === undefined
    ? []
    : guards[name]!.weavings.map((weaving, index) => ({ name: `without ${name} (${index + 1})`, ...weaving }));
